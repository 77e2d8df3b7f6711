// Everything an emulated KSC knows, as plain data; the functions that change it are in hosts.ts, events.ts and ../acts.
import type { EmulatorClock } from '../../kit/clock.ts'
import { defaultCritical, defaultServer, defaultWarning } from './defaults.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import type { HistoryEntry } from './history.ts'
import { createMembers, type Members } from './members.ts'
import { createSlotHeap, type SlotHeap } from './slot-heap.ts'
import type { Account, Group, Host, LevelSettings, LicenseKey, ServerSettings, VServer } from './types.ts'

/** The whole model. Hosts lie by slot, undefined where one was removed. */
export type World = {
  clock: EmulatorClock
  server: ServerSettings
  accounts: Account[]
  vservers: Map<number, VServer>
  groups: Map<number, Group>
  keys: LicenseKey[]
  hosts: (Host | undefined)[]
  slots: Map<string, number>
  /** Slots by virtual server. */
  members: Members
  events: EventLog
  history: HistoryEntry[]
  /** When which slot's status changes next by time alone. */
  schedule: SlotHeap
  /** Up to where time-driven changes are done. */
  settledAt: number
  /** Resolved settings by group; emptied whenever groups change. */
  levels: Map<number, Levels>
}

/** Effective settings of a group. */
export type Levels = { critical: LevelSettings; warning: LevelSettings }

/** Ids of the main server's own groups: Managed devices, Unassigned devices, root. */
export const mainGroups = { managed: 0, unassigned: 1, super: 2 } as const

/** Ids for groups and virtual servers made later start here, above every virtual server's own groups. */
export const firstFreeGroupId = 10_000_000

/** Makes a server with its own three groups and nothing else. */
export function createWorld(clock: EmulatorClock): World {
  const now = clock.now().getTime()
  const world: World = {
    clock,
    server: { ...defaultServer },
    accounts: [],
    vservers: new Map(),
    groups: new Map(),
    keys: [],
    hosts: [],
    slots: new Map(),
    members: createMembers(),
    events: createEventLog(),
    history: [],
    schedule: createSlotHeap(),
    settledAt: now,
    levels: new Map(),
  }
  for (const group of rootGroups(0, mainGroups, now)) world.groups.set(group.id, group)
  return world
}

/** The ids of a server's own groups; `id` 0 = the main server. */
export function groupIdsOf(id: number): { managed: number; unassigned: number; super: number } {
  return id === 0 ? mainGroups : { super: id * 10, managed: id * 10 + 1, unassigned: id * 10 + 2 }
}

/** The three groups every server has. A virtual server inherits settings from the main one's Managed devices. */
export function rootGroups(
  vserverId: number,
  ids: { managed: number; unassigned: number; super: number },
  createdAt: number,
): Group[] {
  const common = { vserverId, createdAt, critical: null, warning: null }
  return [
    { ...common, id: ids.super, name: '', parentId: vserverId === 0 ? null : mainGroups.managed, kind: 'super' },
    { ...common, id: ids.managed, name: 'Managed devices', parentId: ids.super, kind: 'managed' },
    { ...common, id: ids.unassigned, name: 'Unassigned devices', parentId: ids.super, kind: 'unassigned' },
  ]
}

/** A group and all above it, nearest first. */
export function ancestors(world: World, groupId: number): Group[] {
  const found: Group[] = []
  for (let group = world.groups.get(groupId); group; ) {
    found.push(group)
    group = group.parentId === null ? undefined : world.groups.get(group.parentId)
  }
  return found
}

/** The settings that count in a group: its own or the nearest ancestor's, else the defaults. */
export function levelsOf(world: World, groupId: number): Levels {
  const known = world.levels.get(groupId)
  if (known) return known
  const chain = ancestors(world, groupId)
  const levels = {
    critical: chain.find((group) => group.critical)?.critical ?? defaultCritical,
    warning: chain.find((group) => group.warning)?.warning ?? defaultWarning,
  }
  world.levels.set(groupId, levels)
  return levels
}

/** UID of a virtual server, '' for the main server. */
export function uidOf(world: World, vserverId: number): string {
  return world.vservers.get(vserverId)?.uid ?? ''
}

/** The virtual server of that UID, name or number. */
export function findVServer(world: World, key: string | number): VServer | undefined {
  if (typeof key === 'number') return world.vservers.get(key)
  const all = [...world.vservers.values()]
  return all.find((vserver) => vserver.uid === key) ?? all.find((vserver) => vserver.name === key)
}

/** Devices that exist, in the order of their slots. */
export function* allHosts(world: World): Generator<Host> {
  for (const host of world.hosts) if (host) yield host
}
