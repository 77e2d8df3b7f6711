import type { Resolve } from '../lib/judged-lookup.ts'
import type { Log } from '../lib/log.ts'

/** One request as a connector writes it. The address is relative to nothing: connectors give whole addresses. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON when it is an object; a string is sent as it is. */
  readonly body?: object | string
  /** What the vendor counts threads by (Autotask: the first path segment). One connection has one governor. */
  readonly endpoint: string
  /** Whole time allowed in milliseconds, from sending to the last byte; the connection's default when absent. */
  readonly timeoutMs?: number
  /** Asked when the connection stands, right before the first byte: false ends it with `later/busy` and sends nothing. */
  readonly mayBegin?: () => boolean
}

/** The answer, read to its end (at most `maxReplyBytes`); `json()` fails with `later/bad-reply` and names the content type. */
export type HttpReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  json(): unknown
}

/**
 * The one way out to a vendor. Fails with `ConnectorError` for everything below HTTP: `later/unreachable` (outcome
 * not-done) when no connection was made, `later/timed-out` and `later/cut-off` (outcome unknown) after the request may
 * have left, `denied/untrusted-certificate`. HTTP statuses are the connector's business: only it knows what they mean.
 */
export type HttpClient = {
  request(request: HttpRequest): Promise<HttpReply>
  /** Takes the connection's secrets out of a vendor's text before it is put into a failure or a log line. */
  redact(text: string): string
  /** Frees sockets. */
  close(): Promise<void>
}

/** How the vendor's certificate is trusted. There is no way to accept any certificate. */
export type Trust =
  | { readonly by: 'system' }
  | { readonly by: 'ca'; readonly pem: string }
  | { readonly by: 'fingerprint'; readonly sha256: string }

/** An HTTP proxy on the way to the vendor; user and password empty when it asks for none. */
export type Proxy = { readonly url: string; readonly user: string; readonly password: string }

/** Tells the gate that a call ended. `givenUp`: we stopped waiting, and it may still run at the vendor. */
export type Release = (givenUp?: boolean) => void

/** Asked before each request, told after it: the governor. `acquire` fails with `limited` when nothing may be sent now. */
export type Gate = { acquire(endpoint: string, signal: AbortSignal): Promise<Release> }

export type HttpOptions = {
  readonly trust: Trust
  readonly proxy: Proxy | null
  readonly timeoutMs: number
  readonly maxReplyBytes: number
  readonly gate: Gate
  /** Texts that must never appear in an error or log line, whatever the vendor answers. */
  readonly secrets: readonly string[]
  readonly log: Log
  readonly signal: AbortSignal
  /** Told the end of a certificate that the connection pins (`ca`, `fingerprint`), with each new socket. */
  readonly onCertificate?: (endsAt: Date) => void
  /**
   * Hosts that may be called: `host` or `host:port` as it stands in an address, or `*.example.com` for https below a domain.
   * Others fail with `denied/wrong-address`, and nothing is sent. Absent: any, for callers whose only address a person entered.
   */
  readonly hosts?: readonly string[]
  /**
   * Asked for every address that a name leads to before any of them is connected to, and for each new socket before the
   * first byte of a request: true fails it with `denied/wrong-address`.
   */
  readonly refusesAddress?: (address: string) => boolean
  /** Finds the addresses of a name; the machine's own resolver unless given. */
  readonly resolve?: Resolve
}

/** What of it the settings of a connection decide. */
export type Reach = Pick<HttpOptions, 'trust' | 'proxy' | 'timeoutMs' | 'secrets'> &
  Required<Pick<HttpOptions, 'hosts'>>
