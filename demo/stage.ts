import type { Evidence } from '../checker/evidence.ts'
import type { AutotaskOptions, AutotaskReady } from '../emulators/autotask/main.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { KscReady } from '../emulators/ksc/main.ts'
import type { HistoryEntry } from '../emulators/ksc/model/history.ts'
import { autotaskDesk } from './desks/autotask.ts'
import type { DeskNames } from './desks/desk-kind.ts'
import type { DeskTicket } from './desks/desk-ticket.ts'
import { startDesk } from './desks/start-desk.ts'
import { type StageRule, starterRules } from './rules.ts'
import { idOf } from './set-up.ts'
import { startKsc } from './sources/ksc.ts'
import type { StageEmulator } from './stage-emulator.ts'
import type { FleetOptions } from './stage-fleet.ts'
import { judge, type Verdict } from './verdict.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'
import type { Ground } from './world-parts.ts'

/** The smallest world, of one KSC and one Autotask: the ground of the scenario tests. */

export type StageOptions = FleetOptions &
  Partial<Omit<WorldOptions, 'every'>> & {
    /** The company of a tenant by name, null for none; default: the one of the same name. */
    readonly companyOf?: (tenant: string) => string | null
    /** Default: `starterRules`. */
    readonly rules?: readonly StageRule[]
    /** Default 300, 60 and 60, as in the product. */
    readonly computersEverySeconds?: number
    readonly eventsEverySeconds?: number
    readonly changesEverySeconds?: number
    readonly repeats?: 'note' | 'ticket'
    readonly repeatNoteMinutes?: number
    readonly autotask?: Pick<AutotaskOptions, 'switches' | 'threshold'>
  }

export type Stage = Omit<World, 'ids' | 'evidence' | 'parts'> & {
  readonly ksc: StageEmulator<HistoryEntry, KscReady>
  readonly autotask: StageEmulator<TicketHistoryEntry, AutotaskReady>
  readonly names: DeskNames
  readonly ids: { readonly sourceId: number; readonly psaId: number; readonly integrationId: number }
  /** Names of the managed computers that a client has at the start. */
  computers(client: string): string[]
  /** Every ticket that was ever at the desk, by the desk's own history. */
  tickets(): DeskTicket[]
  /** Judges everything since the stage was set up. */
  check(): Verdict
}

const integration = 'Endpoint security'

/** Starts and sets up everything; what is wrong by then held before. Rejects when a part of it fails, and leaves nothing. */
export async function createStage(options: StageOptions = {}): Promise<Stage> {
  const { rules = starterRules, repeats = 'note', repeatNoteMinutes = 60, seed = 1 } = options
  const { computersEverySeconds = 300, eventsEverySeconds = 60, changesEverySeconds = 60 } = options
  const companyOf = options.companyOf ?? ((tenant: string) => tenant)

  async function prepare(ground: Ground) {
    const ksc = await startKsc(ground, { ...options, id: 'ksc', name: 'Kaspersky Security Center' })
    const tenants = ksc.tenants().map(({ name }) => name)
    const companies = [...new Set(tenants.map((name) => companyOf(name) ?? name))]
    const desk = await startDesk(ground, autotaskDesk(options.autotask), { seed, companies })
    const pair = { name: integration, source: ksc.id, desk: desk.id }
    const integrations = [{ ...pair, companyOf, rules, repeats, repeatNoteMinutes }]
    return { sources: [ksc], desks: [desk], integrations, ksc, desk }
  }

  const every = { computersEverySeconds, eventsEverySeconds, changesEverySeconds }
  const world = await createWorld({ start: '2026-03-02T06:00:00Z', ...options, every }, prepare)
  const { parts, ids, evidence, ...rest } = world
  const { ksc, desk } = parts
  return {
    ...rest,
    ksc: ksc.emulator,
    autotask: desk.emulator,
    names: desk.names,
    ids: {
      sourceId: idOf(ids.sources, ksc.id),
      psaId: idOf(ids.psas, desk.id),
      integrationId: idOf(ids.integrations, integration),
    },
    computers: (client) => ksc.computers(client),
    tickets: () => desk.tickets(),
    check: () => judge(asTold(evidence()), [desk]),
  }
}

/**
 * Scenarios change rules and mappings without telling, so that a ticket may come late; and they judge themselves how much the
 * desk is asked.
 */
function asTold(evidence: Evidence): Evidence {
  const grant = { threads: null, threadsPer: 'endpoint', uncounted: [], perHour: null } as const
  return {
    ...evidence,
    grace: { ...evidence.grace, forgivesLateTickets: true },
    desks: evidence.desks.map((desk) => ({ ...desk, journal: [], stats: { ...desk.stats, requests: 0 }, grant })),
  }
}
