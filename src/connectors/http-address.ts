import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { ConnectorError } from './failure.ts'
import type { HttpOptions, Resolve } from './http.ts'

/**
 * Where calls may go. A name is resolved once for each socket, every address it leads to is judged, and the socket is made
 * to one of exactly these: an answer of the name server that changes in between has no say. TLS goes on by the name.
 */

const ownResolver: Resolve = (hostname) => lookup(hostname, { all: true, order: 'verbatim' })

/** What net and tls ask instead of the machine's resolver. They do not ask for a host that is an address already. */
export function createLookup({ refusesAddress, resolve = ownResolver }: HttpOptionsOfLookup): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (found: Awaited<ReturnType<Resolve>>): void => {
      const judged = judge(found, hostname, refusesAddress, options.family)
      if (judged instanceof Error) callback(judged, '')
      else if (options.all === true) callback(null, judged.usable)
      else callback(null, judged.first.address, judged.first.family)
    }
    resolve(hostname).then(answer, (error: NodeJS.ErrnoException) => callback(error, ''))
  }
}

type HttpOptionsOfLookup = Pick<HttpOptions, 'refusesAddress' | 'resolve'>

type Address = Awaited<ReturnType<Resolve>>[number]

/** One bad address spoils the name: who answers so for it means no good. */
function judge(
  found: readonly Address[],
  hostname: string,
  refusesAddress: HttpOptions['refusesAddress'],
  wanted: Parameters<LookupFunction>[1]['family'],
): NodeJS.ErrnoException | { readonly usable: Address[]; readonly first: Address } {
  const forbidden = found.find(({ address }) => refusesAddress?.(address) === true)
  if (forbidden !== undefined) return forbiddenAddress(forbidden.address, hostname)
  const family = Number(String(wanted ?? 0).replace('IPv', ''))
  const usable = found.filter((one) => family === 0 || one.family === family)
  const [first] = usable
  return first === undefined ? notFound(hostname) : { usable, first }
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' })
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
