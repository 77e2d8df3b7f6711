import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutBody, cutText, noteText, oneLine, ticketTexts } from './desk-text.ts'

const family = '👨‍👩‍👧‍👦'
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

describe('cutText', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['one too long', 11, 'one too lo…'],
    [`ab${family}c`, 6, 'ab…'],
    [`${family}${family}`, 12, `${family}…`],
    ['שלום עולם', 6, 'שלום…'],
    ['e\u0301e\u0301e\u0301', 4, 'e\u0301…'],
    ['Tom & "Jerry"', 8, 'Tom & "…'],
  ])('%j to %i', (text, max, wanted) => {
    expect(cutText(text, max)).toBe(wanted)
  })

  it('never exceeds the length, never breaks a character, keeps the beginning', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '&', '\r\n', family, '🇺🇦', 'é', 'ש', '𝒳', 'e\u0301', ' ') })
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, max) => {
        const cut = cutText(text, max)
        expect(cut.length).toBeLessThanOrEqual(max)
        expect(cut.isWellFormed()).toBe(true)
        if (cut === text) return
        const kept = cut.slice(0, -1)
        expect(text.startsWith(kept)).toBe(true)
        const characters = [...graphemes.segment(text)].map((one) => one.segment)
        const borders = characters.map((_, index) => characters.slice(0, index).join(''))
        const isBorder = borders.some((border) => border.trimEnd() === kept || border === kept)
        // Only a single character that is longer than the room itself may be broken.
        expect(isBorder || (characters[0]?.length ?? 0) >= max).toBe(true)
      }),
    )
  })
})

describe('ticketTexts', () => {
  const max = { title: 20, description: 200 }

  it('leaves fitting texts alone', () => {
    expect(ticketTexts('A & B', 'line 1\r\nline 2', max)).toEqual({ title: 'A & B', description: 'line 1\r\nline 2' })
  })

  it('keeps a cut title whole in the description', () => {
    const title = 'Databases are outdated on PC-14'
    const texts = ticketTexts(title, 'What is wrong.', max)
    expect(texts).toEqual({ title: 'Databases are outda…', description: `${title}\n\nWhat is wrong.` })
  })

  it('says so when the description was cut', () => {
    const { description } = ticketTexts('t', 'x'.repeat(500), max)
    expect(description).toHaveLength(200)
    expect(description).toMatch(/…\n\n\[The text was too long for the ticket desk and ends here\.]$/)
  })

  it('makes a title of one line and drops what no desk can store', () => {
    expect(oneLine('a\r\nb\tc\u0000\ud800d ')).toBe('a b c \ufffdd')
    expect(ticketTexts('t', 'a\u0000b\u0007\tc\r\n\ud800', max).description).toBe('ab\tc\r\n\ufffd')
  })
})

describe('noteText', () => {
  it('keeps the marker on the last line whatever is cut', () => {
    expect(noteText('Seen again.', '[tocsin-x #2]', 100)).toBe('Seen again.\n\n[tocsin-x #2]')
    const long = noteText('y'.repeat(1_000), '[tocsin-x #2]', 150)
    expect(long).toHaveLength(150)
    expect(long.split('\n').at(-1)).toBe('[tocsin-x #2]')
  })
})

describe('cutBody', () => {
  it('leaves a fitting text alone', () => {
    expect(cutBody('fits', 4)).toBe('fits')
  })
})
