import type { ChannelMessage } from './message.ts'

export type LaneBounds = {
  /** Messages and bytes of one peer that may wait, and bytes of all. */
  readonly perPeer: number
  readonly perPeerBytes: number
  readonly totalBytes: number
}

/** What waits of one company at one peer, in its order. */
export type Lane = {
  readonly peer: string
  readonly key: string
  items: { readonly message: ChannelMessage; readonly bytes: number }[]
  /** Nothing of it is picked before this moment, in ms since 1970. */
  notBefore: number
  /** What was handed over of it last was not taken. */
  isHeld: boolean
}

/** The first messages of a lane. */
export type Picked = { readonly lane: Lane; readonly messages: readonly ChannelMessage[] }

export type Lanes = {
  add(peer: string, message: ChannelMessage, bytes: number): void
  isFull(peer: string): boolean
  /** True while nothing is read from some peer, or something that came was not taken. */
  isHeldUp(): boolean
  /** A batch of what may be picked now: the same share of every peer, and within a peer of every company. */
  pick(now: number): Picked[]
  /** Takes out what was picked; its lanes go behind the others of their peer, and its peers behind the other peers. */
  remove(picked: readonly Picked[]): void
  /** When the first lane may be picked; never before something waits. */
  nextAt(): number
  size(): number
}

type Peer = { readonly lanes: Map<string, Lane>; messages: number; bytes: number }

const mostInBatch = 500
const mostBatchBytes = 2 * 1024 * 1024

export function createLanes(bounds: LaneBounds): Lanes {
  const peers = new Map<string, Peer>()
  let total = 0
  let size = 0

  function add(name: string, message: ChannelMessage, bytes: number): void {
    const peer: Peer = peers.get(name) ?? { lanes: new Map(), messages: 0, bytes: 0 }
    peers.set(name, peer)
    const key = message.company?.key ?? ''
    const lane: Lane = peer.lanes.get(key) ?? { peer: name, key, items: [], notBefore: 0, isHeld: false }
    peer.lanes.set(key, lane)
    lane.items.push({ message, bytes })
    peer.messages += 1
    peer.bytes += bytes
    total += bytes
    size += 1
  }

  function isFull(name: string): boolean {
    if (total >= bounds.totalBytes) return true
    const peer = peers.get(name)
    return peer !== undefined && (peer.messages >= bounds.perPeer || peer.bytes >= bounds.perPeerBytes)
  }

  function isHeldUp(): boolean {
    return [...peers].some(([name, { lanes }]) => isFull(name) || [...lanes.values()].some((lane) => lane.isHeld))
  }

  function pick(now: number): Picked[] {
    const taken = new Map<Lane, number>()
    const rings = [...peers.values()].map(({ lanes }) => [...lanes.values()].filter((lane) => lane.notBefore <= now))
    let messages = 0
    let bytes = 0
    for (let turn = 0, open = rings.filter((ring) => ring.length > 0); open.length > 0; turn += 1) {
      for (const ring of open) {
        const lane = ring[turn % ring.length]
        const item = lane?.items[taken.get(lane) ?? 0]
        if (lane === undefined || item === undefined) continue
        if (messages >= mostInBatch || (messages > 0 && bytes + item.bytes > mostBatchBytes)) return toPicked(taken)
        taken.set(lane, (taken.get(lane) ?? 0) + 1)
        messages += 1
        bytes += item.bytes
      }
      open = open.filter((ring) => ring.some((lane) => lane.items.length > (taken.get(lane) ?? 0)))
    }
    return toPicked(taken)
  }

  function remove(picked: readonly Picked[]): void {
    for (const { lane, messages } of picked) {
      const peer = peers.get(lane.peer)
      if (peer === undefined) continue
      const gone = lane.items.slice(0, messages.length)
      lane.items = lane.items.slice(messages.length)
      lane.isHeld = false
      const bytes = gone.reduce((sum, item) => sum + item.bytes, 0)
      peer.messages -= gone.length
      peer.bytes -= bytes
      total -= bytes
      size -= gone.length
      peer.lanes.delete(lane.key)
      if (lane.items.length > 0) peer.lanes.set(lane.key, lane)
      peers.delete(lane.peer)
      if (peer.lanes.size > 0) peers.set(lane.peer, peer)
    }
  }

  function nextAt(): number {
    const times = [...peers.values()].flatMap(({ lanes }) => [...lanes.values()].map(({ notBefore }) => notBefore))
    return Math.min(...times)
  }

  return { add, isFull, isHeldUp, pick, remove, nextAt, size: () => size }
}

function toPicked(taken: ReadonlyMap<Lane, number>): Picked[] {
  return [...taken].map(([lane, count]) => ({
    lane,
    messages: lane.items.slice(0, count).map(({ message }) => message),
  }))
}
