import { BlockList, isIP } from 'node:net'

/**
 * Addresses at which clouds and machines answer with secrets about themselves: the metadata services on link-local addresses
 * (169.254.169.254 of nearly all; AWS also 169.254.170.2 and .23 for containers; Tencent 169.254.0.23; AWS fd00:ec2::254, Google
 * fd20:ce::254) and those that have an address elsewhere (Alibaba 100.100.100.200, Oracle 192.0.0.192, Azure 168.63.129.16), and "this
 * host" (RFC 1122: 0.0.0.0/8, ::). Also when written as IPv6 (RFC 4291, RFC 6052).
 */
const metadata = new BlockList()
/** Link-local ones (RFC 3927, RFC 4291), which no receiver outside of the machine's own wire has. */
const linkLocal = new BlockList()

function add(list: BlockList, address: string, bits: number): void {
  list.addSubnet(address, bits, 'ipv4')
  list.addSubnet(`64:ff9b::${address}`, 96 + bits, 'ipv6')
}

for (const address of ['169.254.169.254', '169.254.170.2', '169.254.170.23', '169.254.0.23', '100.100.100.200']) {
  add(metadata, address, 32)
}
for (const address of ['192.0.0.192', '168.63.129.16']) add(metadata, address, 32)
add(metadata, '0.0.0.0', 8)
for (const address of ['fd00:ec2::254', 'fd20:ce::254', '::']) metadata.addAddress(address, 'ipv6')
add(linkLocal, '169.254.0.0', 16)
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** Whether nothing is ever sent to this IP address, whatever the settings say. False for what is no address. */
export function isMetadata(address: string): boolean {
  return isIn(metadata, address)
}

/** Whether it is one of them or link-local: refused unless a person allowed it. False for what is no address. */
export function isLinkLocal(address: string): boolean {
  return isIn(metadata, address) || isIn(linkLocal, address)
}

function isIn(list: BlockList, address: string): boolean {
  const plain = address.split('%')[0] ?? ''
  const version = isIP(plain)
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}
