import { z } from 'zod'
import type { CheckReport, ComputerPage, SourceConnector } from '../connectors/source.ts'
import { alarmWords } from '../core/alarm-words.ts'
import { drillHolds, drillTitle } from '../core/drill.ts'
import type { ComputerSeen, TenantSeen } from '../core/observation.ts'
import { loadDrillPlans, shownDrills } from '../db/drills.ts'
import { shownAlarms } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { readGaps } from './read-gaps.ts'

/**
 * Tocsin as a source of its own: alarms are status descriptions on the things they are about, a drill is a condition that
 * holds while its ticket is to be open. So rules, mappings, texts, delays and exactly-once hold for them as for everything
 * else (docs/adr/0011). These are no vendors: nothing is reached over a network, and there is nothing to emulate.
 */

export const ownConnector = 'tocsin'
export const drillConnector = 'tocsin-drill'

type OwnDeps = Pick<Deps, 'pool' | 'db' | 'clock'>

const everySeconds = 60
const noEventsEverySeconds = 86_400
/** What ended is listed as “ok” for so long, so that its ticket closes for that reason and not as “removed”, in ms. */
const shownAfterMs = 7 * 86_400_000
const selfKey = 'tocsin'

const Settings = z.strictObject({})
type Settings = z.infer<typeof Settings>

/** Both sources of our own, by connector id. `deps` is asked for when they are read, since it holds them too. */
export function createOwnSources(deps: () => OwnDeps): ReadonlyMap<string, SourceConnector> {
  const sources = [createAlarmSource(deps), createDrillSource(deps)]
  return new Map(sources.map((source) => [source.id, source as SourceConnector]))
}

const common = {
  settings: Settings,
  facts: () => ({
    namesAllReasons: true,
    computersEverySeconds: everySeconds,
    eventsEverySeconds: noEventsEverySeconds,
  }),
  reach: () => ({ trust: { by: 'system' } as const, proxy: null, timeoutMs: 10_000, secrets: [], hosts: [] }),
  async *pollEvents() {
    yield { events: [], cursor: 'none' }
  },
}

function createAlarmSource(deps: () => OwnDeps): SourceConnector<Settings> {
  const statuses = Object.entries(alarmWords).map(([key, words]) => ({ key, ...words }))
  return {
    ...common,
    id: ownConnector,
    name: 'Tocsin',
    catalogue: { statuses, severities: [], eventTypes: [] },
    describeStatus: (key) => statuses.find((status) => status.key === key) ?? unknownStatus(key),
    async check(): Promise<CheckReport> {
      const gaps = await readGaps(deps())
      return { facts: [], problems: gaps.map(({ message }) => ({ title: 'A gap in the watch', advice: message })) }
    },
    listTenants: async () => [{ key: selfKey, name: 'This Tocsin', enabled: true }],
    async *pollComputers(): AsyncGenerator<ComputerPage> {
      const since = new Date(deps().clock.now().getTime() - shownAfterMs)
      const alarms = await shownAlarms(deps().pool, since)
      const computers = alarms.map(({ key, kind, name, severity, words, state }): ComputerSeen => {
        const holds = state === 'holding'
        const reasons = holds ? [{ statusKey: kind, text: words }] : []
        return { tenantKey: selfKey, computerKey: key, name, level: holds ? severity : 'ok', reasons, link: '' }
      })
      yield { kind: 'computers', computers }
      yield { kind: 'end', complete: [selfKey], failed: [] }
    },
  }
}

export const drillStatus = 'drill'

/** The tenant of a desk's drills. */
export function drillTenant(psa: { readonly psaId: number; readonly psaName: string }): TenantSeen {
  return { key: `psa-${psa.psaId}`, name: `Drill at ${psa.psaName}`, enabled: true }
}

/** Each drill is a thing of its own, so that no drill ever meets the ticket of another. */
export function drillComputer(drillId: number): string {
  return `drill-${drillId}`
}

function createDrillSource(deps: () => OwnDeps): SourceConnector<Settings> {
  const status = {
    key: drillStatus,
    title: drillTitle,
    levels: ['warning' as const],
    advice: 'Nothing is wrong. Leave this ticket alone: Tocsin closes it within minutes.',
  }
  return {
    ...common,
    id: drillConnector,
    name: 'Tocsin drills',
    catalogue: { statuses: [status], severities: [], eventTypes: [] },
    describeStatus: (key) => (key === drillStatus ? status : unknownStatus(key)),
    check: async () => ({ facts: [], problems: [] }),
    listTenants: async () => (await loadDrillPlans(deps().pool)).map(drillTenant),
    async *pollComputers(_, tenants): AsyncGenerator<ComputerPage> {
      const drills = await shownDrills(deps().pool, new Date(deps().clock.now().getTime() - shownAfterMs))
      const keys = new Set(tenants.map(({ key }) => key))
      const computers = drills.flatMap((drill): ComputerSeen[] => {
        const tenantKey = drillTenant({ psaId: drill.psaId, psaName: '' }).key
        if (!keys.has(tenantKey)) return []
        const reasons = drillHolds(drill) ? [{ statusKey: drillStatus, text: '' }] : []
        const level = reasons.length > 0 ? 'warning' : 'ok'
        return [
          { tenantKey, computerKey: drillComputer(drill.id), name: `Drill ${drill.id}`, level, reasons, link: '' },
        ]
      })
      yield { kind: 'computers', computers }
      yield { kind: 'end', complete: [...keys], failed: [] }
    },
  }
}

/** A kind that another version of Tocsin reported. */
function unknownStatus(key: string) {
  return { key, title: key, levels: [], advice: '' }
}
