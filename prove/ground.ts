import { createFleet, type Fleet } from '../emulators/ksc/seed/fleet.ts'

/** Who is there in a run: servers, desks, clients and their computers. Pure: it follows from the desks and the seed. */

export const deskIds = ['autotask', 'tigerpaw', 'connectwise'] as const
export type DeskId = (typeof deskIds)[number]
export const sourceIds = ['ksc-1', 'ksc-2'] as const
export type SourceId = (typeof sourceIds)[number]

export type ProvedClient = {
  readonly source: SourceId
  readonly name: string
  /** Where its tickets go; null: it is mapped nowhere. */
  readonly desk: DeskId | null
  /** Its virtual server is removed and comes back; its computers never move. */
  readonly guest: boolean
}

/** One source paired with one desk. */
export type Pairing = { readonly name: string; readonly source: SourceId; readonly desk: DeskId }

export type ProvedHost = { readonly source: SourceId; readonly client: string; readonly name: string }

export type Ground = {
  readonly start: number
  readonly clients: readonly ProvedClient[]
  readonly pairings: readonly Pairing[]
  readonly fleets: Readonly<Record<SourceId, Fleet>>
  /** Managed computers of the clients. */
  readonly hosts: readonly ProvedHost[]
}

const names = [
  'Alder',
  'Birch',
  'Cedar',
  'Dogwood',
  'Elm',
  'Fir',
  'Ginkgo',
  'Hazel',
  'Ivy',
  'Juniper',
  'Kapok',
  'Larch',
  'Maple',
  'Nutmeg',
  'Olive',
  'Pine',
]

/** 2026-03-02T06:00:00Z, a Monday. */
const runStart = Date.parse('2026-03-02T06:00:00Z')
const computersPerClient = 9

/** One KSC serves all desks for different clients, and a second one shares the last of them. */
export function groundOf(desks: readonly DeskId[], seed: number): Ground {
  const free = [...names]
  const client = (source: SourceId, desk: DeskId | null, guest = false): ProvedClient => ({
    source,
    name: free.shift() ?? '',
    desk,
    guest,
  })
  const shared = desks.at(-1) ?? 'autotask'
  const clients = [
    ...desks.flatMap((desk) => [client('ksc-1', desk), client('ksc-1', desk)]),
    client('ksc-1', null),
    client('ksc-1', desks[0] ?? 'autotask', true),
    client('ksc-2', shared),
    client('ksc-2', shared),
    client('ksc-2', shared, true),
  ]
  const fleets = { 'ksc-1': fleetOf('ksc-1', clients, seed), 'ksc-2': fleetOf('ksc-2', clients, seed + 1) }
  return {
    start: runStart,
    clients,
    pairings: [
      ...desks.map((desk) => ({ name: `First server to ${desk}`, source: 'ksc-1' as const, desk })),
      { name: `Second server to ${shared}`, source: 'ksc-2' as const, desk: shared },
    ],
    fleets,
    hosts: sourceIds.flatMap((source) => hostsOf(source, fleets[source])),
  }
}

/** Companies that every desk knows a client by: its own, and another that its mapping may move to. */
export function companiesOf(client: string): { readonly main: string; readonly annex: string } {
  return { main: client, annex: `${client} Annex` }
}

function fleetOf(source: SourceId, clients: readonly ProvedClient[], seed: number): Fleet {
  const mine = clients.filter((one) => one.source === source)
  const fleet = createFleet({
    tenants: mine.length,
    devices: mine.length * computersPerClient,
    seed,
    now: runStart - 1_000,
  })
  for (const [n, vserver] of fleet.vservers.entries()) vserver.name = mine[n]?.name ?? vserver.name
  // Computers of two servers must not share names: a ticket's title names its computer and not its server.
  const mark = source === 'ksc-2' ? 'K2-' : ''
  fleet.hosts = fleet.hosts.map((host) => ({ ...host, name: `${mark}${host.name}` }))
  fleet.server.maskNames = namesAllReasons(source) ? 'all-levels' : 'winning-level'
  return fleet
}

/** One server of each kind (design.md, section 4). */
export function namesAllReasons(source: SourceId): boolean {
  return source === 'ksc-2'
}

function hostsOf(source: SourceId, { vservers, groups, hosts }: Fleet): ProvedHost[] {
  const unassigned = new Set(groups.filter(({ kind }) => kind === 'unassigned').map(({ id }) => id))
  return hosts.flatMap((host) => {
    const client = vservers.find(({ id }) => id === host.vserverId)
    return client === undefined || unassigned.has(host.groupId)
      ? []
      : [{ source, client: client.name, name: host.name }]
  })
}
