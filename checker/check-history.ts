import type { DeskTicket } from './desks/ticket-life.ts'
import type { Evidence } from './evidence.ts'
import { findDoubles } from './i1-one-open-ticket.ts'
import { compareDatabase } from './i2-database.ts'
import { findLingering } from './i2-lingering-tickets.ts'
import { findMissingEvents } from './i2-missing-events.ts'
import { findMissing } from './i2-missing-tickets.ts'
import { closesOf, findWrongCloses } from './i3-no-close-while-it-holds.ts'
import { findOverwrites } from './i4-people-first.ts'
import { findWrongAccounts } from './i5-right-client.ts'
import { findExcess } from './i6-within-grant.ts'
import { findUnreadCloses } from './i7-no-close-unread.ts'
import { findEatenCloses } from './i8-no-eaten-close.ts'
import { createTrails } from './trail.ts'
import { type Finding, invariantOf, type Violation, violationToText } from './violation.ts'
import { readWorld, type World } from './world.ts'

/**
 * Judges a whole run from outside: what the desks' emulators say happened to tickets against what the sources' emulators
 * say happened to computers. Nothing here uses our code; our database is compared, never believed.
 */

/** A known gap: what happened, and the name under which it is counted. */
export type Accepted = Violation & { readonly gap: string }

export type Counts = {
  readonly conditions: number
  readonly events: number
  readonly ticketsOpened: number
  readonly ticketsClosed: number
  readonly ticketsOpen: number
  readonly requests: number
}

export type Report = {
  /** In order of time; none in a sound run. */
  readonly violations: readonly Violation[]
  /** Known gaps, told and counted, by no means ignored. */
  readonly accepted: readonly Accepted[]
  /** Of the whole run; tickets are ours. */
  readonly counts: Counts
  /** Everything at the desks, by desk. */
  readonly tickets: ReadonlyMap<string, readonly DeskTicket[]>
}

const checks: readonly ((world: World) => Finding[])[] = [
  findDoubles,
  findMissing,
  findMissingEvents,
  findLingering,
  compareDatabase,
  findWrongCloses,
  findOverwrites,
  findWrongAccounts,
  findExcess,
  findUnreadCloses,
  findEatenCloses,
]

/** Finds every violation of I1 to I8. Throws `EvidenceError` when a part of the evidence is missing. */
export function checkHistory(evidence: Evidence): Report {
  const world = readWorld(evidence)
  const trails = createTrails(world)
  const findings = checks.flatMap((check) => check(world)).sort((a, b) => a.at - b.at)
  const toViolation = (finding: Finding): Violation => {
    const { others: _, accepted: __, ...rest } = finding
    return { ...rest, invariant: invariantOf(finding.kind), trail: trails.of(finding) }
  }
  return {
    violations: findings.filter(({ accepted }) => accepted === undefined).map(toViolation),
    accepted: findings.flatMap((finding) =>
      finding.accepted === undefined ? [] : [{ ...toViolation(finding), gap: finding.accepted }],
    ),
    counts: countsOf(world),
    tickets: new Map(world.desks.map(({ id, tickets }) => [id, tickets])),
  }
}

/** A report as a person reads it: the counts, then every violation with its trail. */
export function reportToText({ violations, accepted, counts }: Report): string {
  const gaps = Map.groupBy(accepted, ({ gap }) => gap)
  return [
    `${violations.length} violations; ${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    ...[...gaps].map(([gap, all]) => `accepted gap ${gap}: ${all.length}`),
    ...violations.map((violation) => `\n${violationToText(violation)}`),
  ].join('\n')
}

function countsOf({ sources, desks }: World): Counts {
  const ours = desks.flatMap((desk) => desk.ours)
  const truths = [...sources.values()].map(({ truth }) => truth)
  return {
    conditions: truths.reduce((sum, { held }) => sum + held.length, 0),
    events: truths.reduce((sum, { events }) => sum + events.length, 0),
    ticketsOpened: ours.length,
    ticketsClosed: desks.flatMap(({ tickets }) => tickets).flatMap(closesOf).length,
    ticketsOpen: ours.filter(({ open }) => open.at(-1)?.endedBy === null).length,
    requests: desks.reduce((sum, { evidence }) => sum + evidence.stats.requests, 0),
  }
}
