import type { PollMailbox } from '../channels/mailbox.ts'
import type { HttpClient, HttpOptions } from '../connectors/http.ts'
import type { PsaConnector } from '../connectors/psa.ts'
import type { SourceConnector } from '../connectors/source.ts'
import type { Actor } from '../core/actor.ts'
import type { Connections, QueryBuilder } from '../db/sql.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { Machine } from '../lib/machine.ts'
import type { Meter } from '../lib/meter.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import type { TokenShelf } from '../lib/token-shelf.ts'

/** All that a use case may lean on. Built once in `app.ts`; tests build it with their own clock, ids and connectors. */
export type Deps = {
  readonly pool: Connections
  readonly db: QueryBuilder
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly meter: Meter
  /** What this process knows of its machine and of the clocks and certificates it saw. */
  readonly machine: Machine
  readonly box: SecretBox
  /** Name of this installation, part of every reference. */
  readonly installation: string
  readonly sources: ReadonlyMap<string, SourceConnector>
  readonly psas: ReadonlyMap<string, PsaConnector>
  /** On whose behalf: stands in the audit log. */
  readonly actor: Actor
  /** Address at which others reach us; null or absent: none is known. */
  readonly publicUrl?: URL | null
  /** Everything here is made up: the demo. */
  readonly demo: boolean
  httpClient(options: HttpOptions): HttpClient
  /** Tokens that sign-in authorities gave to this process. */
  readonly tokenShelf: TokenShelf
  /** Looks into a mailbox once. */
  readonly pollMailbox: PollMailbox
}
