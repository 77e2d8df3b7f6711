// Every change of a device goes through here, so that status, history, events and the schedule stay one story.
import { reasonCount, reasonTexts, statusId } from './bits.ts'
import { addEvent } from './events.ts'
import { type HistoryFact, type Level, recordHistory } from './history.ts'
import { computeStatus } from './status.ts'
import type { Host, LicenseKey, ServerSettings } from './types.ts'
import { levelsOf, uidOf, type World } from './world.ts'

/** What `KLHST_WKS_STATUS_ID` shows. Critical wins over Warning. */
export function statusIdOf(host: Pick<Host, 'critical' | 'warning'>): number {
  if (host.critical !== 0) return statusId.critical
  return host.warning !== 0 ? statusId.warning : statusId.ok
}

/** What `KLHST_WKS_STATUS_MASK` shows; whether it names reasons of the lower level is not documented, hence the switch. */
export function maskOf(host: Pick<Host, 'critical' | 'warning'>, maskNames: ServerSettings['maskNames']): number {
  if (maskNames === 'all-levels') return (host.critical | host.warning) >>> 0
  return host.critical !== 0 ? host.critical : host.warning
}

/** Whether a device is in an administration group; only then it has a status. */
export function isManaged(world: World, host: Pick<Host, 'groupId'>): boolean {
  return world.groups.get(host.groupId)?.kind !== 'unassigned'
}

/** The key a device uses: its own, else the first of its virtual server. */
export function activeKeyOf(world: World, host: Pick<Host, 'state' | 'vserverId'>): LicenseKey | undefined {
  const { licenseKey } = host.state
  return licenseKey === null
    ? firstKeys(world).get(host.vserverId)
    : world.keys.find((key) => key.serial === licenseKey)
}

const firstKeyCache = new WeakMap<LicenseKey[], Map<number, LicenseKey>>()
function firstKeys(world: World): Map<number, LicenseKey> {
  let first = firstKeyCache.get(world.keys)
  if (!first) {
    first = new Map()
    for (const key of world.keys) if (!first.has(key.vserverId)) first.set(key.vserverId, key)
    firstKeyCache.set(world.keys, first)
  }
  return first
}

/** End of a device's licence in ms, Infinity when it has none that ends. */
function licenseEndOf(world: World, host: Pick<Host, 'state' | 'vserverId'>): number {
  return host.state.licenseEndsAt ?? activeKeyOf(world, host)?.limitDate ?? Number.POSITIVE_INFINITY
}

/** Does all changes that time alone brings up to the clock's now, each at its own moment and in their order. */
export function settle(world: World): number {
  const now = world.clock.now().getTime()
  if (now < world.settledAt) reevaluate(world, () => true, now)
  for (let moment = world.schedule.earliest(); moment <= now; moment = world.schedule.earliest()) {
    const host = world.hosts[world.schedule.pop()]
    if (host) placeHost(world, host, moment)
  }
  world.settledAt = now
  world.events.expire(world.server, now)
  return now
}

/** Computes these devices' status anew, as after a change of group settings or of a key. */
export function reevaluate(world: World, concerned: (host: Host) => boolean, now: number): void {
  for (const host of world.hosts) if (host && concerned(host)) placeHost(world, host, now)
}

/** A device not yet in the world, or one whose facts changed; what it says of its status is computed here. */
export type HostFacts = Omit<Host, 'critical' | 'warning'>

/** Puts a device into its slot with the status it has at `time`; records what changed against the one there before. */
export function placeHost(world: World, facts: HostFacts, time: number): Host {
  const before = world.hosts[facts.slot]
  const status = isManaged(world, facts)
    ? computeStatus(
        {
          ...levelsOf(world, facts.groupId),
          createdAt: facts.createdAt,
          state: facts.state,
          licenseEndsAt: licenseEndOf(world, facts),
        },
        time,
      )
    : { critical: 0, warning: 0, nextChangeAt: Number.POSITIVE_INFINITY }
  const host: Host = { ...facts, critical: status.critical, warning: status.warning }
  world.hosts[host.slot] = host
  world.schedule.set(host.slot, status.nextChangeAt)
  if (before?.vserverId !== host.vserverId) {
    if (before) world.members.leave(before.vserverId, host.slot)
    world.members.enter(host.vserverId, host.slot)
  }
  if (!before) {
    world.slots.set(host.id, host.slot)
  } else if (before.vserverId !== host.vserverId || before.groupId !== host.groupId) {
    if (before.vserverId !== host.vserverId) endAll(world, before, time, 'host-moved')
    note(world, host, time, {
      kind: 'host-moved',
      fromVserverUid: uidOf(world, before.vserverId),
      fromGroupId: before.groupId,
      groupId: host.groupId,
    })
  }
  const stays = before?.vserverId === host.vserverId ? before : undefined
  recordReasons(world, stays, host, time)
  recordStatus(world, before, host, time)
  return host
}

/** Puts in a device that was not there; a fleet at the start comes by `placeHost` and is no news. */
export function addHost(world: World, facts: HostFacts, time: number): Host {
  note(world, facts, time, { kind: 'host-added' })
  return placeHost(world, facts, time)
}

/** Takes a device out for good; its reasons end with the cause "host-removed". */
export function removeHost(world: World, host: Host, time: number): void {
  endAll(world, host, time, 'host-removed')
  note(world, host, time, { kind: 'host-removed' })
  world.hosts[host.slot] = undefined
  world.slots.delete(host.id)
  world.members.leave(host.vserverId, host.slot)
  world.schedule.set(host.slot, Number.POSITIVE_INFINITY)
}

function levelOf(host: Pick<Host, 'critical' | 'warning'> | undefined, bit: number): Level | undefined {
  if (!host) return undefined
  if ((host.critical & (1 << bit)) !== 0) return 'critical'
  return (host.warning & (1 << bit)) !== 0 ? 'warning' : undefined
}

function recordReasons(world: World, before: Host | undefined, host: Host, time: number): void {
  if ((before?.critical ?? 0) === host.critical && (before?.warning ?? 0) === host.warning) return
  for (let bit = 0; bit < reasonCount; bit += 1) {
    const from = levelOf(before, bit)
    const level = levelOf(host, bit)
    if (from === level) continue
    if (level && from) note(world, host, time, { kind: 'status-level', bit, level, from })
    else if (level) note(world, host, time, { kind: 'status-begin', bit, level })
    else if (from) note(world, host, time, { kind: 'status-end', bit, level: from, cause: 'changed' })
  }
}

function endAll(world: World, host: Host, time: number, cause: 'host-removed' | 'host-moved'): void {
  for (let bit = 0; bit < reasonCount; bit += 1) {
    const level = levelOf(host, bit)
    if (level) note(world, host, time, { kind: 'status-end', bit, level, cause })
  }
}

function recordStatus(world: World, before: Host | undefined, host: Host, time: number): void {
  const { maskNames } = world.server
  const fromStatusId = before ? statusIdOf(before) : statusId.ok
  const id = statusIdOf(host)
  const mask = maskOf(host, maskNames)
  if (fromStatusId === id && (before ? maskOf(before, maskNames) : 0) === mask) return
  note(world, host, time, { kind: 'host-status', statusId: id, mask, fromStatusId })
  if (id === fromStatusId || id === statusId.ok) return
  const critical = id === statusId.critical
  addEvent(world, {
    type: critical ? 'KLSRV_HOST_STATUS_CRITICAL' : 'KLSRV_HOST_STATUS_WARNING',
    displayName: critical ? 'Device status is Critical' : 'Device status is Warning',
    severity: critical ? 4 : 2,
    riseTime: time,
    host,
    text: `Status of device "${host.name}" has changed to ${critical ? 'Critical' : 'Warning'}: ${namesOf(mask).join('; ')}.`,
  })
}

function namesOf(mask: number): string[] {
  return reasonTexts.filter((_, bit) => (mask & (1 << bit)) !== 0)
}

function note(world: World, host: Pick<Host, 'id' | 'name' | 'vserverId'>, time: number, fact: HistoryFact): void {
  const place = { vserverUid: uidOf(world, host.vserverId), hostId: host.id, hostName: host.name }
  recordHistory(world.history, time, place, fact)
}
