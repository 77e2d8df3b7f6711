import { describe, expect, it, vi } from 'vitest'
import { recordingLog } from '../../test/support/recording-log.ts'
import { systemClock } from '../lib/clock.ts'
import { createHandOver } from './hand-over.ts'
import { BusyError, type ChannelMessage, type Take } from './message.ts'
import { unread } from './reading-words.ts'

function message(peer: string, company: string, n: number): ChannelMessage {
  return {
    channel: 'syslog',
    sourceId: 1,
    key: `${peer} ${company} ${n}`,
    receivedAt: new Date(0),
    origin: { peer, certificate: '', host: '', tag: '', sender: '', recipient: '' },
    company: { key: company, name: company, rule: '' },
    fields: [],
    raw: '',
    whole: Buffer.alloc(0),
    version: 1,
    clues: [],
    rawBytes: 0,
    reading: unread('no-form', ''),
  }
}

const bounds = { perPeer: 100, perPeerBytes: 10_000, totalBytes: 20_000 }

function world(take: Take) {
  const log = recordingLog()
  const rooms = { count: 0 }
  const onRoom = (): void => {
    rooms.count += 1
  }
  return { log, rooms, handOver: createHandOver({ take, log, clock: systemClock, onRoom }, bounds) }
}

/** Takes all but what belongs to a company that is over its bound. */
function fullFor(full: Set<string>, taken: string[]): Take {
  return async (messages) => {
    if (messages.some(({ company }) => full.has(company?.key ?? ''))) throw new BusyError(60)
    taken.push(...messages.map(({ key }) => key))
  }
}

describe('handing over', () => {
  it('lets a company that is pushed back hold up neither other companies nor other peers, and loses none of it', async () => {
    const full = new Set(['flood'])
    const taken: string[] = []
    const { handOver } = world(fullFor(full, taken))
    for (let n = 0; n < 50; n += 1) handOver.offer('a', message('a', 'flood', n), 10)
    for (let n = 0; n < 3; n += 1) handOver.offer('a', message('a', 'quiet', n), 10)
    for (let n = 0; n < 3; n += 1) handOver.offer('b', message('b', 'other', n), 10)
    await vi.waitFor(() => expect(taken).toHaveLength(6))
    handOver.offer('b', message('b', 'other', 3), 10)
    await vi.waitFor(() => expect(taken).toHaveLength(7))
    expect(taken.filter((key) => key.includes('flood'))).toEqual([])
    full.clear()
    await vi.waitFor(() => expect(taken).toHaveLength(57))
    expect(taken.filter((key) => key.includes('flood'))).toEqual(Array.from({ length: 50 }, (_, n) => `a flood ${n}`))
  })

  it('does not keep what comes for others waiting for a lane that was told to wait long', async () => {
    const taken: string[] = []
    const { handOver } = world(async (messages) => {
      if (messages.some(({ company }) => company?.key === 'flood')) throw new BusyError(30_000)
      taken.push(...messages.map(({ key }) => key))
    })
    handOver.offer('a', message('a', 'flood', 1), 10)
    await vi.waitFor(() => expect(handOver.counts.busyWaits).toBe(1))
    const begun = performance.now()
    handOver.offer('b', message('b', 'other', 1), 10)
    await vi.waitFor(() => expect(taken).toEqual(['b other 1']))
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(await handOver.drain(50)).toBe(1)
  })

  it('takes the same share of every peer, however much each has and however many companies it speaks for', async () => {
    const batches: string[][] = []
    const { handOver } = world(async (messages) => {
      batches.push(messages.map(({ origin }) => origin.peer))
    })
    for (let n = 0; n < 2_000; n += 1) handOver.offer('flood', message('flood', `c${n % 700}`, n), 1)
    for (let n = 0; n < 200; n += 1) handOver.offer('quiet', message('quiet', 'one', n), 1)
    expect(await handOver.drain(10_000)).toBe(0)
    expect(batches[0]?.filter((peer) => peer === 'quiet')).toHaveLength(200)
    expect(batches.flat()).toHaveLength(2_200)
  })

  it('keeps the order of a company', async () => {
    const taken: string[] = []
    let calls = 0
    const { handOver } = world(async (messages) => {
      calls += 1
      if (calls % 3 === 0) throw new BusyError(50)
      taken.push(...messages.map(({ key }) => key))
    })
    for (let n = 0; n < 3_000; n += 1) handOver.offer('a', message('a', `c${n % 3}`, n), 1)
    expect(await handOver.drain(20_000)).toBe(0)
    for (const company of ['c0', 'c1', 'c2']) {
      const numbers = taken.filter((key) => key.includes(company)).map((key) => Number(key.split(' ')[2]))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      expect(numbers).toHaveLength(1_000)
    }
  })

  it('says that senders are held up from the first batch that is not taken until all such were', async () => {
    const taken: string[] = []
    const full = new Set<string>()
    const { handOver } = world(fullFor(full, taken))
    handOver.offer('a', message('a', 'x', 1), 10)
    await vi.waitFor(() => expect(taken).toHaveLength(1))
    expect(handOver.isHeldUp()).toBe(false)
    full.add('x')
    handOver.offer('a', message('a', 'x', 2), 10)
    await vi.waitFor(() => expect(handOver.isHeldUp()).toBe(true))
    // Also while it is tried again, and while others are taken.
    for (let n = 0; n < 20; n += 1) {
      handOver.offer('a', message('a', 'y', n), 10)
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(handOver.isHeldUp()).toBe(true)
    }
    expect(taken.length).toBeGreaterThan(10)
    full.clear()
    await vi.waitFor(() => expect(handOver.isHeldUp()).toBe(false))
    expect(taken).toContain('a x 2')
  })

  it('says when a peer or all of them are full, and when there is room again', async () => {
    let open = false
    const { handOver, rooms } = world(async () => {
      if (!open) throw new BusyError(50)
    })
    for (let n = 0; n < 100; n += 1) handOver.offer('a', message('a', 'x', n), 10)
    expect([handOver.isFull('a'), handOver.isFull('b')]).toEqual([true, false])
    handOver.offer('b', message('b', 'x', 1), 10_000)
    expect([handOver.isFull('b'), handOver.isFull('c')]).toEqual([true, false])
    handOver.offer('c', message('c', 'x', 1), 9_000)
    expect(handOver.isFull('d')).toBe(true)
    open = true
    await vi.waitFor(() => expect(['a', 'b', 'c', 'd'].some(handOver.isFull)).toBe(false))
    expect(rooms.count).toBeGreaterThan(0)
  })

  it('lets a message that cannot be stored hold up its own company alone', async () => {
    const taken: string[] = []
    const { handOver } = world(async (messages) => {
      if (messages.some(({ key }) => key === 'a poison 0')) throw new Error('cannot be stored')
      taken.push(...messages.map(({ key }) => key))
    })
    for (const company of ['x', 'poison', 'y'])
      for (let n = 0; n < 2; n += 1) handOver.offer('a', message('a', company, n), 10)
    await vi.waitFor(() => expect(taken.toSorted()).toEqual(['a x 0', 'a x 1', 'a y 0', 'a y 1']))
    expect(await handOver.drain(50)).toBe(2)
  })

  it('does not ask a broken inbox once for every company', async () => {
    let calls = 0
    const { handOver } = world(async () => {
      calls += 1
      throw new Error('the disk is gone')
    })
    for (let n = 0; n < 80; n += 1) handOver.offer('a', message('a', `c${n}`, n), 10)
    expect(await handOver.drain(300)).toBe(80)
    expect(calls).toBeLessThan(10)
  })

  it('tries again after any error, and logs it', async () => {
    let broken = true
    const { handOver, log } = world(async () => {
      if (broken) throw new Error('the disk is gone')
    })
    handOver.offer('a', message('a', 'x', 1), 10)
    await vi.waitFor(() => expect(log.lines).toHaveLength(1))
    broken = false
    expect(await handOver.drain(10_000)).toBe(0)
    expect(handOver.counts).toMatchObject({ handedOver: 1, failures: 1 })
  })
})
