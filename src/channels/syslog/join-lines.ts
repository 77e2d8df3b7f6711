import type { Frame } from './frame.ts'

export type LineJoiner = {
  /** Takes the next line; returns the messages that are complete by it. */
  line(frame: Frame): Frame[]
  /** The message that waits for lines that may belong to it. */
  flush(): Frame[]
}

const mostJoined = 200
const lineBreak = Buffer.from('\n')

/**
 * Texts of Kaspersky hold line breaks, also where a line break ends a message. So a line that does not begin as a message
 * does goes on the message before it, which waits until the next one comes or `flush` is called. A line that would make
 * it too long stands for itself: no sender of garbage can spoil the message before it.
 */
export function createLineJoiner(maxBytes: number): LineJoiner {
  let parts: Buffer[] = []
  let size = 0

  function flush(): Frame[] {
    if (parts.length === 0) return []
    const bytes = Buffer.concat(parts)
    parts = []
    size = 0
    return [{ bytes, totalBytes: bytes.length }]
  }

  function line(frame: Frame): Frame[] {
    const bytes = withoutEnd(frame.bytes)
    if (bytes.length === 0) return []
    const isCut = frame.totalBytes > frame.bytes.length
    if (hasPriority(bytes) && !isCut) {
      const before = flush()
      parts = [bytes]
      size = bytes.length
      return before
    }
    const goesOn = parts.length > 0 && !isCut && !beginsPayload(bytes)
    if (goesOn && size + bytes.length < maxBytes && parts.length < 2 * mostJoined) {
      parts.push(lineBreak, bytes)
      size += bytes.length + 1
      return []
    }
    return [...flush(), isCut ? frame : { bytes, totalBytes: bytes.length }]
  }

  return { line, flush }
}

function hasPriority(bytes: Buffer): boolean {
  const digit = bytes[1] ?? 0
  return bytes[0] === 60 && digit >= 48 && digit <= 57
}

const payloads = [Buffer.from('CEF:'), Buffer.from('LEEF:')]

function beginsPayload(bytes: Buffer): boolean {
  return payloads.some((mark) => bytes.subarray(0, mark.length).equals(mark))
}

/** Without the carriage return of a line's end, and the zero byte that some senders add. */
function withoutEnd(line: Buffer): Buffer {
  let end = line.length
  while (end > 0 && (line[end - 1] === 13 || line[end - 1] === 0)) end -= 1
  return line.subarray(0, end)
}
