import type { CallOutcome } from '../core/failure.ts'
import { ConnectorError } from './failure.ts'

/** Where a call stood when it failed, as far as its message needs it. */
export type CallPlace = {
  /** Host and port of the vendor, without path and query. */
  readonly host: string
  /** Host and port of the proxy, or null. */
  readonly proxy: string | null
  /** True once the request may have left. */
  readonly started: boolean
}

/** Turns what undici, Node and OpenSSL throw into a failure whose words say what to check. Messages are not yet redacted. */
export function toHttpFailure(error: Error, place: CallPlace): ConnectorError {
  if (error instanceof ConnectorError) return error
  return place.started ? exchangeFailure(error, place) : connectFailure(error, place)
}

function connectFailure(error: Error, place: CallPlace): ConnectorError {
  const { host, proxy } = place
  const code = errorCode(error)
  const proxyStatus = /Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)?.[1]
  if (proxyStatus !== undefined) return proxyFailure(Number(proxyStatus), place)
  if (code === 'UND_ERR_INVALID_ARG') {
    return new ConnectorError(
      'refused',
      'invalid-value',
      `The request to ${host} could not be written: ${error.message}`,
    )
  }
  if (isNotTls(code, error)) {
    return new ConnectorError(
      'denied',
      'wrong-address',
      `${host} does not answer with TLS. Check the port, and whether the address should begin with http:// instead of https://.`,
    )
  }
  if (isOldTls(code)) {
    return new ConnectorError(
      'denied',
      'wrong-address',
      `${host} and this server have no TLS version in common (${code}). TLS 1.2 or newer must be switched on there.`,
    )
  }
  if (isCertificateFault(code)) {
    return new ConnectorError(
      'denied',
      'untrusted-certificate',
      `The certificate of ${host} is not trusted: ${error.message} (${code}). Give its CA certificate or its SHA-256 fingerprint ` +
        'in the connection, or put a certificate there that is valid for this host name.',
    )
  }
  return new ConnectorError('later', 'unreachable', unreachableText(code, error, host, proxy))
}

function unreachableText(code: string, error: Error, host: string, proxy: string | null): string {
  const target = proxy === null ? host : `${host} through the proxy ${proxy}`
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name of ${target} was not found (${code}). Check the address and the name server of this machine.`
    case 'ECONNREFUSED':
      return `${target} refuses connections. Check the address and the port, and that the service there is running.`
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `${target} does not answer. Check the address, the port and the firewalls between.`
    default:
      return `No connection to ${target} (${code === '' ? error.message : code}). Check the address, the port and the network.`
  }
}

function proxyFailure(status: number, { host, proxy, started }: CallPlace): ConnectorError {
  const outcome: CallOutcome = started ? 'unknown' : 'not-done'
  if (status === 407) {
    const text = `The proxy ${proxy} asks for a user and password, or refuses the given ones (407). Check the proxy settings.`
    return new ConnectorError('denied', 'bad-credentials', text)
  }
  if (status >= 500) {
    const text = `The proxy ${proxy} could not reach ${host} (${status}). Check the address and the proxy.`
    return new ConnectorError('later', 'unreachable', text, { outcome })
  }
  const text = `The proxy ${proxy} does not let us connect to ${host} (${status}). Allow this address and port in the proxy.`
  return new ConnectorError('denied', 'missing-right', text)
}

function exchangeFailure(error: Error, place: CallPlace): ConnectorError {
  const { host } = place
  const code = errorCode(error)
  if (error.message.startsWith('Proxy Authentication Required')) return proxyFailure(407, place)
  if (error.name === 'HTTPParserError' && !/EOF/.test(`${code} ${error.message}`)) {
    return new ConnectorError(
      'later',
      'bad-reply',
      `${host} answers with something that is not HTTP. Check the port, and whether the address should begin with https://.`,
      { outcome: 'unknown' },
    )
  }
  return new ConnectorError(
    'later',
    'cut-off',
    `The connection to ${host} was cut before the answer was complete (${code === '' ? error.message : code}).`,
    { outcome: 'unknown' },
  )
}

function errorCode(error: Error): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

function isNotTls(code: string, error: Error): boolean {
  return (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE/.test(code) ||
    /wrong version number/.test(error.message)
  )
}

function isOldTls(code: string): boolean {
  return /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER|HANDSHAKE_FAILURE|NO_PROTOCOLS_AVAILABLE|DH_KEY_TOO_SMALL/.test(
    code,
  )
}

/** Names of OpenSSL's verification results as Node gives them (Node documentation, "X509 certificate error codes"). */
function isCertificateFault(code: string): boolean {
  return /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERROR_IN_CERT_)/.test(
    code,
  )
}
