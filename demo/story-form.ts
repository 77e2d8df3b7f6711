/** The form of a story: what happens when, and what must have come of it. Data only; `play.ts` plays it. */

export type Story = {
  readonly start: string
  readonly days: number
  /** The clients' names, in the order in which the fleet makes them. */
  readonly clients: readonly string[]
  /** Clients without a company at the desk. */
  readonly unmapped: readonly string[]
  readonly devices: number
  readonly seed: number
  /** In the order of their times. */
  readonly scenes: readonly Scene[]
  readonly expectations: readonly Expectation[]
  readonly ticketsAtLeast: number
}

/** Day 1 is the first; `time` is hh:mm, UTC. */
export type Moment = { readonly day: number; readonly time: string }

export type Scene = Moment & {
  /** One plain line for the person who watches. */
  readonly say: string
  readonly acts: readonly Act[]
}

/** In an order, `{ hoursAgo: n }` and `{ hoursAhead: n }` stand for a time seen from the scene. */
export type Order = { readonly act: string; readonly [field: string]: unknown }

export type Act =
  | { readonly ksc: Order }
  | { readonly kscFaults: Readonly<Record<string, unknown>> }
  /** With `tickets`, the order is given for each open ticket that fits; there must be one. */
  | { readonly autotask: Order; readonly tickets?: TicketFilter }
  | { readonly autotaskFaults: Readonly<Record<string, unknown>> }

/** What is absent fits any. */
export type TicketFilter = { readonly client?: string; readonly computer?: string; readonly what?: string }

/** A number, or bounds. */
export type Range = number | { readonly atLeast?: number; readonly atMost?: number }

/** What must be so at the end, at the desk. */
export type Expectation = {
  readonly say: string
  readonly tickets?: TicketFilter
  /** Count only what happened between two moments. */
  readonly from?: Moment
  readonly to?: Moment
  readonly opened?: Range
  readonly closedByUs?: Range
  readonly closedByPerson?: Range
  readonly deleted?: Range
  readonly open?: Range
  /** Label of the priority that all of them have in the end. */
  readonly priority?: string
  /** So many answers of this status; 0 is a connection that was cut. */
  readonly answers?: { readonly of: 'ksc' | 'autotask'; readonly status: number; readonly count: Range }
}

const msPerDay = 86_400_000

/** The instant of a moment of a story. Throws for a time that is not hh:mm. */
export function momentToDate(story: Pick<Story, 'start'>, { day, time }: Moment): Date {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  if (hours === undefined || minutes === undefined) throw new Error(`“${time}” is no time of a day: write hh:mm.`)
  const midnight = Math.floor(Date.parse(story.start) / msPerDay) * msPerDay
  return new Date(midnight + (day - 1) * msPerDay + (Number(hours) * 60 + Number(minutes)) * 60_000)
}
