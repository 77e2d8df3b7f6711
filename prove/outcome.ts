import type { checkHistory } from '../checker/check-history.ts'
import type { Evidence } from '../checker/evidence.ts'
import { violationToText } from '../checker/violation.ts'
import { coverageGaps, type Reached, unfelt } from './coverage.ts'
import type { FaultHand } from './do-faults.ts'
import type { LifeHand } from './do-life.ts'
import { countTransitions } from './eyes.ts'
import { type Options, replayCommand } from './options.ts'
import type { Plan } from './plan.ts'
import { type PointName, pointNames } from './points.ts'
import type { ProvedProcesses } from './processes.ts'
import type { Settled } from './settle.ts'
import type { ProvedWorld } from './world.ts'

/** What came of a run. */
export type Outcome = {
  /** 0: it counts and nothing was violated. */
  readonly code: 0 | 1
  /** For a person. */
  readonly lines: readonly string[]
  /** For a machine: the last line. */
  readonly summary: Readonly<Record<string, unknown>>
  readonly evidence: Evidence
}

/** A desk at which less was opened has proved nothing. */
const fewestTickets = 15

type Given = {
  readonly options: Options
  readonly plan: Plan
  readonly world: ProvedWorld
  readonly processes: ProvedProcesses
  readonly faults: FaultHand
  readonly life: LifeHand
  readonly settled: Settled
  readonly evidence: Evidence
  readonly report: ReturnType<typeof checkHistory>
  readonly start: number
  readonly end: number
}

export function outcomeOf(given: Given): Outcome {
  const { options, plan, world, processes, faults, life, settled, evidence, report, start, end } = given
  const deaths = processes.deaths().filter(({ at }) => at >= start && at <= end)
  const killsAt: Partial<Record<PointName, number>> = {}
  for (const point of pointNames) killsAt[point] = deaths.filter(({ by }) => by === point).length
  const felt = { ...faults.felt(), 'kill-at': deaths.filter(({ by }) => pointNames.includes(by as PointName)).length }
  const own = deaths.filter(({ by }) => by === 'itself')
  const kills = deaths.length - own.length + (felt['kill-postgres'] ?? 0) + (felt['kill-backend'] ?? 0)
  const broken = [...world.desks.values(), ...world.sources.values()].flatMap(({ id, emulator }) => {
    const { handlerErrors } = emulator.control.stats()
    return handlerErrors === 0 ? [] : [`the emulator ${id} failed ${handlerErrors} times: the run proves nothing`]
  })
  // One that cannot start without its database is started again; one that worked has no reason to end.
  const crashes = own
    .filter(({ wasReady }) => wasReady)
    .map(({ name, words }) => `${name} ended by itself: ${words.replaceAll('\n', ' ').slice(0, 300)}`)
  const tickets = evidence.desks.map(({ id, stats, history }) => ({
    desk: id,
    created: history.filter(({ kind, by }) => kind === 'created' && by === 'api').length,
    open: stats.tickets.open,
    requests: stats.requests,
  }))
  const idle = tickets.flatMap(({ desk, created }) =>
    created < fewestTickets ? [`only ${created} tickets at ${desk}: too little happened there`] : [],
  )
  const reached: Reached = {
    kills,
    transitions: countTransitions(world.sources.values()),
    killsAt,
    felt,
    faulty: [...(settled.quiet ? [] : [`it did not come to rest: ${settled.words}`]), ...broken, ...crashes, ...idle],
  }
  const gaps = coverageGaps(reached, options.needed)
  const { violations } = report
  const byKind = Object.fromEntries(
    [...Map.groupBy(violations, ({ invariant, kind }) => `${invariant} ${kind}`)].map(([kind, all]) => [
      kind,
      all.length,
    ]),
  )
  const code = violations.length > 0 || gaps.length > 0 ? 1 : 0
  const hours = Math.round((end - start) / 36_000) / 100
  const summary = {
    ok: code === 0,
    seed: plan.seed,
    digest: plan.digest,
    desks: options.desks,
    hours,
    transitions: reached.transitions,
    kills,
    killsAt,
    endedByThemselves: own.length,
    faults: felt,
    unfelt: unfelt(felt),
    life: life.counts(),
    tickets,
    settledInMinutes: Math.round(settled.minutes),
    violations: violations.length,
    violationsByKind: byKind,
    accepted: report.accepted.length,
    gaps,
  }
  const lines = [
    '',
    `Seed ${plan.seed}, plan ${plan.digest}: ${hours} hours, ${reached.transitions} transitions, ${kills} kills`,
    `  kills at named points: ${Object.entries(killsAt)
      .map(([point, count]) => `${point} ${count}`)
      .join(', ')}`,
    `  faults felt: ${Object.entries(felt)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    ...(unfelt(felt).length === 0 ? [] : [`  faults that nothing felt: ${unfelt(felt).join(', ')}`]),
    ...tickets.map(
      ({ desk, created, open, requests }) =>
        `  ${desk}: ${created} tickets created, ${open} open, ${requests} requests`,
    ),
    `  it came to rest in ${Math.round(settled.minutes)} minutes; starts that found no database: ${own.length - crashes.length}`,
    ...violations.map(violationToText),
    ...gaps.map((gap) => `Not proved: ${gap}`),
    code === 0
      ? 'No violation.'
      : `${violations.length} violations, ${gaps.length} gaps. Again: ${replayCommand(options)}`,
  ]
  return { code, lines, summary, evidence }
}
