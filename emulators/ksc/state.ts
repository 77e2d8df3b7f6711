// GET and PUT of the whole state. A GET without the history can be PUT back and gives the same server.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import {
  AccountFields,
  KeyFields,
  Kind,
  LevelSettingsSchema,
  ServerChanges,
  StateChanges,
  Time,
} from './acts/schemas.ts'
import { reasonCount } from './model/bits.ts'
import { healthy } from './model/defaults.ts'
import { maskOf, placeHost, settle, statusIdOf } from './model/hosts.ts'
import { fresh, type Host, type HostState, never } from './model/types.ts'
import { allHosts, uidOf, type World } from './model/world.ts'
import type { Fleet } from './seed/fleet.ts'

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()
const Id = z.int().min(0)
const Levels = LevelSettingsSchema.nullable()

const HostFields = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  vserverId: Id,
  groupId: Id,
  kind: Kind,
  createdAt: Time,
  ip: Id,
  state: StateChanges,
})
const Fleets = {
  vservers: z.array(
    z.strictObject({
      id: z.int().positive(),
      uid: z.string().min(1),
      name: z.string().min(1),
      dnsDomain: z.string(),
      enabled: z.boolean(),
      answering: z.boolean(),
      createdAt: Time,
    }),
  ),
  groups: z.array(
    z.strictObject({
      id: Id,
      name: z.string(),
      parentId: Id.nullable(),
      vserverId: Id,
      kind: z.enum(['super', 'managed', 'unassigned', 'group']),
      createdAt: Time,
      critical: Levels,
      warning: Levels,
    }),
  ),
  hosts: z.array(HostFields),
}
const EventFields = z.strictObject({
  id: z.int().positive(),
  type: z.string().min(1),
  displayName: z.string(),
  severity: z.int().min(1).max(4),
  riseTime: Time,
  registrationTime: Time,
  vserverId: Id,
  hostId: z.string().nullable(),
  hostName: z.string().nullable(),
  groupId: Id.nullable(),
  groupName: z.string().nullable(),
  productName: z.string(),
  productVersion: z.string(),
  taskName: z.string().nullable(),
  text: z.string(),
  params: z.array(z.string().nullable()),
})
const State = z
  .strictObject({
    now: z.string(),
    server: ServerChanges,
    accounts: z.array(AccountFields.extend({ password: z.string().min(1) })),
    keys: z.array(KeyFields.extend({ vserverId: Id })),
    events: z.array(EventFields),
    ...Fleets,
  })
  .partial()

/** The state, or a part of it: `history` (with `since`), `conditions`, or one top-level name. */
export function getState(world: World, query: URLSearchParams): unknown {
  const now = settle(world)
  const part = query.get('part')
  if (part === 'history') return world.history.slice(Number(query.get('since') ?? 0) || 0)
  if (part === 'conditions') return conditions(world)
  const parts: Record<string, () => unknown> = {
    now: () => iso(now),
    server: () => world.server,
    accounts: () => world.accounts,
    vservers: () => [...world.vservers.values()].map((one) => ({ ...one, createdAt: iso(one.createdAt) })),
    groups: () => [...world.groups.values()].map((one) => ({ ...one, createdAt: iso(one.createdAt) })),
    keys: () => world.keys.map((key) => ({ ...key, createdAt: iso(key.createdAt), limitDate: iso(key.limitDate) })),
    hosts: () => [...allHosts(world)].map((host) => showHost(world, host)),
    events: () =>
      world.events
        .after(0)
        .map((one) => ({ ...one, riseTime: iso(one.riseTime), registrationTime: iso(one.registrationTime) })),
  }
  if (part === null) return Object.fromEntries(Object.entries(parts).map(([name, show]) => [name, show()]))
  const show = parts[part]
  if (show) return show()
  throw new EmulatorInputError(`no part "${part}"; there are history, conditions, ${Object.keys(parts).join(', ')}`)
}

function showHost(world: World, { slot: _slot, critical, warning, state, ...host }: Host): Record<string, unknown> {
  const both = { critical, warning }
  return {
    ...host,
    createdAt: iso(host.createdAt),
    state: showChanges(state),
    statusId: statusIdOf(both),
    mask: maskOf(both, world.server.maskNames),
  }
}

const moments = new Set(['rtpSince', 'databasesAt', 'lastFullScan', 'lastConnected', 'lastVisible', 'lastUpdateSearch'])
const isMoment = (name: string): boolean =>
  moments.has(name) || name === 'restartRequiredSince' || name === 'licenseEndsAt'

function showChanges(state: HostState): Record<string, unknown> {
  const changes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(state) as [keyof HostState, unknown][]) {
    if (value === healthy[name]) continue
    changes[name] = isMoment(name) && typeof value === 'number' ? showMoment(value) : value
  }
  return changes
}

function showMoment(moment: number): string {
  if (moment === fresh) return 'fresh'
  return moment === never ? 'never' : iso(moment)
}

/** Every reason that holds now, with its level and whether the mask shows it. */
function conditions(world: World): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  for (const host of allHosts(world)) {
    if ((host.critical | host.warning) === 0) continue
    const mask = maskOf(host, world.server.maskNames)
    for (let bit = 0; bit < reasonCount; bit += 1) {
      if (((host.critical | host.warning) & (1 << bit)) === 0) continue
      const level = (host.critical & (1 << bit)) === 0 ? 'warning' : 'critical'
      const place = { vserverUid: uidOf(world, host.vserverId), hostId: host.id, hostName: host.name }
      found.push({ ...place, bit, level, shown: (mask & (1 << bit)) !== 0 })
    }
  }
  return found
}

/**
 * Replaces what is given. `server` is merged; `vservers`, `groups` and `hosts` go together and start a new history.
 * Throws `EmulatorInputError`.
 */
export function putState(world: World, given: unknown): void {
  const state = checkInput(State, given, 'state')
  const { vservers, groups, hosts } = state
  const fleet = [vservers, groups, hosts]
  if (fleet.some((part) => part) && !(vservers && groups && hosts)) {
    throw new EmulatorInputError('vservers, groups and hosts must be given together')
  }
  const known = new Set(groups?.map((group) => group.id))
  const lost = hosts?.find((host) => !known.has(host.groupId))
  if (lost) throw new EmulatorInputError(`device "${lost.name}" is in group ${lost.groupId}, which is not there`)
  if (state.server) Object.assign(world.server, state.server)
  if (state.accounts) world.accounts = state.accounts
  if (state.keys) world.keys = state.keys
  if (vservers && groups && hosts) {
    const placed = hosts.map((host, slot) => ({ ...host, slot, state: toState(host.state) }))
    populate(world, { vservers, groups, hosts: placed })
  }
  if (state.events) world.events.replace(state.events)
}

function toState(changes: z.output<typeof StateChanges>): HostState {
  return Object.keys(changes).length === 0 ? healthy : Object.assign({ ...healthy }, changes)
}

/** Fills a world with a fleet; what was there before is gone, its history and events too. */
export function populate(world: World, fleet: Pick<Fleet, 'vservers' | 'groups' | 'hosts'>): void {
  for (const host of allHosts(world)) world.schedule.set(host.slot, Number.POSITIVE_INFINITY)
  world.vservers = new Map(fleet.vservers.map((vserver) => [vserver.id, vserver]))
  world.groups = new Map(fleet.groups.map((group) => [group.id, group]))
  world.levels.clear()
  world.hosts = []
  world.slots.clear()
  world.members.clear()
  world.history.length = 0
  world.events.replace([])
  const now = world.clock.now().getTime()
  world.settledAt = now
  for (const facts of fleet.hosts) placeHost(world, facts, now)
}
