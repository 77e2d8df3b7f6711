import { z } from 'zod'
import { ConnectorError } from '../connectors/failure.ts'
import type { Gate, HttpClient } from '../connectors/http.ts'
import type { PsaConnector, PsaContext, PsaOptions } from '../connectors/psa.ts'
import type { SourceConnector, SourceContext } from '../connectors/source.ts'
import type { FieldValues } from '../core/ticket.ts'
import { isLinkLocal } from '../lib/link-local.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import type { Deps } from './deps.ts'

/** A connection as it is stored, secrets still sealed. */
export type StoredConnection = {
  readonly id: number
  readonly connector: string
  readonly name: string
  readonly settings: Record<string, unknown>
  readonly secrets: Record<string, string>
}

export type OpenSource = {
  readonly id: number
  readonly name: string
  readonly connector: SourceConnector
  readonly settings: unknown
  readonly context: SourceContext<unknown>
  close(): Promise<void>
}

export type OpenPsa = {
  readonly id: number
  readonly name: string
  readonly connector: PsaConnector
  readonly settings: unknown
  readonly context: PsaContext<unknown>
  close(): Promise<void>
}

/** What a PSA connector knows beside its settings. */
export type DeskSettings = { readonly options: PsaOptions; readonly generals: readonly FieldValues[] }

export const noOptions: PsaOptions = { choices: {}, extra: {} }

const maxReplyBytes = 256 * 1024 * 1024

/** A gate that lets everything through, for sources and for trying settings before they are stored. */
export const openGate: Gate = { acquire: () => Promise.resolve(() => undefined) }

/** Where a secret belongs, bound into its sealed form. */
export function secretPlace(table: 'sources' | 'psas', id: number, field: string): string {
  return `${table}/${id}/${field}`
}

/** Opens a stored source. Throws `ConnectorError` (denied) when its settings or secrets cannot be used. */
export function openSource(deps: Deps, stored: StoredConnection, signal: AbortSignal): OpenSource {
  const connector = deps.sources.get(stored.connector)
  if (connector === undefined) throw unknownConnector(stored)
  const settings = readSettings(deps, 'sources', stored, connector.settings)
  return openSourceWith(deps, connector, stored.id, stored.name, settings, signal)
}

/** Opens a source with settings that need not be stored yet (id 0). */
export function openSourceWith(
  deps: Deps,
  connector: SourceConnector,
  id: number,
  name: string,
  settings: unknown,
  signal: AbortSignal,
): OpenSource {
  const log = deps.log.child({ source: name })
  const http = meteredClient(
    deps,
    connector.id,
    { name, place: id === 0 ? null : `source/${id}` },
    {
      ...connector.reach(settings),
      maxReplyBytes,
      gate: openGate,
      log,
      signal,
    },
  )
  const context = { settings, http, log, now: () => deps.clock.now(), signal }
  return { id, name, connector, settings, context, close: () => http.close() }
}

/** Opens a stored PSA; `gate` is its governor. */
export function openPsa(
  deps: Deps,
  stored: StoredConnection,
  desk: DeskSettings,
  gate: Gate,
  signal: AbortSignal,
): OpenPsa {
  const connector = deps.psas.get(stored.connector)
  if (connector === undefined) throw unknownConnector(stored)
  const settings = readSettings(deps, 'psas', stored, connector.settings)
  return openPsaWith(deps, connector, stored.id, stored.name, settings, desk, gate, signal)
}

/** Opens a PSA with settings that need not be stored yet (id 0). */
export function openPsaWith(
  deps: Deps,
  connector: PsaConnector,
  id: number,
  name: string,
  settings: unknown,
  desk: DeskSettings,
  gate: Gate,
  signal: AbortSignal,
): OpenPsa {
  const log = deps.log.child({ psa: name })
  const http = meteredClient(
    deps,
    connector.id,
    { name, place: id === 0 ? null : `psa/${id}` },
    {
      ...connector.reach(settings),
      maxReplyBytes,
      gate,
      log,
      signal,
    },
  )
  const context = { settings, http, log, now: () => deps.clock.now(), signal, ...desk }
  return { id, name, connector, settings, context, close: () => http.close() }
}

function openSecret(deps: Pick<Deps, 'box'>, sealed: string, place: string): string {
  try {
    return deps.box.open(sealed, place)
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error
    throw new ConnectorError('denied', 'invalid-value', error.message, { cause: error })
  }
}

function unknownConnector(stored: StoredConnection): ConnectorError {
  const message = `“${stored.name}” needs the connector ${stored.connector}, which this version of Tocsin does not have.`
  return new ConnectorError('denied', 'invalid-value', message)
}

/** The settings of a stored connection with its secrets. Throws `ConnectorError` (denied) or `SecretBoxError`. */
export function readSettings<T>(
  deps: Pick<Deps, 'box'>,
  table: 'sources' | 'psas',
  stored: StoredConnection,
  schema: z.ZodType<T>,
): T {
  const plain: Record<string, unknown> = { ...stored.settings }
  for (const [field, sealed] of Object.entries(stored.secrets)) {
    plain[field] = openSecret(deps, sealed, secretPlace(table, stored.id, field))
  }
  const parsed = schema.safeParse(plain)
  if (parsed.success) return parsed.data
  const message = `The settings of “${stored.name}” are no longer valid, save them again: ${z.prettifyError(parsed.error)}`
  throw new ConnectorError('denied', 'invalid-value', message)
}

function meteredClient(
  deps: Deps,
  peer: string,
  { name: connection, place }: { name: string; place: string | null },
  options: Parameters<Deps['httpClient']>[0],
): HttpClient {
  const client = deps.httpClient({
    ...options,
    refusesAddress: isLinkLocal,
    ...(place !== null && { onCertificate: (endsAt: Date) => deps.machine.sawCertificate(place, endsAt) }),
  })
  return {
    async request(request) {
      const begun = performance.now()
      try {
        const reply = await client.request(request)
        noteClock(deps, connection, reply.headers.date)
        deps.meter.called(peer, connection, String(reply.status), performance.now() - begun)
        return reply
      } catch (error) {
        const reason = error instanceof ConnectorError ? error.reason : 'fault'
        deps.meter.called(peer, connection, reason, performance.now() - begun)
        throw error
      }
    },
    redact: (text) => client.redact(text),
    close: () => client.close(),
  }
}

/** The clock of the other side, as its answer tells it to the second; in real time, as the certificates and leases of others are. */
function noteClock({ machine }: Deps, connection: string, date: string | undefined): void {
  const theirs = date === undefined ? Number.NaN : Date.parse(date)
  if (!Number.isNaN(theirs)) machine.sawClock(connection, theirs + 500 - Date.now())
}
