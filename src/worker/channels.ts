import { systemClock } from '../lib/clock.ts'
import type { Deps } from '../usecases/deps.ts'
import { channelsVersion, type ListenerWanted, openChannels } from '../usecases/open-channels.ts'
import { type ChannelReport, reportChannels } from '../usecases/report-channels.ts'
import { doorsOf, listenerProblem, type OpenListener, openListener, type Tally } from './open-listener.ts'

/**
 * The listeners of this process: opened as the settings want them, opened anew when these change, tried again while a port
 * cannot be had. None of them stops another, nor the rest of the process.
 */

const lookEveryMs = 1_000
const tryAgainMs = 5_000
const reportEveryMs = 5_000

/** One listener that is wanted, or was and is being closed. */
type Slot = {
  wanted: ListenerWanted | null
  /** What it was opened with. */
  opened: { readonly listener: OpenListener; readonly doors: string; rules: ListenerWanted } | null
  /** Why it does not stand; empty: it does, or was not tried yet. */
  message: string
  since: Date
  /** Not tried before this moment of `performance.now()`. */
  tryAt: number
  /** What is being done to it. */
  work: Promise<void> | null
  /** Of listeners that were closed since the process began. */
  before: Tally
  /** What the metrics have of the present one. */
  metered: Tally
}

const noTally: Tally = { taken: 0, unread: 0, pushedBack: 0, dropped: 0, refused: 0, waiting: 0 }
const meteredAs = { pushedBack: 'pushed-back', dropped: 'dropped', refused: 'refused' } as const

/** Keeps the listeners until the signal is aborted; then closes them, and resolves when what they received is on disk. */
export async function runChannels(deps: Deps, signal: AbortSignal): Promise<void> {
  const slots = new Map<string, Slot>()
  let version: string | null = null
  let told = ''
  let toldAt = Number.NEGATIVE_INFINITY
  let isBlind = false

  while (!signal.aborted) {
    try {
      const present = await channelsVersion(deps)
      if (present !== version) {
        want(deps, slots, await openChannels(deps))
        version = present
      }
      for (const [key, slot] of slots) tend(deps, slots, key, slot)
      for (const slot of slots.values()) meter(deps, slot)
      await report()
      isBlind = false
    } catch (error) {
      if (!isBlind && !signal.aborted) deps.log.error({ err: error }, 'channels could not be tended; trying again')
      isBlind = true
    }
    // Real time, whatever clock the rest goes by.
    await systemClock.sleep(lookEveryMs, signal)
  }
  want(deps, slots, [])
  await Promise.all([...slots].map(([key, slot]) => closeAtEnd(key, slot)))
  await reportChannels(deps, []).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'the end of the listeners could not be reported')
  })

  async function closeAtEnd(key: string, slot: Slot): Promise<void> {
    await slot.work
    tend(deps, slots, key, slot)
    await slot.work
  }

  /** At once when a listener came, went or failed; else now and then, for the counts. */
  async function report(): Promise<void> {
    const states = [...slots.values()].flatMap(toReport)
    const words = JSON.stringify(states.map(({ counts: _, ...state }) => state))
    const isDue = performance.now() - toldAt >= reportEveryMs
    if (words === told && !(isDue && states.length > 0)) return
    if (told === '' && states.length === 0) return
    await reportChannels(deps, states)
    told = words
    toldAt = performance.now()
  }
}

function want(deps: Deps, slots: Map<string, Slot>, all: readonly ListenerWanted[]): void {
  const byKey = new Map(all.map((wanted) => [`${wanted.sourceId}/${wanted.channel}`, wanted]))
  for (const [key, slot] of slots) {
    slot.wanted = byKey.get(key) ?? null
    // Whoever saves wants to see what comes of it.
    slot.tryAt = 0
  }
  for (const [key, wanted] of byKey) {
    if (slots.has(key)) continue
    const since = deps.clock.now()
    const slot = { wanted, opened: null, message: '', since, tryAt: 0, work: null, before: noTally, metered: noTally }
    slots.set(key, slot)
  }
}

/** Begins what has to be done to one listener, unless something is being done to it already. */
function tend(deps: Deps, slots: Map<string, Slot>, key: string, slot: Slot): void {
  if (slot.work !== null) return
  const { wanted, opened } = slot
  if (wanted === null && opened === null) {
    slots.delete(key)
    return
  }
  const isRight = wanted !== null && opened !== null && opened.doors === doorsOf(wanted) && wanted.problem === null
  if (isRight) {
    if (opened.rules === wanted) return
    reread(deps, opened, wanted)
    return
  }
  if (opened === null && performance.now() < slot.tryAt) return
  slot.work = change(deps, slot).finally(() => {
    slot.work = null
  })
}

function reread(deps: Deps, opened: NonNullable<Slot['opened']>, wanted: ListenerWanted): void {
  opened.rules = wanted
  try {
    opened.listener.reread(wanted)
    deps.log.info(fields(wanted), 'channel reads by other rules')
  } catch (error) {
    // Saved by a version that judged rules otherwise; the ones before go on, and the others are not held up.
    deps.log.error({ ...fields(wanted), err: error }, 'channel cannot read by its new rules: save them again')
  }
}

/** Closes the listener that is not wanted so, and opens the one that is. Never throws. */
async function change(deps: Deps, slot: Slot): Promise<void> {
  const { wanted } = slot
  await close(deps, slot)
  if (wanted === null) return
  const problem = wanted.problem ?? (await open(deps, slot, wanted))
  slot.tryAt = performance.now() + tryAgainMs
  if (problem !== '' && problem === slot.message) return
  slot.message = problem
  slot.since = deps.clock.now()
  if (problem !== '') deps.log.warn({ ...fields(wanted), problem }, 'channel cannot listen; trying again')
}

/** Why it could not be opened; empty when it stands. */
async function open(deps: Deps, slot: Slot, wanted: ListenerWanted): Promise<string> {
  try {
    const listener = await openListener(deps, wanted)
    slot.opened = { listener, doors: doorsOf(wanted), rules: wanted }
    deps.log.info({ ...fields(wanted), address: listener.address }, 'channel listens')
    return ''
  } catch (error) {
    return listenerProblem(wanted, error)
  }
}

async function close(deps: Deps, slot: Slot): Promise<void> {
  const { opened } = slot
  if (opened === null) return
  try {
    await opened.listener.stop()
  } catch (error) {
    deps.log.error({ ...fields(opened.rules), err: error }, 'channel did not close')
  }
  meter(deps, slot)
  slot.before = { ...add(slot.before, opened.listener.tally()), waiting: 0 }
  slot.metered = noTally
  slot.opened = null
  deps.log.info(fields(opened.rules), 'channel closed')
}

/** Adds what the metrics do not have yet. What was taken they have already. */
function meter(deps: Deps, slot: Slot): void {
  const { opened } = slot
  if (opened === null) return
  const tally = opened.listener.tally()
  const { channel, sourceId } = opened.rules
  for (const [name, result] of Object.entries(meteredAs) as [keyof typeof meteredAs, string][]) {
    const more = tally[name] - slot.metered[name]
    if (more > 0) deps.meter.heard(channel, String(sourceId), result, more)
  }
  slot.metered = tally
}

function toReport({ wanted, opened, message, since, before }: Slot): ChannelReport[] {
  if (wanted === null || (opened === null && message === '')) return []
  const { sourceId, channel } = wanted
  const counts = opened === null ? before : add(before, opened.listener.tally())
  const address = opened?.listener.address ?? wanted.address
  const state = opened === null ? 'failing' : 'listening'
  const isHeldUp = opened?.listener.isHeldUp() ?? false
  return [{ sourceId, channel, state, address, message, since, counts, isHeldUp }]
}

function add(one: Tally, other: Tally): Tally {
  return {
    taken: one.taken + other.taken,
    unread: one.unread + other.unread,
    pushedBack: one.pushedBack + other.pushedBack,
    dropped: one.dropped + other.dropped,
    refused: one.refused + other.refused,
    waiting: one.waiting + other.waiting,
  }
}

function fields({ sourceId, channel, address }: ListenerWanted): object {
  return { source: sourceId, channel, address }
}
