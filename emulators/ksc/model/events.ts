import { recordHistory } from './history.ts'
import type { EventRecord, Host } from './types.ts'
import { uidOf, type World } from './world.ts'

/** What raises an event; the rest of its record follows from the host or the server. */
export type EventSource = {
  type: string
  displayName?: string
  /** 1 info, 2 warning, 3 functional failure, 4 critical. */
  severity: number
  /** When it happened, ms; may lie in the past (a device delivers late). */
  riseTime: number
  /** The device it is about; without one it is about the server. */
  host?: Host
  /** Used when there is no host. */
  vserverId?: number
  /** `1093` / `1.0.0.0` is the Administration Server itself (ksc-open-api.md 6.4). */
  productName?: string
  productVersion?: string
  taskName?: string
  text: string
  params?: (string | null)[]
}

/** Stores an event and tells the history. It is registered now: the id grows with registration, not with the rise time. */
export function addEvent(world: World, source: EventSource): EventRecord {
  const { host } = source
  const vserverId = host?.vserverId ?? source.vserverId ?? 0
  const group = host && world.groups.get(host.groupId)
  const registrationTime = Math.max(world.clock.now().getTime(), source.riseTime)
  const event = world.events.add({
    type: source.type,
    displayName: source.displayName ?? source.type,
    severity: source.severity,
    riseTime: source.riseTime,
    registrationTime,
    vserverId,
    hostId: host?.id ?? null,
    hostName: host?.name ?? null,
    groupId: group?.id ?? null,
    groupName: group?.name ?? null,
    productName: source.productName ?? '1093',
    productVersion: source.productVersion ?? '1.0.0.0',
    taskName: source.taskName ?? null,
    text: source.text,
    params: source.params ?? [],
  })
  const place = { vserverUid: uidOf(world, vserverId), ...(host && { hostId: host.id, hostName: host.name }) }
  recordHistory(world.history, source.riseTime, place, {
    kind: 'event',
    eventDbId: event.id,
    severity: event.severity,
    type: event.type,
  })
  return event
}
