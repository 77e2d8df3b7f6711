import { isIP, type LookupFunction } from 'node:net'
import { createJudgedLookup } from '../lib/judged-lookup.ts'
import { ConnectorError } from './failure.ts'
import type { HttpOptions } from './http.ts'

/** Where calls may go: each name is resolved and judged when a socket is made, and TLS goes on by the name. */

/** What net and tls ask instead of the machine's resolver. */
export function createLookup({
  refusesAddress,
  resolve,
}: Pick<HttpOptions, 'refusesAddress' | 'resolve'>): LookupFunction {
  return createJudgedLookup(
    (address, hostname) => (refusesAddress?.(address) === true ? forbiddenAddress(address, hostname) : null),
    resolve,
  )
}

/**
 * Judges a whole address before anything is done about it: the host must be one of the connection's, and when it is written
 * as an address that one is judged too, since no name is looked up then. Throws `denied/wrong-address`.
 */
export function mustMayReach({ hosts, refusesAddress }: Pick<HttpOptions, 'hosts' | 'refusesAddress'>, url: URL): void {
  if (hosts !== undefined && !hosts.some((host) => isHost(host, url))) {
    const message = `${url.host} is not an address of this connection: nothing is sent there. Which addresses are follows from its settings.`
    throw new ConnectorError('denied', 'wrong-address', message)
  }
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && refusesAddress?.(literal) === true) throw forbiddenAddress(literal)
}

function isHost(host: string, url: URL): boolean {
  if (host.startsWith('*.')) {
    return url.protocol === 'https:' && url.port === '' && `.${url.hostname}`.endsWith(host.slice(1))
  }
  // A port that the scheme implies stands in no URL's host.
  return url.host === (URL.parse(`${url.protocol}//${host}`)?.host ?? host)
}

/** `hostname`: the name that leads there. */
export function forbiddenAddress(address: string, hostname?: string): ConnectorError {
  const which =
    hostname === undefined ? `The address ${address}` : `The address ${address}, to which ${hostname} leads,`
  const message = `${which} belongs to the machine itself or to its cloud (link-local, metadata): nothing is sent there.`
  return new ConnectorError('denied', 'wrong-address', message)
}
