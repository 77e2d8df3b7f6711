import type { Frame } from './frame.ts'
import { createLineJoiner } from './join-lines.ts'

export type Framer = {
  /**
   * Takes what was received and returns the messages that are complete now.
   * @throws FramingError when the stream cannot be told apart any more; its `frames` hold all that came until then.
   */
  push(chunk: Buffer): Frame[]
  /** What is still held back: when a connection was silent for a moment, or (`end`) is over. */
  flush(end: boolean): Frame[]
}

/** The sender counts wrongly, or sends no text: nothing behind this point can be told apart. */
export class FramingError extends Error {
  readonly code = 'bad-framing'
  readonly frames: readonly Frame[]

  constructor(frames: readonly Frame[]) {
    super('The sender announced a message length that makes no sense. Check its framing: octet counting or newline.')
    this.frames = frames
  }
}

/** A count above this is no message but nonsense: skipping so much would deafen the connection. */
export const hugeCount = 64 * 1024 * 1024

const newline = 10
const carriageReturn = 13
const space = 32
const lessThan = 60
const zero = 48
const longestCount = 8

/**
 * RFC 6587's two ways to put messages on a stream. Which one a connection speaks shows in its first bytes: a count, a
 * space and `<` is octet counting, anything else is a message a line (see join-lines.ts). Each byte is looked at a fixed
 * number of times, and of one message at most `maxBytes` are held; the rest of it is counted.
 */
export function createFramer(maxBytes: number): Framer {
  let mode: 'unknown' | 'counted' | 'lines' = 'unknown'
  /** Bytes not looked at yet: a count that is not whole, or the first bytes of a connection. */
  let rest: Buffer = Buffer.alloc(0)
  const holder = createHolder(maxBytes)
  const joiner = createLineJoiner(maxBytes)
  /** Octet counting: bytes of the present message still to come; 0 between messages. */
  let missing = 0

  function push(chunk: Buffer): Frame[] {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (mode === 'unknown') {
      const seen = detectMode(rest)
      if (seen === null) return []
      mode = seen
    }
    return mode === 'counted' ? takeCounted() : takeLines()
  }

  function takeCounted(): Frame[] {
    const frames: Frame[] = []
    let at = 0
    for (;;) {
      if (missing === 0) {
        // Some senders put a line break behind a counted message all the same.
        while (rest[at] === newline || rest[at] === carriageReturn) at += 1
        const count = readCount(rest, at)
        if (count === 'bad') {
          holder.add(rest.subarray(at))
          throw new FramingError([...frames, holder.take()])
        }
        if (count === null) break
        missing = count.value
        at = count.end
      }
      const part = rest.subarray(at, at + missing)
      if (part.length === 0) break
      holder.add(part)
      at += part.length
      missing -= part.length
      if (missing === 0) frames.push(holder.take())
    }
    rest = Buffer.from(rest.subarray(at))
    return frames
  }

  function takeLines(): Frame[] {
    const frames: Frame[] = []
    let at = 0
    while (at < rest.length) {
      const end = rest.indexOf(newline, at)
      holder.add(rest.subarray(at, end < 0 ? rest.length : end))
      if (end < 0) break
      frames.push(...joiner.line(holder.take()))
      at = end + 1
    }
    rest = Buffer.alloc(0)
    return frames
  }

  function flush(end: boolean): Frame[] {
    if (end && mode === 'unknown' && rest.length > 0) {
      mode = 'lines'
      const frames = takeLines()
      return [...frames, ...flush(true)]
    }
    if (mode === 'counted') {
      // Half a counted message is nobody's message until the connection ends.
      missing = end ? 0 : missing
      return end && !holder.isEmpty() ? [holder.take()] : []
    }
    const last = end && !holder.isEmpty() ? joiner.line(holder.take()) : []
    return [...last, ...joiner.flush()]
  }

  return { push, flush }
}

function detectMode(bytes: Buffer): 'counted' | 'lines' | null {
  const at = digitsEnd(bytes, 0)
  if (at === 0 || at > longestCount || bytes[0] === zero) return bytes.length === 0 ? null : 'lines'
  if (at === bytes.length) return null
  if (bytes[at] !== space) return 'lines'
  if (at + 1 === bytes.length) return null
  return bytes[at + 1] === lessThan ? 'counted' : 'lines'
}

function readCount(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | 'bad' | null {
  const at = digitsEnd(bytes, start)
  if (at - start > longestCount) return 'bad'
  if (at === bytes.length) return null
  const value = Number(bytes.toString('latin1', start, at))
  return at === start || bytes[at] !== space || value === 0 || value > hugeCount ? 'bad' : { value, end: at + 1 }
}

/** Behind the digits, one more than the longest count at most. */
function digitsEnd(bytes: Buffer, start: number): number {
  let at = start
  for (let byte = bytes[at]; byte !== undefined && at - start <= longestCount; byte = bytes[at]) {
    if (byte < zero || byte > zero + 9) break
    at += 1
  }
  return at
}

/** Collects one message up to a bound, and counts what is beyond it. */
function createHolder(maxBytes: number) {
  let parts: Buffer[] = []
  let kept = 0
  let total = 0
  return {
    add(part: Buffer): void {
      const room = Math.min(maxBytes - kept, part.length)
      // A copy: a few bytes must not hold the whole chunk they came in. Many single bytes become one piece.
      if (room > 0) parts.push(Buffer.from(part.subarray(0, room)))
      if (parts.length > 256) parts = [Buffer.concat(parts)]
      kept += Math.max(room, 0)
      total += part.length
    },
    take(): Frame {
      const frame = { bytes: Buffer.concat(parts), totalBytes: total }
      parts = []
      kept = 0
      total = 0
      return frame
    },
    isEmpty: () => total === 0,
  }
}
