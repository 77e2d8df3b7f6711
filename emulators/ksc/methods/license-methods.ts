import { type AttributeTable, bool, createTable, int, text, time, toRecord } from '../attributes/attribute.ts'
import { createKeyAttributes, type KeyUse } from '../attributes/key-attributes.ts'
import { machines } from '../attributes/machines.ts'
import { activeKeyOf } from '../model/hosts.ts'
import type { Host, LicenseKey } from '../model/types.ts'
import { allHosts, type World } from '../model/world.ts'
import { openResultSet, releaseResultSet, useResultSet } from '../result-sets.ts'
import { badFormat, noAccess, noSuchParameter, notFound } from '../wire/pxg-error.ts'
import { binary, params } from '../wire/values.ts'
import type { Call, MethodTable } from './call.ts'
import { expireOnFault, readPage } from './chunk-accessor.ts'
import { search } from './search.ts'

/** `LicenseKeys.*` and `GroupSyncIterator.*` (ksc-open-api.md 8.1): keys of the session's own server only. */
export const licenseMethods: MethodTable = {
  'LicenseKeys.EnumKeys': (call) => openIterator(call, createKeyAttributes(keyUse(call.world)), ownKeys(call)),
  'LicenseKeys.GetKeyData': (call) => {
    const { KLLIC_SERIAL: serial, ...wanted } = call.args.container('pKeyInfo')
    const key = findKey(call, serial)
    const table = createKeyAttributes(keyUse(call.world))
    const info = toRecord(table, ['KLLIC_SERIAL'], key)
    for (const name of Object.keys(wanted)) {
      if (name === 'KLLICSRV_KEYDATA') {
        if (!call.account.rights.exportLicense) throw noAccess('Export license')
        info[name] = binary(Buffer.from(`key ${key.serial}`))
      } else if (table.has(name)) Object.assign(info, toRecord(table, [name], key))
      else throw noSuchParameter(name)
    }
    return { PxgRetVal: info }
  },
  'LicenseKeys.AcquireKeyHosts': (call) => {
    const key = findKey(call, call.args.container('pInData').KLLIC_SERIAL)
    return openIterator(call, createKeyHostAttributes(call.world, key), usersOf(call.world, key))
  },
  'GroupSyncIterator.GetNextItems': (call) => {
    const { session, args, now } = call
    const id = args.required('szwIterator')
    expireOnFault(call, id)
    const set = useResultSet(session, 'iterator', id, now)
    const count = args.int('nCount', 0)
    if (count < 0) throw badFormat('nCount must not be negative')
    const items = readPage(call, set.rows.read, set.position, count)
    set.position += items.length
    return {
      PxgRetVal: items.length,
      // True with the last chunk, not after it.
      bEOF: set.position >= set.rows.count,
      pData: { KLCSP_ITERATOR_ARRAY: items.map(params) },
    }
  },
  'GroupSyncIterator.ReleaseIterator': ({ session, args, now }) => {
    releaseResultSet(session, 'iterator', args.required('szwIterator'), now)
    return {}
  },
}

function openIterator<Row>(call: Call, table: AttributeTable<Row>, rows: Row[]): Record<string, unknown> {
  const { args, session, now } = call
  const fields = args.texts('pFields')
  const found = search({ table, rows, filter: { kind: 'all' }, fields, order: args.order('pFieldsToOrder'), now })
  return {
    lKeyCount: found.count,
    wstrIterator: openResultSet(session, 'iterator', found, args.int('lTimeoutSec', 0), now),
  }
}

function ownKeys({ world, session }: Call): LicenseKey[] {
  return world.keys.filter((key) => key.vserverId === session.vserverId)
}

function findKey(call: Call, serial: unknown): LicenseKey {
  if (typeof serial !== 'string') throw noSuchParameter('KLLIC_SERIAL')
  const key = ownKeys(call).find((one) => one.serial === serial)
  if (!key) throw notFound('Key', serial)
  return key
}

/** How many installations use each key. */
function keyUse(world: World): KeyUse {
  const use: KeyUse = { active: new Map(), reserve: new Map() }
  const add = (counts: Map<string, number>, serial: string | undefined): void => {
    if (serial !== undefined) counts.set(serial, (counts.get(serial) ?? 0) + 1)
  }
  for (const host of allHosts(world)) {
    if (!host.state.productInstalled) continue
    add(use.active, activeKeyOf(world, host)?.serial)
    add(use.reserve, host.state.reserveKey ?? undefined)
  }
  return use
}

/** Devices of the key's server that use it, as active or as next key. */
function usersOf(world: World, key: LicenseKey): Host[] {
  const uses = (host: Host): boolean =>
    host.vserverId === key.vserverId &&
    host.state.productInstalled &&
    (host.state.reserveKey === key.serial || activeKeyOf(world, host) === key)
  return [...allHosts(world)].filter(uses)
}

/** Host attributes of `AcquireKeyHosts` (ksc-open-api.md 8.1). */
function createKeyHostAttributes(world: World, key: LicenseKey): AttributeTable<Host> {
  return createTable<Host>({
    KLLICSRV_HOSTNAME: text((host) => host.id),
    KLLICSRV_HOSTDN: text((host) => host.name),
    KLLICSRV_HOST_GRPID: text((host) => String(host.groupId)),
    KLLICSRV_HOST_GRPNAME: text((host) => world.groups.get(host.groupId)?.name),
    KLLICSRV_HOST_CURRENT: bool((host) => activeKeyOf(world, host) === key),
    KLLICSRV_EXPIRATION_TIME: time((host) => host.state.licenseEndsAt ?? key.limitDate),
    KLLICSRV_INSTALL_TIME: time((host) => host.createdAt),
    KLLICSRV_PRODUCT: text((host) => machines[host.kind].product),
    KLLICSRV_VERSION: text((host) => host.state.productVersion),
    KLLIC_LIC_IS_PENDING_SUBSCRIPTION: bool(() => false),
    KLVSRV_ID: int((host) => host.vserverId),
  })
}
