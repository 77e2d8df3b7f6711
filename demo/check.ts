import type { ShownHistoryEntry } from '../emulators/autotask/store/history.ts'
import type { HistoryEntry } from '../emulators/ksc/model/history.ts'
import {
  type CheckPlan,
  type Ground,
  minute,
  type Violation,
  type ViolationKind,
  violationKinds,
} from './check-ground.ts'
import { findMissing, findMissingEvents } from './check-missing.ts'
import { findDuplicates, judgeTicket } from './check-tickets.ts'
import { type DeskTicket, readDesk } from './desk-record.ts'
import { readTruth } from './ksc-truth.ts'
import { join, type Span } from './spans.ts'

/**
 * Judges a run from outside: what the Autotask emulator says happened to tickets against what the KSC emulator says
 * happened to computers. Nothing here knows Tocsin's database. A ticket is joined to its condition by its title (the
 * default template), so computer names must be unique in the fleet.
 */

export type CheckInput = {
  /** `GET /_emulator/state?part=history` of both. */
  readonly ksc: readonly HistoryEntry[]
  readonly desk: readonly ShownHistoryEntry[]
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

/** Judges a whole run. */
export function checkRun(input: CheckInput): CheckResult {
  const { plan } = input
  const step = plan.stepMinutes * minute
  const quiet = (...places: string[]): Span[] =>
    join(
      plan.troubles
        .filter(({ where }) => places.includes(where))
        .map(({ from, to }) => ({ from: from.getTime(), to: (to ?? plan.now).getTime() + step })),
    )
  const ground: Ground = {
    plan,
    truth: readTruth(input.ksc),
    tickets: readDesk(input.desk),
    now: plan.now.getTime(),
    step,
    sourceQuiet: (vserver) => quiet('ksc', vserver),
    deskQuiet: quiet('autotask'),
  }
  const ours = ground.tickets.filter(({ createdBy }) => createdBy === 'api')
  const findings = [
    ...findDuplicates(ground, ours),
    ...ours.flatMap((ticket) => judgeTicket(ground, ticket)),
    ...findMissing(ground),
    ...findMissingEvents(ground),
  ]
  const violations = findings.map((finding) => ({ ...finding, at: new Date(finding.at) }))
  const count = (kind: ViolationKind) => violations.filter((violation) => violation.kind === kind).length
  const counts = Object.fromEntries(violationKinds.map((kind) => [kind, count(kind)])) as Record<ViolationKind, number>
  return {
    ticketsOpened: ours.length,
    ticketsClosed: ground.tickets.flatMap(({ open }) => open).filter(({ endedBy }) => endedBy === 'api').length,
    ticketsOpen: ground.tickets.filter(({ open }) => open.at(-1)?.endedBy === null).length,
    ...counts,
    // The desk itself counts references that were open twice, whatever their titles.
    duplicates: Math.max(counts.duplicates, input.deskDuplicates),
    tickets: ground.tickets,
    violations,
  }
}
