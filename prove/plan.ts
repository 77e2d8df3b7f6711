import { createHash } from 'node:crypto'
import { type Fault, planFaults } from './faults.ts'
import { type DeskId, type Ground, groundOf } from './ground.ts'
import { liveLife } from './life.ts'
import type { LifeAct } from './life-acts.ts'

/** All that a run is told to do. The same size, desks and seed give the same plan. */
export type Plan = {
  readonly seed: number
  readonly ground: Ground
  readonly minutes: number
  readonly life: readonly LifeAct[]
  readonly faults: readonly Fault[]
  /** By which two plans are known to be the same. */
  readonly digest: string
}

export type PlanSize = {
  /** Length of the life in minutes of the run's own time. */
  readonly minutes: number
  readonly pace: number
  readonly killEvery: number
  readonly everywhere: boolean
}

export function makePlan(desks: readonly DeskId[], seed: number, size: PlanSize): Plan {
  const ground = groundOf(desks, seed)
  const { minutes, pace, killEvery, everywhere } = size
  const life = liveLife(ground, { seed, minutes, pace })
  const faults = planFaults(ground, { seed, minutes, killEvery, everywhere })
  const digest = createHash('sha256')
    .update(JSON.stringify([life, faults]))
    .digest('hex')
    .slice(0, 16)
  return { seed, ground, minutes, life, faults, digest }
}

/** One line for each act and each fault, in the order of time. */
export function planToLines({ life, faults }: Plan): string[] {
  return [...life, ...faults]
    .sort((one, other) => one.at - other.at)
    .map(({ at, ...what }) => `${clockTime(at)}  ${JSON.stringify(what)}`)
}

/** `1:02:03` since the start of the run. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
