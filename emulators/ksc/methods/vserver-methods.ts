import { type AttributeTable, bool, createTable, int, text, time, toRecord } from '../attributes/attribute.ts'
import { machines } from '../attributes/machines.ts'
import type { VServer } from '../model/types.ts'
import { allHosts, groupIdsOf, mainGroups, type World } from '../model/world.ts'
import { notFound } from '../wire/pxg-error.ts'
import { datetime, params, type WireObject } from '../wire/values.ts'
import type { Call, MethodTable } from './call.ts'
import { checkFields } from './search.ts'

/** Attributes of a virtual server (ksc-open-api.md 5.1). */
const attributes: AttributeTable<VServer> = createTable<VServer>({
  KLVSRV_ID: int((vserver) => vserver.id),
  KLVSRV_UID: text((vserver) => vserver.uid),
  KLVSRV_DN: text((vserver) => vserver.name),
  KLVSRV_GRP: int(() => mainGroups.managed),
  KLVSRV_GROUPS: int((vserver) => groupIdsOf(vserver.id).managed),
  KLVSRV_UNASSIGNED: int((vserver) => groupIdsOf(vserver.id).unassigned),
  KLVSRV_SUPER: int((vserver) => groupIdsOf(vserver.id).super),
  KLVSRV_ENABLED: bool((vserver) => vserver.enabled),
  KLVSRV_LIC_ENABLED: bool(() => true),
  KLVSRV_HST_UID: text((vserver) => vserver.uid.slice(4)),
  KLVSRV_CREATED: time((vserver) => vserver.createdAt),
  KLVSRV_NEW_HOSTS_PROHIBITED: bool(() => false),
  KLVSRV_TOO_MUCH_HOSTS: bool(() => false),
})

/** `VServers.*` and `VServers2.*` (ksc-open-api.md 5.1, 5.2). A virtual server sees only itself. */
export const vserverMethods: MethodTable = {
  'VServers.GetVServers': (call) => {
    const parent = call.args.int('lParentGroup', -1)
    const found = parent === -1 || parent === mainGroups.managed ? visibleVServers(call) : []
    return { PxgRetVal: found.map((vserver) => params(toRecord(attributes, [...attributes.keys()], vserver))) }
  },
  'VServers.GetVServerInfo': (call) => {
    const fields = call.args.texts('pFields2Return')
    checkFields(attributes, fields)
    const vserver = findVisible(call, call.args.int('lVServer', 0))
    return { PxgRetVal: toRecord(attributes, fields.length > 0 ? fields : [...attributes.keys()], vserver) }
  },
  'VServers2.GetVServerStatistic': (call) => ({ PxgRetVal: statistic(call, Number.POSITIVE_INFINITY) }),
  'VServers2.GetVServerStatistic2': (call) => ({
    PxgRetVal: statistic(call, call.args.int('nMaxAgentInactivityDays', 0) * 86_400_000),
  }),
}

function visibleVServers({ world, session }: Call): VServer[] {
  return session.vserverId === 0 ? [...world.vservers.values()] : []
}

function findVisible({ world, session }: Call, id: number): VServer {
  const vserver = session.vserverId === 0 || session.vserverId === id ? world.vservers.get(id) : undefined
  if (!vserver) throw notFound('Virtual server', String(id))
  return vserver
}

/** `lVsId` 0 = hosts directly on the physical server. Devices not connected for longer than `maxInactive` ms do not count. */
function statistic(call: Call, maxInactive: number): WireObject {
  const { world, now, session } = call
  const id = call.args.int('lVsId', 0)
  if (id !== 0 || session.vserverId !== 0) findVisible(call, id)
  const products = new Map<string, Map<string, number>>()
  let hosts = 0
  for (const host of allHosts(world)) {
    if (host.vserverId !== id || now - host.state.lastConnected > maxInactive) continue
    hosts += 1
    if (!host.state.productInstalled) continue
    const { product } = machines[host.kind]
    const versions = products.get(product) ?? new Map<string, number>()
    products.set(product, versions)
    versions.set(host.state.productVersion, (versions.get(host.state.productVersion) ?? 0) + 1)
  }
  return {
    KLVSRV_CREATED: datetime(world.vservers.get(id)?.createdAt ?? world.groups.get(mainGroups.super)?.createdAt ?? now),
    KLVSRV_GROUPS: [...world.groups.values()].filter((group) => group.vserverId === id && group.kind === 'group')
      .length,
    KLVSRV_HOSTS: hosts,
    KLVSRV_LICENSES: licensesOf(world, id),
    KLVSRV_MDMIOS: 0,
    KLVSRV_MOBILIES: 0,
    KLVSRV_USERS: 0,
    KLVSRV_PRODUCTS: params(productTree(products)),
    KLVSRV_PRODUCTS_2: params(productTree(products)),
  }
}

function licensesOf(world: World, id: number): ReturnType<typeof params>[] {
  const keys = world.keys.filter((key) => key.vserverId === id)
  return keys.map((key) =>
    params({
      KLLIC_SERIAL: key.serial,
      KLLIC_PROD_NAME: key.productName,
      KLLIC_KEY_TYPE: key.keyType,
      KLLIC_LIMIT_DATE: datetime(key.limitDate),
    }),
  )
}

function productTree(products: ReadonlyMap<string, ReadonlyMap<string, number>>): WireObject {
  const tree: WireObject = {}
  for (const [product, versions] of products) {
    const entries = [...versions].map(([version, count]) => [
      version,
      params({ KLVSRV_PROD_CNT: count, KLVSRV_PROD_DN: product, KLVSRV_PROD_DV: version, KLVSRV_PROD_BUILDS: [] }),
    ])
    tree[product] = params(Object.fromEntries(entries))
  }
  return tree
}
