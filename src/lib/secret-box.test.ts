import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecretBox, SecretBoxError } from './secret-box.ts'

const key = 'k'.repeat(32)
const box = createSecretBox(key)
const place = 'psas/3/secret'

describe('createSecretBox', () => {
  it('opens what it sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (plain, where) => {
        expect(box.open(box.seal(plain, where), where)).toBe(plain)
      }),
    )
  })

  it('opens with a box of the same key, in another process', () => {
    expect(createSecretBox(key).open(box.seal('pass word', place), place)).toBe('pass word')
  })

  it('seals the same secret in another way each time, and shows nothing of it', () => {
    const plain = 'correct horse battery staple'
    const sealed = [box.seal(plain, place), box.seal(plain, place)]
    expect(new Set(sealed).size).toBe(2)
    for (const text of sealed) {
      expect(text).toMatch(/^v1\.[\w-]+\.[\w-]+$/)
      const bytes = text.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
      for (const shown of [text, ...bytes]) {
        expect(shown).not.toContain('horse')
        expect(shown).not.toContain(key)
        expect(shown).not.toContain(Buffer.from(plain).toString('base64url').slice(4, 20))
      }
    }
  })

  it.each([
    ['another row', box, 'psas/4/secret'],
    ['another field', box, 'psas/3/integrationCode'],
    ['another key', createSecretBox('K'.repeat(32)), place],
    ['a longer key', createSecretBox(`${key}k`), place],
  ])('does not open at %s', (_, other, where) => {
    const sealed = box.seal('secret', place)
    expect(() => other.open(sealed, where)).toThrow(SecretBoxError)
  })

  it('does not open when any character was changed, added or taken away', () => {
    const letter = fc.constantFrom(...'ABCZabcz0189-_.= +/v')
    fc.assert(
      fc.property(fc.string({ maxLength: 6 }), fc.nat(), letter, fc.nat(2), (plain, spot, other, kind) => {
        const sealed = box.seal(plain, place)
        const at = spot % (sealed.length + 1)
        const changed =
          kind === 0
            ? sealed.slice(0, at) + other + sealed.slice(at + 1)
            : kind === 1
              ? sealed.slice(0, at) + other + sealed.slice(at)
              : sealed.slice(0, at) + sealed.slice(at + 1)
        if (changed === sealed) return
        expect(() => box.open(changed, place)).toThrow(SecretBoxError)
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not open parts of two sealed texts put together', () => {
    const [one, other] = [box.seal('one', place).split('.'), box.seal('two', place).split('.')]
    expect(() => box.open(`v1.${one[1]}.${other[2]}`, place)).toThrow(SecretBoxError)
  })

  it.each(['', 'v1', 'v1.', 'v1..', 'v2.a.b', 'plain password', 'v1.YQ.YQ', `v1.${'A'.repeat(80)}.AAAA`])(
    'does not take %j for a sealed secret',
    (text) => {
      expect(() => box.open(text, place)).toThrow(SecretBoxError)
    },
  )

  it('says what to do, without the secret', () => {
    const sealed = box.seal('hunter2', place)
    const opening = (): string => createSecretBox('x'.repeat(40)).open(sealed, place)
    expect(opening).toThrow(/psas\/3\/secret.*TOCSIN_SECRET/)
    expect(opening).not.toThrow(/hunter2|x{32}/)
    expect(opening).toThrow(expect.objectContaining({ code: 'secret-unreadable' }))
    expect(() => box.open('nonsense', place)).toThrow(/enter it again/)
  })

  it('refuses a key that is too short', () => {
    expect(() => createSecretBox('k'.repeat(31))).toThrow(/at least 32 characters/)
    expect(() => createSecretBox('')).toThrow(SecretBoxError)
  })
})
