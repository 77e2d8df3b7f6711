import { createHash, randomBytes, randomUUID } from 'node:crypto'

/** Ids and chance, so that scenarios can have their own. */
export type Ids = {
  /** Unique for ever, for leases and polls. */
  uuid(): string
  /** `bytes` random bytes as lower-case base32 text without padding. */
  secret(bytes: number): string
}

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  secret: (bytes) => base32(randomBytes(bytes)),
}

/** Prefix of every reference; desks are searched by it. */
export const referencePrefix = 'tocsin-'

/**
 * The reference of an identity: always the same for the same installation and identity, so that a ticket is found again
 * even by a database that was restored from an older copy. 33 characters, safe in every desk's search.
 */
export function referenceOf(installation: string, identity: string): string {
  const digest = createHash('sha256').update(`${installation}\n${identity}`).digest()
  return referencePrefix + base32(digest.subarray(0, 16))
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

function base32(bytes: Uint8Array): string {
  let bits = 0
  let held = 0
  let text = ''
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(held >> bits) & 31]
    }
  }
  return bits === 0 ? text : text + alphabet[(held << (5 - bits)) & 31]
}
