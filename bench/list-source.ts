import { z } from 'zod'
import { ConnectorError } from '../src/connectors/failure.ts'
import type { SourceConnector } from '../src/connectors/source.ts'
import type { Level } from '../src/core/observation.ts'

/** A source whose computers are counted out by the benchmark. */

/** What it answers; looked at for each poll. */
export type Listed = {
  /** So many computers, the first ones, are at Warning. */
  sick: number
  /** The last computer is at Critical. */
  urgent: boolean
  /** It cannot be reached. */
  gone: boolean
}

const Settings = z.object({ computers: z.number().int(), tenants: z.number().int() })
type Settings = z.infer<typeof Settings>

const status = {
  key: 'databases-outdated',
  title: 'Databases are outdated',
  levels: ['warning', 'critical'] as const,
  advice: 'Update.',
}
const pageSize = 1_000

export function createListSource(listed: Listed): SourceConnector<Settings> {
  return {
    id: 'bench-list',
    name: 'Benchmark list',
    settings: Settings,
    catalogue: { statuses: [{ ...status, levels: [...status.levels] }], severities: [], eventTypes: [] },
    describeStatus: () => ({ ...status, levels: [...status.levels] }),
    facts: () => ({ namesAllReasons: true, computersEverySeconds: 3_600, eventsEverySeconds: 3_600 }),
    reach: () => ({ trust: { by: 'system' }, proxy: null, timeoutMs: 10_000, secrets: [], hosts: [] }),
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
      if (listed.gone) throw new ConnectorError('later', 'unreachable', 'The benchmark took the source away.')
      const { sick, urgent } = listed
      for (let start = 0; start < settings.computers; start += pageSize) {
        const size = Math.min(pageSize, settings.computers - start)
        const computers = Array.from({ length: size }, (_, offset) => {
          const n = start + offset
          const last = n === settings.computers - 1
          const level: Level = last && urgent ? 'critical' : n < sick ? 'warning' : 'ok'
          return {
            tenantKey: `tenant-${n % settings.tenants}`,
            computerKey: `computer-${n}`,
            name: last ? 'PC-URGENT' : `PC-${n}`,
            level,
            reasons: level === 'ok' ? [] : [{ statusKey: status.key, text: '' }],
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
