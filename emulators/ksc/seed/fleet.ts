import { createRandom, type Random } from '../../kit/random.ts'
import { day } from '../model/bits.ts'
import { defaultServer, discovered, healthy } from '../model/defaults.ts'
import type { HostFacts } from '../model/hosts.ts'
import type { Account, Group, HostKind, LicenseKey, ServerSettings, VServer } from '../model/types.ts'
import { groupIdsOf, mainGroups, rootGroups } from '../model/world.ts'
import { type Company, hostName, makeCompanies, pickKind } from './names.ts'
import { makeSick } from './sickness.ts'

/** Everything a server starts with. */
export type Fleet = {
  server: ServerSettings
  accounts: Account[]
  vservers: VServer[]
  groups: Group[]
  keys: LicenseKey[]
  hosts: HostFacts[]
}

/** What fleet to make. */
export type FleetOptions = {
  /** Virtual servers. */
  tenants: number
  /** Managed computers of all tenants together; the main server's own and the unassigned ones come on top. */
  devices: number
  seed: number
  /** ms since 1970. */
  now: number
  /** Share of the managed computers (0..1) that is not healthy at the start. */
  sick?: number
  account?: { user: string; password: string }
}

/** One unassigned device for so many managed ones. */
const managedPerUnassigned = 40

/** Makes a fleet; the same options give the same fleet. */
export function createFleet(options: FleetOptions): Fleet {
  const { tenants, devices, now, sick = 0 } = options
  const random = createRandom(options.seed)
  const ageOf = (): number => now - random.int(90, 700) * day
  const fleet: Fleet = {
    server: { ...defaultServer },
    accounts: [makeAccount(options.account)],
    vservers: [],
    groups: rootGroups(0, mainGroups, now - 900 * day),
    keys: [makeKey(random, 0, 50, now)],
    hosts: [],
  }
  const add = (
    name: string,
    place: Pick<HostFacts, 'vserverId' | 'groupId'>,
    kind: HostKind,
    managed: boolean,
  ): void => {
    const slot = fleet.hosts.length
    const id = `${random.hex(8)}-0000-4000-8000-${(slot + 1).toString(16).padStart(12, '0')}`
    const well = managed ? healthy : discovered
    const state = managed && sick > 0 && random.chance(sick) ? makeSick(healthy, random, now) : well
    fleet.hosts.push({ slot, id, name, kind, createdAt: ageOf(), ip: 0x0a00_0000 + slot + 1, state, ...place })
  }
  const main = { vserverId: 0, groupId: mainGroups.managed }
  for (const kind of ['server', 'workstation', 'laptop'] as const) add(hostName('MSP', kind, 1), main, kind, true)

  const shares = shareOut(devices, tenants, random)
  for (const [index, company] of makeCompanies(tenants, random).entries()) {
    const id = index + 1
    const size = shares[index] ?? 0
    fleet.vservers.push(makeVServer(id, company, random, ageOf()))
    const groups = tenantGroups(id, now - 700 * day)
    fleet.groups.push(...groups.all)
    fleet.keys.push(makeKey(random, id, Math.max(10, Math.ceil(size * 1.2)), now))
    for (let number = 1; number <= size; number += 1) {
      const kind = pickKind(random)
      const isServer = kind === 'server' || kind === 'sql-server' || kind === 'linux'
      const groupId = isServer ? groups.servers : groups.workstations
      add(hostName(company.code, kind, number), { vserverId: id, groupId }, kind, true)
    }
    const unassigned = { vserverId: id, groupId: groupIdsOf(id).unassigned }
    for (let number = 1; number <= Math.ceil(size / managedPerUnassigned); number += 1) {
      add(`${company.code}-UNKNOWN-${number}`, unassigned, 'workstation', false)
    }
  }
  return fleet
}

function makeAccount(given = { user: 'tocsin', password: 'emulator-password' }): Account {
  return {
    ...given,
    domain: null,
    vservers: null,
    rights: { read: true, modify: false, exportLicense: false },
    deny: [],
  }
}

function makeVServer(id: number, company: Company, random: Random, createdAt: number): VServer {
  const uid = `VSRV${random.hex(8)}${random.hex(20)}${id.toString(16).padStart(4, '0')}`
  return { id, uid, name: company.name, dnsDomain: company.dnsDomain, enabled: true, answering: true, createdAt }
}

function tenantGroups(id: number, createdAt: number): { all: Group[]; servers: number; workstations: number } {
  const { managed } = groupIdsOf(id)
  const [servers, workstations] = [id * 10 + 3, id * 10 + 4]
  const common = { parentId: managed, vserverId: id, kind: 'group' as const, createdAt, critical: null, warning: null }
  return {
    all: [
      ...rootGroups(id, groupIdsOf(id), createdAt),
      { ...common, id: servers, name: 'Servers' },
      { ...common, id: workstations, name: 'Workstations' },
    ],
    servers,
    workstations,
  }
}

/** Some clients have a subscription, the others a yearly commercial key; none ends within 60 days of the start. */
function makeKey(random: Random, vserverId: number, licenseCount: number, now: number): LicenseKey {
  const isSubscription = random.chance(0.3)
  const limitDate = Math.floor(now / day) * day + random.int(60, 400) * day
  return {
    serial: `${random.hex(4)}-${String(vserverId).padStart(6, '0')}-${random.hex(8)}`.toUpperCase(),
    vserverId,
    productName: 'Kaspersky Endpoint Security for Business',
    appId: 1102,
    keyType: isSubscription ? 6 : 1,
    licenseCount,
    createdAt: limitDate - 365 * day,
    limitDate,
    subscriptionState: isSubscription ? 0 : null,
  }
}

/** Splits `total` into uneven parts (between about a half and one and a half of the mean) that add up exactly. */
function shareOut(total: number, parts: number, random: Random): number[] {
  const weights = Array.from({ length: parts }, () => 0.5 + random.next())
  const sum = weights.reduce((left, right) => left + right, 0)
  let given = 0
  let weight = 0
  return weights.map((one) => {
    weight += one
    const upTo = Math.round((total * weight) / sum)
    const share = upTo - given
    given = upTo
    return share
  })
}
