import { type FaultName, faultNames } from './faults.ts'
import { type PointName, pointNames } from './points.ts'

/** What a run has to have gone through before “no violations” means anything. */

export type Reached = {
  readonly kills: number
  readonly transitions: number
  readonly killsAt: Readonly<Partial<Record<PointName, number>>>
  readonly felt: Readonly<Partial<Record<FaultName, number>>>
  /** Problems of the run itself: what did not come to rest, what ended by itself. */
  readonly faulty: readonly string[]
}

export type Needed = {
  readonly kills: number
  readonly transitions: number
  /**
   * How many kinds of faults may have come and gone without anything that could feel them. Each comes once to one place in a
   * short run, and whether a ticket needs just that queue just then depends on how the processes interleave.
   */
  readonly unfelt: number
}

/** What is missing, in words; nothing when the run counts. */
export function coverageGaps(reached: Reached, needed: Needed): string[] {
  const { kills, transitions, killsAt, felt, faulty } = reached
  return [
    ...(kills < needed.kills ? [`only ${kills} kills of ${needed.kills}`] : []),
    ...(transitions < needed.transitions ? [`only ${transitions} transitions of ${needed.transitions}`] : []),
    ...pointNames.flatMap((point) => ((killsAt[point] ?? 0) === 0 ? [`nobody died at ${point}`] : [])),
    ...(unfelt(felt).length > needed.unfelt ? unfelt(felt).map((name) => `the fault ${name} was never felt`) : []),
    ...faulty,
  ]
}

/** Kinds of faults that nothing felt. */
export function unfelt(felt: Reached['felt']): readonly FaultName[] {
  return faultNames.filter((name) => name !== 'kill-at' && (felt[name] ?? 0) === 0)
}
