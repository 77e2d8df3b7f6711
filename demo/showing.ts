import type { CountingLog } from './error-count.ts'
import type { Paint } from './narrator.ts'

/** How the demo is shown. */
export type Showing = {
  readonly log: CountingLog
  readonly paint: Paint
  /** Live: simulated hours in a second. */
  readonly hoursPerSecond: number
  readonly signal: AbortSignal
  say(line: string): void
}
