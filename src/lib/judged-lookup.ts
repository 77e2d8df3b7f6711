import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'

/** Asks the name server for all addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

type Address = Awaited<ReturnType<Resolve>>[number]

const ownResolver: Resolve = (hostname) => lookup(hostname, { all: true, order: 'verbatim' })

/**
 * What `net` and `tls` ask instead of the machine's resolver: a name is resolved once for each socket, every address it leads to
 * is judged, and the socket is made to one of exactly these: an answer of the name server that changes in between has no say.
 * They do not ask for a host that is an address already. `refusal` gives the error for an address that must not be called.
 */
export function createJudgedLookup(
  refusal: (address: string, hostname: string) => Error | null,
  resolve: Resolve = ownResolver,
): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (found: readonly Address[]): void => {
      const judged = judge(found, hostname, refusal, options.family)
      if (judged instanceof Error) callback(judged, '')
      else if (options.all === true) callback(null, judged.usable)
      else callback(null, judged.first.address, judged.first.family)
    }
    resolve(hostname).then(answer, (error: NodeJS.ErrnoException) => callback(error, ''))
  }
}

/** One bad address spoils the name: who answers so for it means no good. */
function judge(
  found: readonly Address[],
  hostname: string,
  refusal: (address: string, hostname: string) => Error | null,
  wanted: Parameters<LookupFunction>[1]['family'],
): NodeJS.ErrnoException | { readonly usable: Address[]; readonly first: Address } {
  for (const { address } of found) {
    const error = refusal(address, hostname)
    if (error !== null) return error
  }
  const family = Number(String(wanted ?? 0).replace('IPv', ''))
  const usable = found.filter((one) => family === 0 || one.family === family)
  const [first] = usable
  return first === undefined ? notFound(hostname) : { usable, first }
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' })
}
