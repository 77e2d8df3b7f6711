import { z } from 'zod'
import type { SourceConnector } from '../src/connectors/source.ts'

/** A source whose computers are counted out by the benchmark: `sick` of `computers` computers are at Warning. */

const Settings = z.object({ computers: z.number().int(), tenants: z.number().int() })
type Settings = z.infer<typeof Settings>

const status = {
  key: 'databases-outdated',
  title: 'Databases are outdated',
  levels: ['warning'] as const,
  advice: 'Update.',
}
const pageSize = 1_000

/** `sick` is asked at each poll. */
export function createListSource(sick: () => number): SourceConnector<Settings> {
  return {
    id: 'bench-list',
    name: 'Benchmark list',
    settings: Settings,
    catalogue: { statuses: [{ ...status, levels: [...status.levels] }], severities: [], eventTypes: [] },
    describeStatus: () => ({ ...status, levels: [...status.levels] }),
    facts: () => ({ namesAllReasons: true, computersEverySeconds: 3_600, eventsEverySeconds: 3_600 }),
    reach: () => ({ trust: { by: 'system' }, proxy: null, timeoutMs: 10_000, secrets: [] }),
    check: () => Promise.resolve({ facts: [], problems: [] }),
    listTenants: ({ settings }) =>
      Promise.resolve(
        Array.from({ length: settings.tenants }, (_, n) => ({
          key: `tenant-${n}`,
          name: `Tenant ${n}`,
          enabled: true,
        })),
      ),
    async *pollComputers({ settings }, tenants) {
      const ill = sick()
      for (let start = 0; start < settings.computers; start += pageSize) {
        const size = Math.min(pageSize, settings.computers - start)
        const computers = Array.from({ length: size }, (_, offset) => {
          const n = start + offset
          return {
            tenantKey: `tenant-${n % settings.tenants}`,
            computerKey: `computer-${n}`,
            name: `PC-${n}`,
            level: n < ill ? ('warning' as const) : ('ok' as const),
            reasons: n < ill ? [{ statusKey: status.key, text: '' }] : [],
            link: '',
          }
        })
        yield await Promise.resolve({ kind: 'computers' as const, computers })
      }
      yield { kind: 'end', complete: tenants.map(({ key }) => key), failed: [] }
    },
    async *pollEvents() {
      yield await Promise.resolve({ events: [], cursor: '0' })
    },
  }
}
