import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { createLanes, type LaneBounds, type Picked } from './lanes.ts'
import { BusyError, type ChannelMessage, type Take } from './message.ts'

export type HandOver = {
  /** Queues it; always, since it was received already. `bytes` is about what it holds in memory. */
  offer(peer: string, message: ChannelMessage, bytes: number): void
  /** True while nothing more should be read from this peer. */
  isFull(peer: string): boolean
  /** True while a sender is held up: then something that is said may not be heard. */
  isHeldUp(): boolean
  /** Hands over what waits; resolves with how many are left when the time is over. Nothing is handed over after it. */
  drain(ms: number): Promise<number>
  readonly counts: { readonly handedOver: number; readonly busyWaits: number; readonly failures: number }
}

/** In ms. */
const waitBounds = { fewest: 50, most: 30_000, afterError: 1_000 }

/**
 * Between the sockets and the disk: what was received waits in a lane for each peer and company, and batches take from all
 * of them in turn. A batch that the inbox does not take is tried again lane by lane, and a lane that it does not take waits
 * by itself: so a flood of one peer or company does not starve the others. Meanwhile the lanes fill, and `isFull` stops the
 * reading. `onRoom` says that reading may go on.
 */
export function createHandOver(
  deps: { readonly take: Take; readonly log: Log; readonly clock: Clock; onRoom(): void },
  bounds: LaneBounds,
): HandOver {
  const lanes = createLanes(bounds)
  const counts = { handedOver: 0, busyWaits: 0, failures: 0 }
  const stop = new AbortController()
  let bell = new AbortController()
  let running: Promise<void> | null = null

  function offer(peer: string, message: ChannelMessage, bytes: number): void {
    lanes.add(peer, message, bytes)
    bell.abort()
    running ??= run()
  }

  async function run(): Promise<void> {
    // What comes in one turn of the event loop goes into one batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (lanes.size() > 0 && !stop.signal.aborted) {
      const now = deps.clock.now().getTime()
      const batch = lanes.pick(now)
      if (batch.length === 0) await rest(lanes.nextAt() - now)
      else await handOver(batch)
    }
    running = null
  }

  /** Until the first lane may be tried again, or something comes for another. */
  async function rest(ms: number): Promise<void> {
    bell = new AbortController()
    await deps.clock.sleep(Math.max(ms, 1), AbortSignal.any([stop.signal, bell.signal]))
  }

  async function handOver(batch: readonly Picked[]): Promise<void> {
    const all = await attempt(batch)
    if (all === null) return
    if (batch.length === 1) return delay(batch, all)
    const before = counts.failures
    for (const [n, picked] of batch.entries()) {
      if (stop.signal.aborted) return
      const wait = await attempt([picked])
      if (wait === null) continue
      delay([picked], wait)
      // One lane that fails has something in it that cannot be stored; a second one, and it is the disk.
      if (counts.failures - before === 2) return delay(batch.slice(n), wait)
    }
  }

  /** Null when they are on disk; else for how many ms they should wait. */
  async function attempt(batch: readonly Picked[]): Promise<number | null> {
    const messages = batch.flatMap((picked) => picked.messages)
    try {
      await deps.take(messages)
    } catch (error) {
      if (error instanceof BusyError) {
        counts.busyWaits += 1
        return Math.min(Math.max(error.retryAfterMs, waitBounds.fewest), waitBounds.most)
      }
      counts.failures += 1
      deps.log.error({ err: error, messages: messages.length }, 'channel cannot hand over; trying again')
      return waitBounds.afterError
    }
    lanes.remove(batch)
    counts.handedOver += messages.length
    deps.onRoom()
    return null
  }

  function delay(batch: readonly Picked[], ms: number): void {
    const until = deps.clock.now().getTime() + ms
    for (const { lane } of batch) {
      lane.notBefore = until
      lane.isHeld = true
    }
  }

  async function drain(ms: number): Promise<number> {
    const timeUp = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
    const timer = setTimeout(() => stop.abort(), ms)
    // A call that hangs is left behind: whether its messages were stored is not known, so they count as left.
    while (running !== null && !stop.signal.aborted) await Promise.race([running, timeUp])
    clearTimeout(timer)
    stop.abort()
    return lanes.size()
  }

  return { offer, isFull: lanes.isFull, isHeldUp: lanes.isHeldUp, drain, counts }
}
