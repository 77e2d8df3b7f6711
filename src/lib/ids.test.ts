import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceOf, referencePrefix, systemIds } from './ids.ts'

/** RFC 4648 base32, by the book: the bits in a row, five at a time. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

describe('referenceOf', () => {
  it('is the same for ever: tickets of earlier versions are found by it', () => {
    expect(referenceOf('installation', 'identity')).toBe('tocsin-iyoxr25mtqrsq6xk5whh7tfbey')
  })

  it('follows from installation and identity alone, is short and safe in every search', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (installation, identity) => {
        const reference = referenceOf(installation, identity)
        expect(referenceOf(installation, identity)).toBe(reference)
        expect(reference).toMatch(/^tocsin-[a-z2-7]{26}$/)
        expect(reference.startsWith(referencePrefix)).toBe(true)
        expect(reference.length).toBeLessThanOrEqual(50)
        const digest = createHash('sha256').update(`${installation}\n${identity}`).digest().subarray(0, 16)
        expect(reference).toBe(`tocsin-${base32(digest)}`)
      }),
    )
  })

  it('differs for another identity and for another installation', () => {
    const references = ['a', 'b'].flatMap((installation) =>
      ['x', 'y', 'x\u001f', ''].map((identity) => referenceOf(installation, identity)),
    )
    expect(new Set(references).size).toBe(8)
  })
})

describe('systemIds', () => {
  it('makes ids that are unlike each other', () => {
    const ids = Array.from({ length: 1_000 }, () => systemIds.uuid())
    expect(new Set(ids).size).toBe(1_000)
    expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it.each([0, 1, 2, 3, 4, 5, 16, 20, 32])('writes %i random bytes in base32', (bytes) => {
    const secret = systemIds.secret(bytes)
    expect(secret).toMatch(/^[a-z2-7]*$/)
    expect(secret).toHaveLength(Math.ceil((bytes * 8) / 5))
  })

  it('uses every letter and repeats no secret', () => {
    const secrets = Array.from({ length: 200 }, () => systemIds.secret(20))
    expect(new Set(secrets).size).toBe(200)
    expect(new Set(secrets.join('')).size).toBe(32)
  })
})
