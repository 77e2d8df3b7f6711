import type { DeskVendor, SourceEvidence } from '../checker/evidence.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { Deps } from '../src/usecases/deps.ts'
import type { DeskKind, DeskNames } from './desks/desk-kind.ts'
import type { DeskTicket } from './desks/desk-ticket.ts'
import type { SourceKind, StageRule } from './rules.ts'
import type { StageClock } from './stage-clock.ts'
import type { StageEmulator } from './stage-emulator.ts'
import type { Troubles } from './troubles.ts'

/** What a world is made of: emulated sources and desks, and the integrations between them. */

/** What every emulator of a world shares. */
export type Ground = {
  readonly clock: StageClock
  readonly troubles: Troubles
  /** Done when the world stops; what came last goes first. */
  atEnd(close: () => Promise<void>): void
}

/** How often Tocsin reads, in seconds. */
export type Intervals = {
  readonly computersEverySeconds: number
  readonly eventsEverySeconds: number
  readonly changesEverySeconds: number
}

type Side = {
  /** By which a story speaks of it. */
  readonly id: string
  /** In Tocsin. */
  readonly name: string
  /** Of a connection in Tocsin, without the intervals. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The settings that say how often it is read. */
  intervals(every: Intervals): Readonly<Record<string, unknown>>
  /** Path under its address that shows what is there, for people. */
  readonly look: string
}

/** An emulated security product. A further kind is one more file under `sources/` that makes this. */
export type WorldSource = Side & {
  readonly connector: SourceKind
  readonly emulator: StageEmulator<unknown>
  /** The clients that it has now, as Tocsin's tenants. */
  tenants(): readonly { readonly key: string; readonly name: string }[]
  /** Rows that can have a rule, their titles by their keys. */
  rows(): { readonly statuses: Titles; readonly eventTypes: Titles }
  /** What the checker must know to judge by it. */
  evidence(): SourceEvidence
  /** Of a source that is never asked: lets it send to us from now on. */
  join?(ours: JoinedSource): Promise<void>
}

type Titles = Readonly<Record<string, string>>

/** What a source that sends by itself is told of us. */
export type JoinedSource = {
  readonly deps: Deps
  readonly sourceId: number
  /** Where our API answers. */
  readonly address: string
}

/** An emulated desk; its vendor is what a story calls it, so that there is one of a kind. */
export type WorldDesk<Ready = unknown> = Side & {
  readonly id: DeskVendor
  readonly kind: DeskKind
  readonly emulator: StageEmulator<TicketHistoryEntry, Ready>
  readonly names: DeskNames
  /** Every ticket that was ever there but those about Tocsin itself, by its own history. */
  tickets(): DeskTicket[]
}

/** One source paired with one desk. */
export type WorldIntegration = {
  readonly name: string
  /** Their ids. */
  readonly source: string
  readonly desk: string
  /** The company of a tenant by name; null when it is not of this integration. */
  companyOf(tenant: string): string | null
  readonly rules: readonly StageRule[]
  readonly repeats: 'note' | 'ticket'
  readonly repeatNoteMinutes: number
}

export type Cast = {
  readonly sources: readonly WorldSource[]
  readonly desks: readonly WorldDesk[]
  readonly integrations: readonly WorldIntegration[]
}
