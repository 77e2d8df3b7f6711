import type { Socket } from 'node:net'
import type { Log } from '../../lib/log.ts'
import { peerAddress } from '../allowed-peers.ts'
import type { Frame } from './frame.ts'
import { createFramer, FramingError } from './frames.ts'

export type ConnectionWork = {
  readonly socket: Socket
  readonly maxBytes: number
  readonly idleMs: number
  /** True while nothing more should be read from this peer. */
  isFull(): boolean
  onFrame(frame: Frame): void
  onBadFraming(): void
}

/** A line that may go on in the next one waits for so long when nothing comes. */
const silenceMs = 250

/** Reads one connection until it ends; `resume` goes on reading after `isFull` had stopped it. */
export function serveConnection(deps: { readonly log: Log }, work: ConnectionWork): { close(): void; resume(): void } {
  const { socket } = work
  const framer = createFramer(work.maxBytes)
  let isOver = false
  const silence = setTimeout(() => pass(framer.flush(false)), silenceMs)

  function pass(frames: readonly Frame[]): void {
    for (const frame of frames) work.onFrame(frame)
    if (work.isFull()) socket.pause()
  }

  function finish(): void {
    if (isOver) return
    isOver = true
    clearTimeout(silence)
    pass(framer.flush(true))
  }

  function close(): void {
    finish()
    socket.destroy()
  }

  socket.on('data', (chunk: Buffer) => {
    if (isOver) return
    silence.refresh()
    try {
      pass(framer.push(chunk))
    } catch (error) {
      if (!(error instanceof FramingError)) throw error
      work.onBadFraming()
      deps.log.warn({ peer: peerAddress(socket.remoteAddress) }, `syslog connection closed: ${error.message}`)
      isOver = true
      clearTimeout(silence)
      pass(error.frames)
      socket.destroy()
    }
  })
  socket.on('end', () => {
    finish()
    socket.end()
  })
  socket.on('close', finish)
  // Cut by the other side: what came before counts, `close` follows.
  socket.on('error', () => undefined)
  socket.setTimeout(work.idleMs, () => {
    // A connection that we do not read is not idle: it waits for us.
    if (!socket.isPaused()) close()
  })
  return { close, resume: () => void socket.resume() }
}
