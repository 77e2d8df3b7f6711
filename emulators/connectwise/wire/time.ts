/** `2026-01-05T10:15:02Z`: the vendor shows whole seconds. */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** A time in whole seconds, as records keep it: what is shown is what conditions see. */
export function wholeSeconds(time: number): number {
  return Math.floor(time / 1000) * 1000
}
