import {
  type StuckReason,
  stuckReasons,
  type TenantTroubles,
  type TicketDay,
  type TroubleTotals,
  ticketDays,
  troublesByReason,
  troublesByTenant,
} from '../db/overview.ts'
import type { Deps } from './deps.ts'
import { invalidInput } from './request-error.ts'

const days = 30
const clientsAtMost = 20
const reasonsAtMost = 20
const stuckAtMost = 10

export type Overview = {
  readonly at: Date
  /** Of everything that is wrong now. */
  readonly totals: TroubleTotals
  /** Those with most that is wrong. */
  readonly clients: readonly TenantTroubles[]
  readonly reasons: readonly {
    readonly statusKey: string
    readonly title: string
    readonly critical: number
    readonly warning: number
  }[]
  /** Why tickets stopped until a person helps. */
  readonly stuck: readonly StuckReason[]
  /** The last thirty days, oldest first, none left out. */
  readonly days: readonly TicketDay[]
}

/** What is wrong now, and how many tickets came and went. `zone`: IANA name of the viewer's time zone. */
export async function showOverview(deps: Deps, input: { zone: string }): Promise<Overview> {
  const at = deps.clock.now()
  const names = lastDays(at, input.zone)
  const since = new Date(at.getTime() - (days + 1) * 86_400_000)
  const [{ totals, clients }, reasons, stuck, counted] = await Promise.all([
    troublesByTenant(deps.pool, clientsAtMost),
    troublesByReason(deps.pool, reasonsAtMost),
    stuckReasons(deps.pool, stuckAtMost),
    ticketDays(deps.pool, since, input.zone),
  ])
  const byDay = new Map(counted.map((day) => [day.day, day]))
  return {
    at,
    totals,
    clients,
    stuck,
    reasons: reasons.map(({ connector, statusKey, critical, warning }) => {
      const title = deps.sources.get(connector)?.describeStatus(statusKey).title ?? statusKey
      return { statusKey, title, critical, warning }
    }),
    days: names.map((day) => byDay.get(day) ?? { day, opened: 0, closedByUs: 0, closedByPeople: 0 }),
  }
}

/** Today and the days before it as the viewer's calendar has them. */
function lastDays(at: Date, zone: string): string[] {
  let today: string
  try {
    today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at)
  } catch {
    throw invalidInput([
      { field: 'zone', message: `“${zone}” is no time zone: send an IANA name, for example Europe/Berlin.` },
    ])
  }
  const noon = new Date(`${today}T12:00:00Z`).getTime()
  return Array.from({ length: days }, (_, n) => new Date(noon - (days - 1 - n) * 86_400_000).toISOString().slice(0, 10))
}
