import { checkHistory } from '../checker/check-history.ts'
import type { Evidence, RuleSpan, Trouble as ToldTrouble } from '../checker/evidence.ts'
import { statusKeys } from '../checker/source/status-words.ts'
import type { Violation as Found, ViolationKind as FoundKind } from '../checker/violation.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry } from '../emulators/ksc/model/history.ts'
import { type CheckPlan, type Trouble, type Violation, type ViolationKind, violationKinds } from './check-ground.ts'
import { type DeskTicket, withFields } from './desk-record.ts'

/**
 * Judges a run from outside: what the Autotask emulator says happened to tickets against what the KSC emulator says
 * happened to computers. Nothing here knows Tocsin's database. The judge is `checker/`; this tells it of a stage, and
 * counts what it finds in the words of the demo.
 */

export type CheckInput = {
  /** `GET /_emulator/state?part=history` of both. */
  readonly ksc: readonly HistoryEntry[]
  readonly desk: readonly TicketHistoryEntry[]
  /** `tickets.duplicates` of the desk's stats. */
  readonly deskDuplicates: number
  readonly plan: CheckPlan
}

export type CheckResult = Readonly<Record<ViolationKind, number>> & {
  readonly ticketsOpened: number
  /** By the API user. */
  readonly ticketsClosed: number
  readonly ticketsOpen: number
  readonly tickets: readonly DeskTicket[]
  readonly violations: readonly Violation[]
}

/** What the last line of the demo says. */
export function countsOf(result: CheckResult): Record<string, number> {
  const { ticketsOpened, ticketsClosed, ticketsOpen, duplicates, wronglyClosed, missing, lingering, wrongClient } =
    result
  const { unfounded, overwritten } = result
  const first = { ticketsOpened, ticketsClosed, ticketsOpen, duplicates, wronglyClosed }
  return { ...first, missing, lingering, wrongClient, unfounded, overwritten }
}

/** The demo's name for what the checker finds; null for what is told twice, or not judged here. */
const kinds: Readonly<Record<FoundKind, ViolationKind | null>> = {
  'same-reference': 'duplicates',
  'same-meaning': 'duplicates',
  missing: 'missing',
  lingering: 'lingering',
  'kept-by-filter': 'lingering',
  unfounded: 'unfounded',
  unreadable: 'unfounded',
  'wrong-account': 'wrongClient',
  'moved-account': 'wrongClient',
  'closed-while-holding': 'wronglyClosed',
  'closed-event': 'wronglyClosed',
  'closed-unread': 'wronglyClosed',
  'closed-on-bad-reading': null,
  overwritten: 'overwritten',
  reopened: 'overwritten',
  'touched-after-person': 'overwritten',
  'closed-reopened': 'overwritten',
  'too-many-at-once': null,
  'over-budget': null,
  'database-differs': null,
}

/** Judges a whole run. */
export function checkRun(input: CheckInput): CheckResult {
  const report = checkHistory(toEvidence(input))
  // The story has no place for a known gap either.
  const violations = [...report.violations, ...report.accepted].flatMap(toViolation)
  const count = (kind: ViolationKind) => violations.filter((violation) => violation.kind === kind).length
  const counts = Object.fromEntries(violationKinds.map((kind) => [kind, count(kind)])) as Record<ViolationKind, number>
  const tickets = (report.tickets.get(desk) ?? []).map(withFields)
  return {
    ticketsOpened: report.counts.ticketsOpened,
    ticketsClosed: report.counts.ticketsClosed,
    ticketsOpen: tickets.filter(({ open }) => open.at(-1)?.endedBy === null).length,
    ...counts,
    // The desk itself counts references that were open twice, whatever their titles.
    duplicates: Math.max(counts.duplicates, input.deskDuplicates),
    tickets,
    violations,
  }
}

function toViolation({ kind, at, ticketId, computer, what, words }: Found): Violation[] {
  const known = kinds[kind]
  return known === null ? [] : [{ kind: known, at: new Date(at), ticketId, computer, words: `“${what}”: ${words}` }]
}

const source = 'ksc'
const desk = 'autotask'
const minute = 60_000

function toEvidence({ ksc, desk: history, plan }: CheckInput): Evidence {
  const stepMs = plan.stepMinutes * minute
  const always = { from: 0, to: null }
  return {
    run: { from: plan.since.getTime(), to: plan.now.getTime() },
    // A healthy run sees and opens, and sees, looks and closes, in a step each; a call takes no time on a clock that stands.
    grace: {
      seeMs: stepMs,
      deliverMs: stepMs,
      noticeMs: stepMs,
      callMs: 0,
      recoverMs: stepMs,
      forgivesLateTickets: true,
    },
    sources: [
      {
        id: source,
        history: ksc,
        eventNames: Object.fromEntries(plan.eventNames),
        namesAllReasons: plan.namesAllReasons,
      },
    ],
    desks: [
      {
        id: desk,
        vendor: 'autotask',
        history,
        // How much the desk is asked is judged by the scenarios themselves.
        journal: [],
        stats: {
          ...{ requests: 0, byStatus: {}, inFlight: 0, maxInFlight: 0, maxInFlightByEndpoint: {} },
          ...{ tickets: { open: 0, closed: 0, duplicates: 0 }, handlerErrors: 0 },
        },
        grant: { threads: null, threadsPer: 'endpoint', uncounted: [], perHour: null },
        aboutUs: [],
      },
    ],
    integrations: [
      {
        id: 'the only one',
        source,
        desk,
        repeats: plan.ticketPerEvent ? 'ticket' : 'note',
        rules: [...statusRules(plan), ...eventRules(plan, ksc)],
        mappings: [...plan.clients].map(([tenant, company]) => ({ ...always, tenant, account: String(company) })),
        silences: [],
        removedAt: null,
      },
    ],
    requests: [],
    givenUp: [],
    troubles: plan.troubles.map(toTrouble),
    restores: [],
    database: null,
  }
}

const row = { from: 0, to: null, fields: {}, delayMinutes: 0, lifetimeHours: 24 }

function statusRules(plan: CheckPlan): RuleSpan[] {
  return (['warning', 'critical'] as const).flatMap((section) =>
    statusKeys.map((key, bit) => {
      const delay = plan.delayOf(section, bit)
      return { ...row, section, key, enabled: delay !== null, delayMinutes: delay ?? 0 }
    }),
  )
}

const severities = { 2: 'warning', 3: 'functional-failure', 4: 'critical' } as const

/** A row for each type and severity that came; where a type came with several, those of the severity stand for it. */
function eventRules({ wantsEvent, lifetimeHours, eventNames }: CheckPlan, ksc: readonly HistoryEntry[]): RuleSpan[] {
  const events = ksc.filter((entry) => entry.kind === 'event').filter(({ type }) => eventNames.has(type))
  return [...Map.groupBy(events, ({ type }) => type)].flatMap(([type, same]): RuleSpan[] => {
    const wanted = new Set(same.map(({ severity }) => wantsEvent(type, severity)))
    const [only] = wanted
    if (wanted.size === 1 && only !== undefined) {
      return [{ ...row, lifetimeHours, section: 'event-type', key: type, enabled: only }]
    }
    return ([2, 3, 4] as const).map((severity) => ({
      ...{ ...row, lifetimeHours, section: 'severity' as const, key: severities[severity] },
      enabled: wantsEvent(type, severity),
    }))
  })
}

function toTrouble({ where, from, to }: Trouble): ToldTrouble {
  const broken = {
    from: from.getTime(),
    to: to?.getTime() ?? null,
    words: `${where} is in trouble`,
    can: 'some' as const,
  }
  if (where === 'autotask') return { ...broken, of: 'desk', desk }
  return { ...broken, of: 'source', source, tenant: where === 'ksc' ? null : where }
}
