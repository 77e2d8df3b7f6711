import { createRandom, type Random } from '../emulators/kit/random.ts'
import { type Ailment, ailmentsOf } from './ailments.ts'
import { type Ground, namesAllReasons, type ProvedClient, type SourceId } from './ground.ts'
import { eventKinds, type LifeAct } from './life-acts.ts'
import { peopleAct } from './life-people.ts'

/**
 * The life of a run: what happens to computers and what people do, over the run's own time. Pure: the same ground, seed and
 * length give the same list, whatever becomes of it later.
 */

export type LifeOptions = {
  readonly seed: number
  readonly minutes: number
  /** Acts on computers a minute, on the whole. */
  readonly pace: number
}

/** A computer as the generator follows it. */
type Living = {
  readonly source: SourceId
  name: string
  client: string
  readonly movable: boolean
  readonly ailments: readonly Ailment[]
  readonly ill: Map<Ailment, 'warning' | 'critical'>
  /** Removed: it is nowhere. */
  gone: boolean
}

const minute = 60_000
/** Share of the acts that people do. */
const peopleShare = 0.07
/** One in so many virtual servers fails once an hour. */
const serverTroublesPerHour = 2

export function liveLife(ground: Ground, { seed, minutes, pace }: LifeOptions): LifeAct[] {
  const random = createRandom(seed * 7919 + 17)
  const living = ground.hosts.map((host, n): Living => {
    const movable = ground.clients.find(({ name }) => name === host.client)?.guest !== true
    const ailments = ailmentsOf(namesAllReasons(host.source), n)
    return { ...host, movable, ailments, ill: new Map(), gone: false }
  })
  const guests = guestsOf(ground, random, minutes)
  const acts: LifeAct[] = serverTroubles(ground, random, minutes)
  const step = minute / pace
  for (let at = minute; at < minutes * minute; at += step * (0.5 + random.next())) {
    const now = Math.round(at)
    acts.push(...guests.flatMap((guest) => guestActs(guest, living, now)))
    if (random.chance(peopleShare)) acts.push(...peopleAct(ground, random, now))
    else acts.push(...somethingNew(ground, random, random.pick(living), now))
  }
  return acts.filter(({ at }) => at < minutes * minute).sort((one, other) => one.at - other.at)
}

/** One act on one computer, or two when something only flaps. */
function somethingNew(ground: Ground, random: Random, host: Living, at: number): LifeAct[] {
  const { source } = host
  if (host.gone) {
    if (!host.movable || !random.chance(0.5)) return []
    revive(host)
    host.client = random.pick(homes(ground, source)).name
    return [{ kind: 'host-comes', at, source, host: host.name, client: host.client }]
  }
  const draw = random.next()
  if (host.movable && draw < 0.012) {
    leave(host)
    return [{ kind: 'host-leaves', at, source, host: host.name }]
  }
  if (host.movable && draw < 0.03) return move(ground, random, host, at)
  if (draw < 0.12) {
    const { type, name, severity } = random.pick(eventKinds)
    // Delivered late, as by a computer that was offline for a moment.
    const late = random.chance(0.2) && at > 5 * minute ? random.int(20, 150) * 1_000 : 0
    return [{ kind: 'event', at, source, host: host.name, type, name, severity, late }]
  }
  return ail(ground, random, host, at)
}

function ail({ start }: Ground, random: Random, host: Living, at: number): LifeAct[] {
  const ailment = random.pick(host.ailments)
  const level = host.ill.get(ailment)
  const set = (changes: Readonly<Record<string, unknown>>, then: number): LifeAct => ({
    kind: 'host',
    at: then,
    source: host.source,
    host: host.name,
    changes,
  })
  const soon = at + random.int(5, 400) * 1_000
  if (level === undefined) {
    const begin = random.pick(ailment.levels)
    const begun = set(ailment.on(begin, start + at), at)
    // It is over before most readings come by.
    if (random.chance(0.12)) return [begun, set(ailment.off, soon)]
    host.ill.set(ailment, begin)
    return [begun]
  }
  const other = ailment.levels.find((one) => one !== level)
  if (other !== undefined && random.chance(0.4)) {
    host.ill.set(ailment, other)
    return [set(ailment.on(other, start + at), at)]
  }
  host.ill.delete(ailment)
  const ended = set(ailment.off, at)
  // It ends and is there again before anybody closed it.
  if (!random.chance(0.12)) return [ended]
  host.ill.set(ailment, level)
  return [ended, set(ailment.on(level, start + soon), soon)]
}

function leave(host: Living): void {
  host.ill.clear()
  host.gone = true
}

/** A computer that comes back is a new one: its old name stands in tickets. */
function revive(host: Living): void {
  const [, stem = host.name, generation = '1'] = /^(.*?)(?:\.(\d+))?$/.exec(host.name) ?? []
  host.name = `${stem}.${Number(generation) + 1}`
  host.gone = false
}

function move(ground: Ground, random: Random, host: Living, at: number): LifeAct[] {
  const { name: client } = random.pick(homes(ground, host.source))
  if (client === host.client) return []
  host.client = client
  return [{ kind: 'host-moves', at, source: host.source, host: host.name, client }]
}

function homes(ground: Ground, source: SourceId): ProvedClient[] {
  return ground.clients.filter((client) => client.source === source && !client.guest)
}

type Guest = ProvedClient & { readonly goesAt: number; readonly returnsAt: number; state: 'here' | 'away' | 'back' }

/** Virtual servers that are removed with all they hold, once in a run. */
function guestsOf(ground: Ground, random: Random, minutes: number): Guest[] {
  return ground.clients
    .filter(({ guest }) => guest)
    .map((client): Guest => {
      const goesAt = random.int(Math.round(minutes * 0.35), Math.round(minutes * 0.55)) * minute
      return { ...client, goesAt, returnsAt: goesAt + random.int(12, 20) * minute, state: 'here' }
    })
}

function guestActs(guest: Guest, living: readonly Living[], at: number): LifeAct[] {
  const { source, name: client } = guest
  const hosts = living.filter((host) => host.source === source && host.client === client)
  if (guest.state === 'here' && at >= guest.goesAt) {
    guest.state = 'away'
    for (const host of hosts) leave(host)
    return [{ kind: 'guest-goes', at, source, client }]
  }
  if (guest.state === 'away' && at >= guest.returnsAt) {
    guest.state = 'back'
    for (const host of hosts) revive(host)
    return [{ kind: 'guest-returns', at, source, client, hosts: hosts.map(({ name }) => name) }]
  }
  return []
}

/** Virtual servers that do not answer or are switched off for some minutes. */
function serverTroubles(ground: Ground, random: Random, minutes: number): LifeAct[] {
  const count = Math.max(2, Math.round((minutes / 60) * serverTroublesPerHour))
  return Array.from({ length: count }, (_, n): LifeAct[] => {
    const { source, name: client } = random.pick(ground.clients.filter(({ guest }) => !guest))
    const at = random.int(5, Math.max(6, minutes - 20)) * minute
    const kind = n % 2 === 0 ? 'server-silent' : 'server-off'
    const back = at + random.int(6, 14) * minute
    return [
      { kind, at, source, client },
      { kind: 'server-back', at: back, source, client },
    ]
  }).flat()
}
