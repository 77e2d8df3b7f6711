import { BlockList, isIP } from 'node:net'

/** What is wrong with a list of addresses and networks, a sentence for each; empty when it can be used. */
export function checkAddresses(list: readonly string[]): string[] {
  return list.flatMap((entry) => {
    const parsed = parseEntry(entry)
    return parsed === null ? [`“${entry}” is neither an IP address nor a network like 203.0.113.0/24.`] : []
  })
}

/** Whether a peer may speak, given addresses and networks; an empty list allows all. Entries that are none allow nobody. */
export function createPeerCheck(list: readonly string[]): (peer: string) => boolean {
  if (list.length === 0) return () => true
  const allowed = new BlockList()
  for (const entry of list) {
    const parsed = parseEntry(entry)
    if (parsed !== null) allowed.addSubnet(parsed.address, parsed.prefix, parsed.family)
  }
  return (peer) => {
    const kind = isIP(peer)
    return kind !== 0 && allowed.check(peer, kind === 6 ? 'ipv6' : 'ipv4')
  }
}

function parseEntry(
  entry: string,
): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | null {
  const [address = '', prefixText, ...more] = entry.trim().split('/')
  const kind = isIP(address)
  if (kind === 0 || more.length > 0) return null
  const widest = kind === 6 ? 128 : 32
  const prefix = prefixText === undefined ? widest : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1
  return prefix < 0 || prefix > widest ? null : { address, prefix, family: kind === 6 ? 'ipv6' : 'ipv4' }
}

/** An IPv4 peer of a socket that listens on both families reports itself as `::ffff:192.0.2.1`. */
export function peerAddress(remote: string | undefined): string {
  const address = remote ?? ''
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}
