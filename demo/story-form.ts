import type { DeskVendor } from '../checker/evidence.ts'
import type { DeskAct } from './desks/desk-kind.ts'
import type { SourceKind } from './rules.ts'
import type { Order } from './stage-emulator.ts'

/** The form of a story: who is there, what happens when, and what must have come of it. Data only; `play.ts` plays it. */

export type Story = {
  readonly start: string
  readonly days: number
  readonly sources: readonly StorySource[]
  readonly integrations: readonly StoryIntegration[]
  readonly scenes: readonly Scene[]
  readonly expectations: readonly Expectation[]
  readonly ticketsAtLeast: number
}

/** A security product with its clients; `cast.ts` starts one of each kind. */
export type StorySource = {
  readonly kind: SourceKind
  /** By which scenes speak of it. */
  readonly id: string
  readonly name: string
  /** The clients' names, in the order in which the fleet makes them. */
  readonly clients: readonly string[]
  readonly devices: number
  readonly seed: number
  /** Of a second server: how its computers' names begin. */
  readonly codes?: { readonly main: string; readonly clients: readonly string[] }
  readonly hostName?: string
}

export type StoryIntegration = {
  readonly name: string
  readonly source: string
  readonly desk: DeskVendor
  /** Company of each client by name. A client in no integration gets no tickets. */
  readonly companies: Readonly<Record<string, string>>
}

/** Day 1 is the first; `time` is hh:mm, UTC. */
export type Moment = { readonly day: number; readonly time: string }

export type Scene = Moment & {
  /** One plain line for the person who watches. */
  readonly say: string
  readonly acts: readonly Act[]
}

export type Act =
  /** An order to the emulator of a source or a desk, by its id. */
  | { readonly at: string; readonly order: Order }
  /** `{}` ends all faults. */
  | { readonly at: string; readonly faults: Readonly<Record<string, unknown>> }
  /** Technicians do this with every open ticket that fits (to reopen: the last that is closed), each at its desk. */
  | { readonly desk: DeskAct; readonly tickets: TicketFilter }

/** What is absent fits any. */
export type TicketFilter = {
  readonly desk?: DeskVendor
  /** One of them. */
  readonly clients?: readonly string[]
  readonly client?: string
  readonly computer?: string
  readonly what?: string
}

/** A number, or bounds. */
export type Range = number | { readonly atLeast?: number; readonly atMost?: number }

/** What must be so at the end, at the desks. */
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
  /** Queue or board of all of them in the end. */
  readonly place?: string
  /** So many answers of this status by a source or a desk; 0 is a connection that was cut. */
  readonly answers?: { readonly of: string; readonly status: number; readonly count: Range }
}

const msPerDay = 86_400_000

/** The instant of a moment of a story. Throws for a time that is not hh:mm. */
export function momentToDate(story: Pick<Story, 'start'>, { day, time }: Moment): Date {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  if (hours === undefined || minutes === undefined) throw new Error(`“${time}” is no time of a day: write hh:mm.`)
  const midnight = Math.floor(Date.parse(story.start) / msPerDay) * msPerDay
  return new Date(midnight + (day - 1) * msPerDay + (Number(hours) * 60 + Number(minutes)) * 60_000)
}
