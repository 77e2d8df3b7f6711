import { day, hour } from './bits.ts'
import { fresh, type Host, type Moment, never } from './types.ts'

/** How often a well device renews what it reports, ms. */
export const periods = {
  lastConnected: hour / 4,
  lastVisible: hour / 4,
  databasesAt: 2 * hour,
  lastFullScan: day,
  lastUpdateSearch: day,
  systemStart: 5 * day,
} as const

/** What a client reads for a moment: a fresh one was renewed at the device's own last turn of the period. */
export function momentAt(
  value: Moment,
  host: Pick<Host, 'slot' | 'createdAt'>,
  period: number,
  now: number,
): number | undefined {
  if (value === never) return undefined
  if (value !== fresh) return value
  const offset = (host.slot * 7_919_000) % period
  return Math.max(host.createdAt, Math.floor((now - offset) / period) * period + offset)
}
