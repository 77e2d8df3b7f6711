import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from './frame.ts'
import { createFramer, FramingError, hugeCount } from './frames.ts'

function texts(frames: readonly Frame[]): string[] {
  return frames.map(({ bytes }) => bytes.toString('utf8'))
}

/** Pushes the bytes in pieces of the given sizes, over and over. */
function feed(bytes: Buffer, sizes: readonly number[], maxBytes = 1_000): Frame[] {
  const framer = createFramer(maxBytes)
  const frames: Frame[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(sizes[turn % sizes.length] ?? 1, 1)
    frames.push(...framer.push(bytes.subarray(at, at + size)))
    at += size
  }
  return [...frames, ...framer.flush(true)]
}

const message = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => `<13>${text.replaceAll(/[\r\n\0]/g, ' ')}x`)
const pieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 })

describe('framing', () => {
  it('reads counted messages, also with line breaks inside, however they are cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 10 }), pieces, (messages, sizes) => {
        const sent = messages.map((text) => text.replace('x', '\nx\r\n'))
        const bytes = Buffer.from(sent.map((text) => `${Buffer.byteLength(text)} ${text}`).join(''))
        expect(texts(feed(bytes, sizes))).toEqual(sent)
      }),
    )
  })

  it('reads lines, however they are cut into pieces and ended', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 10 }),
        pieces,
        fc.constantFrom('\n', '\r\n', '\0\n'),
        (sent, sizes, end) => {
          expect(texts(feed(Buffer.from(sent.join(end) + end), sizes))).toEqual(sent)
          expect(texts(feed(Buffer.from(sent.join(end)), sizes))).toEqual(sent)
        },
      ),
    )
  })

  it('never throws anything but its own error, and holds no more than its bound, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), pieces, (garbage, sizes) => {
        const bytes = Buffer.from(garbage)
        try {
          for (const frame of feed(bytes, sizes, 50)) expect(frame.bytes.length).toBeLessThanOrEqual(50)
        } catch (error) {
          expect(error).toBeInstanceOf(FramingError)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('joins the lines of a text to the message they belong to', () => {
    const framer = createFramer(1_000)
    expect(framer.push(Buffer.from('<10>1 first\r\nUser: ann\r\n\r\nObject: x\n<10>1 sec'))).toEqual([])
    expect(texts(framer.push(Buffer.from('ond\n')))).toEqual(['<10>1 first\nUser: ann\nObject: x'])
    expect(texts(framer.flush(false))).toEqual(['<10>1 second'])
    expect(texts(framer.flush(true))).toEqual([])
  })

  it('joins no message of its own and no line that would not fit', () => {
    const framer = createFramer(30)
    const long = 'y'.repeat(28)
    expect(texts(framer.push(Buffer.from(`<10>a\nCEF:0|x\n<11>b\n${long}\n<12>c\n`)))).toEqual([
      '<10>a',
      'CEF:0|x',
      '<11>b',
      long,
    ])
    expect(texts(framer.flush(true))).toEqual(['<12>c'])
  })

  it('hands over garbage line by line, at once', () => {
    const framer = createFramer(1_000)
    expect(texts(framer.push(Buffer.from('one\ntwo\n')))).toEqual(['one', 'two'])
  })

  it('cuts a line of 1 MB, says how long it was, and goes on behind it', () => {
    const frames = feed(Buffer.from(`<13>${'a'.repeat(1024 * 1024)}\n<13>next\n`), [64 * 1024], 8_192)
    expect(frames.map(({ bytes, totalBytes }) => [bytes.length, totalBytes])).toEqual([
      [8_192, 1024 * 1024 + 4],
      [8, 8],
    ])
  })

  it('cuts a counted message that is too long, and goes on behind it', () => {
    const frames = feed(Buffer.from(`5000 <13>${'a'.repeat(4996)}8 <13>next`), [100], 1_000)
    expect(frames.map(({ bytes, totalBytes }) => [bytes.length, totalBytes])).toEqual([
      [1_000, 5_000],
      [8, 8],
    ])
  })

  it.each(['8 <13>nextgarbage', `8 <13>next${hugeCount + 1} <`, '8 <13>next0 <', '8 <13>next123456789 <'])(
    'gives up on %j with all that came',
    (text) => {
      const framer = createFramer(1_000)
      const frames = ((): readonly Frame[] => {
        try {
          return framer.push(Buffer.from(text))
        } catch (error) {
          if (error instanceof FramingError) return error.frames
          throw error
        }
      })()
      expect(texts(frames)).toEqual(['<13>next', text.slice('8 <13>next'.length)])
    },
  )

  it.each(['12 monkeys\n', '2025-01-31 11:40 x\n', '0 <13>x\n', '123456789 <x\n', '{"a":1}\n'])(
    'takes %j for a line',
    (text) => {
      expect(texts(createFramer(1_000).push(Buffer.from(text)))).toEqual([text.trimEnd()])
    },
  )

  it('hands over half a message when the connection ends', () => {
    expect(texts(feed(Buffer.from('100 <13>half'), [5]))).toEqual(['<13>half'])
    expect(texts(feed(Buffer.from('12'), [5]))).toEqual(['12'])
  })
})
