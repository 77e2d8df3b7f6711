import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { EmulatorInputError } from '../../kit/input.ts'
import { isProtectionRunning } from '../model/bits.ts'
import { healthy } from '../model/defaults.ts'
import { addHost, placeHost, removeHost } from '../model/hosts.ts'
import { momentAt, periods } from '../model/moments.ts'
import { fresh, type Host, type HostState } from '../model/types.ts'
import type { World } from '../model/world.ts'
import { type Act, act } from './act.ts'
import { findHostByKey, placeOf } from './lookup.ts'
import { HostChanges, Kind, Time, VServerKey } from './schemas.ts'

const HostKey = z.string().min(1)

/** Acts on devices. */
export const hostActs: Record<string, Act> = {
  setHost: act(z.strictObject({ host: HostKey, changes: HostChanges }), ({ world, now }, { host, changes }) =>
    describe(change(world, findHostByKey(world, host), changes, now)),
  ),
  setHosts: act(
    z.strictObject({ hosts: z.array(HostKey), changes: HostChanges }),
    ({ world, now }, { hosts, changes }) => {
      // All are looked up first, so that a wrong name changes nothing.
      const found = hosts.map((key) => findHostByKey(world, key))
      for (const host of found) change(world, host, changes, now)
      return { changed: found.length }
    },
  ),
  addHost: act(
    z.strictObject({
      name: z.string().min(1),
      id: z.string().min(1).optional(),
      vserver: VServerKey.optional(),
      group: z.int().min(0).optional(),
      kind: Kind.default('workstation'),
      createdAt: Time.optional(),
      state: HostChanges.default({}),
    }),
    ({ world, now }, { name, kind, id = randomUUID(), createdAt = now, state, ...where }) => {
      if (world.slots.has(id)) throw new EmulatorInputError(`a device with the id "${id}" is already there`)
      const slot = world.hosts.length
      const facts = { slot, id, name, kind, createdAt, ip: 0x0a00_0000 + slot + 1, ...placeOf(world, where) }
      const changed = applyChanges(world, { ...facts, state: healthy }, state, now)
      return describe(addHost(world, { ...facts, state: changed }, now))
    },
  ),
  removeHost: act(z.strictObject({ host: HostKey }), ({ world, now }, { host }) => {
    removeHost(world, findHostByKey(world, host), now)
  }),
  moveHost: act(
    z.strictObject({ host: HostKey, vserver: VServerKey.optional(), group: z.int().min(0).optional() }),
    ({ world, now }, { host, ...where }) => {
      if (where.vserver === undefined && where.group === undefined) {
        throw new EmulatorInputError('moveHost needs "vserver" or "group"')
      }
      return describe(placeHost(world, { ...findHostByKey(world, host), ...placeOf(world, where) }, now))
    },
  ),
}

function describe(host: Host): Record<string, unknown> {
  return { id: host.id, name: host.name, critical: host.critical, warning: host.warning }
}

/** Changes a device's state now. */
export function change(world: World, host: Host, changes: HostChanges, now: number): Host {
  return placeHost(world, { ...host, state: applyChanges(world, host, changes, now) }, now)
}

const kept = ['lastConnected', 'lastVisible', 'databasesAt', 'lastFullScan', 'lastUpdateSearch'] as const

/**
 * The state after changes. `online: false` stops everything the device keeps current where it is now; `online: true` makes
 * it all current again. A protection state that changes without `rtpSince` has it from now.
 */
function applyChanges(
  world: World,
  host: Pick<Host, 'slot' | 'createdAt' | 'state'>,
  { online, ...changes }: HostChanges,
  now: number,
): HostState {
  for (const serial of [changes.licenseKey, changes.reserveKey]) {
    if (serial != null && !world.keys.some((key) => key.serial === serial)) {
      throw new EmulatorInputError(`there is no licence key "${serial}"`)
    }
  }
  const state: HostState = { ...host.state }
  for (const name of kept) {
    if (online === true) state[name] = fresh
    if (online === false && state[name] === fresh) state[name] = momentAt(fresh, host, periods[name], now) ?? now
  }
  if (changes.rtpState !== undefined && changes.rtpState !== state.rtpState) {
    const stopped = isProtectionRunning(state.rtpState) && !isProtectionRunning(changes.rtpState)
    if (stopped) state.rtpSince = now
  }
  return Object.assign(state, changes)
}
