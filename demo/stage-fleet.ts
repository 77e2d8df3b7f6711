import { createFleet, type Fleet } from '../emulators/ksc/seed/fleet.ts'

/** The computers of a stage. */

export type FleetOptions = {
  /** Clients by name, or how many with seeded names; default 6. Their computers have seeded names. */
  readonly tenants?: number | readonly string[]
  /** Managed computers of all clients together; default 120. */
  readonly devices?: number
  readonly seed?: number
  /** Share of the computers that is ill from the start, and so before Tocsin came; default 0. */
  readonly sick?: number
  /** True: the KSC names the reasons of both levels, and its source is set so. */
  readonly namesAllReasons?: boolean
  /**
   * Of a second server: computers of two must not share names, as a ticket names its computer and not its server. They
   * begin with these instead of seeded codes.
   */
  readonly codes?: { readonly main: string; readonly clients: readonly string[] }
  /** The server's own name in its network. */
  readonly hostName?: string
}

/** What the KSC starts with. */
export function fleetOf(options: FleetOptions, now: Date): Fleet {
  const { tenants = 6, devices = 120, seed = 1, sick = 0, namesAllReasons = false } = options
  const names = typeof tenants === 'number' ? [] : tenants
  const count = typeof tenants === 'number' ? tenants : tenants.length
  const fleet = createFleet({ tenants: count, devices, seed, sick, now: now.getTime() })
  for (const [n, vserver] of fleet.vservers.entries()) vserver.name = names[n] ?? vserver.name
  fleet.server.maskNames = namesAllReasons ? 'all-levels' : 'winning-level'
  fleet.server.hostName = options.hostName ?? fleet.server.hostName
  const { codes } = options
  if (codes !== undefined) {
    const starts = new Map([[0, codes.main], ...fleet.vservers.map(({ id }, n) => [id, codes.clients[n]] as const)])
    fleet.hosts = fleet.hosts.map((host) => ({
      ...host,
      name: host.name.replace(/^[^-]+/, (code) => starts.get(host.vserverId) ?? code),
    }))
  }
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
