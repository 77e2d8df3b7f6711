import { createFleet, type Fleet } from '../emulators/ksc/seed/fleet.ts'
import type { StageOptions } from './stage.ts'

/** The computers of a stage. */

/** What the KSC starts with. */
export function fleetOf(options: StageOptions, now: Date): Fleet {
  const { tenants = 6, devices = 120, seed = 1, sick = 0, namesAllReasons = false } = options
  const names = typeof tenants === 'number' ? [] : tenants
  const count = typeof tenants === 'number' ? tenants : tenants.length
  const fleet = createFleet({ tenants: count, devices, seed, sick, now: now.getTime() })
  for (const [n, vserver] of fleet.vservers.entries()) vserver.name = names[n] ?? vserver.name
  fleet.server.maskNames = namesAllReasons ? 'all-levels' : 'winning-level'
  return fleet
}

/** What Tocsin calls the main server among the tenants. */
export function mainServerOf({ server }: Fleet): string {
  return `${server.hostName} (main server)`
}

/** Names of a client's managed computers. */
export function computersOf({ vservers, groups, hosts }: Fleet, client: string): string[] {
  const id = vservers.find(({ name }) => name === client)?.id
  const unassigned = new Set(groups.filter(({ kind }) => kind === 'unassigned').map((group) => group.id))
  return hosts.filter((host) => host.vserverId === id && !unassigned.has(host.groupId)).map(({ name }) => name)
}
