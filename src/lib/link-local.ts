import { BlockList, isIP } from 'node:net'

/**
 * Addresses at which clouds and machines answer with secrets about themselves, and which no receiver outside of the
 * machine ever has: link-local ones (RFC 3927, RFC 4291) with the metadata services on them, and those services that have an address elsewhere
 * (AWS fd00:ec2::254, Alibaba 100.100.100.200, Oracle 192.0.0.192, Azure 168.63.129.16), also when written as IPv6 (RFC 4291, RFC 6052).
 */
const list = new BlockList()
for (const [address, bits] of [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
  ['0.0.0.0', 8],
] as const) {
  list.addSubnet(address, bits, 'ipv4')
  list.addSubnet(`64:ff9b::${address}`, 96 + bits, 'ipv6')
}
list.addSubnet('fe80::', 10, 'ipv6')
list.addAddress('fd00:ec2::254', 'ipv6')
list.addAddress('::', 'ipv6')

/** Whether this IP address is one of them. False for what is no address. */
export function isLinkLocal(address: string): boolean {
  const plain = address.split('%')[0] ?? ''
  const version = isIP(plain)
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}
