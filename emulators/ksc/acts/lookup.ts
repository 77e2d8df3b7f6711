import { EmulatorInputError } from '../../kit/input.ts'
import type { Group, Host, VServer } from '../model/types.ts'
import { findVServer, groupIdsOf, type World } from '../model/world.ts'

/** The device of that id, or the only one of that name. Throws `EmulatorInputError`. */
export function findHostByKey(world: World, key: string): Host {
  const byId = world.hosts[world.slots.get(key) ?? -1]
  if (byId) return byId
  const named = world.hosts.filter((host) => host?.name === key)
  const [only] = named
  if (only && named.length === 1) return only
  throw new EmulatorInputError(
    named.length === 0
      ? `no device has the id or name "${key}"`
      : `${named.length} devices are named "${key}"; give the id`,
  )
}

/** The number of a virtual server; 0 or nothing = the main server. Throws `EmulatorInputError`. */
export function vserverIdOf(world: World, key: string | number | undefined): number {
  return key === undefined || key === 0 ? 0 : needVServer(world, key).id
}

/** A virtual server by UID, name or number. Throws `EmulatorInputError`. */
export function needVServer(world: World, key: string | number): VServer {
  const vserver = findVServer(world, key)
  if (vserver) return vserver
  throw new EmulatorInputError(`no virtual server has the UID, name or number "${key}"`)
}

/** A group by number. Throws `EmulatorInputError`. */
export function needGroup(world: World, id: number): Group {
  const group = world.groups.get(id)
  if (group) return group
  throw new EmulatorInputError(`there is no group ${id}`)
}

/** Where a device goes: the group given, else Managed devices of the server given. Throws `EmulatorInputError`. */
export function placeOf(
  world: World,
  where: { vserver?: string | number | undefined; group?: number | undefined },
): { vserverId: number; groupId: number } {
  if (where.group === undefined) {
    const vserverId = vserverIdOf(world, where.vserver)
    return { vserverId, groupId: groupIdsOf(vserverId).managed }
  }
  const group = needGroup(world, where.group)
  if (where.vserver !== undefined && vserverIdOf(world, where.vserver) !== group.vserverId) {
    throw new EmulatorInputError(`group ${group.id} is not on virtual server "${where.vserver}"`)
  }
  return { vserverId: group.vserverId, groupId: group.id }
}
