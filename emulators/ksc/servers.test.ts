import { afterEach, expect, test } from 'vitest'
import { createLab, findHosts, records, type TestClient } from './test-client.ts'

const lab = createLab()
afterEach(() => lab.stopAll())
const clock = { now: () => new Date('2025-06-01T12:00:00Z') }
const small = { port: 0, devices: 40, tenants: 2, clock }

type Json = Record<string, unknown>

async function readIterator(
  client: TestClient,
  opened: Json,
  nCount: number,
): Promise<{ items: Json[]; ends: unknown[] }> {
  const items: Json[] = []
  const ends: unknown[] = []
  for (;;) {
    const next = await client.call('GroupSyncIterator.GetNextItems', { szwIterator: opened.wstrIterator, nCount })
    const chunk = records((next.pData as { KLCSP_ITERATOR_ARRAY: unknown }).KLCSP_ITERATOR_ARRAY)
    expect(next.PxgRetVal).toBe(chunk.length)
    items.push(...chunk)
    ends.push(next.bEOF)
    if (next.bEOF) return { items, ends }
  }
}

test('virtual servers are listed as documented', async () => {
  const client = await lab.connect(await lab.start(small))
  const list = records((await client.call('VServers.GetVServers', { lParentGroup: -1 })).PxgRetVal)
  expect(list[0]).toEqual({
    KLVSRV_ID: 1,
    KLVSRV_UID: expect.stringMatching(/^VSRV[0-9a-f]{32}$/),
    KLVSRV_DN: expect.stringMatching(/^Acme Logistics /),
    KLVSRV_GRP: 0,
    KLVSRV_GROUPS: 11,
    KLVSRV_UNASSIGNED: 12,
    KLVSRV_SUPER: 10,
    KLVSRV_ENABLED: true,
    KLVSRV_LIC_ENABLED: true,
    KLVSRV_HST_UID: expect.any(String),
    KLVSRV_CREATED: { type: 'datetime', value: expect.stringMatching(/Z$/) },
    KLVSRV_NEW_HOSTS_PROHIBITED: false,
    KLVSRV_TOO_MUCH_HOSTS: false,
  })
  const info = await client.call('VServers.GetVServerInfo', { lVServer: 2, pFields2Return: ['KLVSRV_DN'] })
  expect(info.PxgRetVal).toEqual({ KLVSRV_DN: list[1]?.KLVSRV_DN })
  expect(await client.fail('VServers.GetVServerInfo', { lVServer: 9 })).toMatchObject({ code: 1186 })
  expect((await client.call('ServerHierarchy.GetChildServers', { nGroupId: -1 })).PxgRetVal).toEqual([])
})

test('server facts and statistics', async () => {
  const emulator = await lab.start(small)
  const client = await lab.connect(emulator)
  const pValues = ['KLADMSRV_PRODUCT_FULL_VERSION', 'KLADMSRV_IS_VIRTUAL', 'KLADMSRV_SERVER_HOSTNAME']
  expect((await client.call('HostGroup.GetStaticInfo', { pValues })).PxgRetVal).toEqual({
    KLADMSRV_PRODUCT_FULL_VERSION: '15.1.0.20748',
    KLADMSRV_IS_VIRTUAL: false,
    KLADMSRV_SERVER_HOSTNAME: 'KSC-MAIN',
  })
  expect((await client.call('HostGroup.GetStaticInfo', { pValues: null })).PxgRetVal).toMatchObject({
    KLADMSRV_VSID: 0,
  })
  expect(await client.fail('HostGroup.GetStaticInfo', { pValues: ['nope'] })).toMatchObject({ code: 1125 })
  expect((await client.call('HostGroup.GetRunTimeInfo', {})).PxgRetVal).toMatchObject({ KLADMSRV_SAAS_BLOCKED: false })
  const statistics = (await client.call('HostGroup.GetInstanceStatistics', {})).PxgRetVal as Json
  expect(statistics).toMatchObject({ KLSRV_ST_VIRT_SERVER_COUNT: 2, KLSRV_ST_TOTAL_HOSTS_COUNT: 45 })
  const details = records(statistics.KLSRV_ST_VIRT_SERVERS_DETAILS)
  expect(details.map((one) => (one.KLSRV_ST_VIRT_SERVER_ID as Json).value)).toEqual([0, 1, 2])
  const counts = details.map((one) => Number(one.KLSRV_ST_VSERVER_HOST_COUNT))
  expect(counts.reduce((left, right) => left + right, 0)).toBe(43)
  const statistic = (await client.call('VServers2.GetVServerStatistic', { lVsId: 1 })).PxgRetVal as Json
  expect(statistic).toMatchObject({ KLVSRV_HOSTS: details[1]?.KLSRV_ST_VSERVER_REAL_HOST_COUNT, KLVSRV_GROUPS: 2 })
  expect(records(statistic.KLVSRV_LICENSES)).toHaveLength(1)
  expect(statistic.KLVSRV_PRODUCTS).toMatchObject({ type: 'params', value: { KES: { type: 'params' } } })
})

test('keys and the hosts that use them are those of the server logged in to', async () => {
  const emulator = await lab.start(small)
  const main = await lab.connect(emulator)
  const [first] = records((await main.call('VServers.GetVServers')).PxgRetVal)
  const client = await lab.connect(emulator, String(first?.KLVSRV_DN))
  const pFields = [
    'KLLIC_SERIAL',
    'KLLIC_LIMIT_DATE',
    'KLLIC_KEY_TYPE',
    'KLLIC_NHOSTS_ASCURRENT',
    'KLLIC_SUBSCRINFO_STATE',
  ]
  await emulator.control.act({
    act: 'setKey',
    serial: 'SPARE',
    vserver: 1,
    keyType: 6,
    subscriptionState: 2,
    limitDate: '2026-01-01T00:00:00Z',
  })
  const keys = await client.call('LicenseKeys.EnumKeys', {
    pFields,
    pFieldsToOrder: [{ Name: 'KLLIC_SERIAL', Asc: false }],
  })
  expect(keys.lKeyCount).toBe(2)
  const { items, ends } = await readIterator(client, keys, 1)
  expect(ends).toEqual([false, true])
  const managed = await findHosts(client, '(KLHST_WKS_STATUS&2<>0)', ['KLHST_WKS_HOSTNAME', 'KLHST_WKS_DN'])
  expect(items[0]).toEqual({
    KLLIC_SERIAL: 'SPARE',
    KLLIC_LIMIT_DATE: { type: 'datetime', value: '2026-01-01T00:00:00Z' },
    KLLIC_KEY_TYPE: 6,
    KLLIC_NHOSTS_ASCURRENT: 0,
    KLLIC_SUBSCRINFO_STATE: 2,
  })
  expect(items[1]?.KLLIC_NHOSTS_ASCURRENT).toBe(managed.length)

  // One computer moves to the other key, another one has it in reserve.
  const names = managed.map((host) => String(host.KLHST_WKS_DN))
  await emulator.control.act({ act: 'setHost', host: names[0], changes: { licenseKey: 'SPARE' } })
  await emulator.control.act({ act: 'setHost', host: names[1], changes: { reserveKey: 'SPARE' } })
  const users = await client.call('LicenseKeys.AcquireKeyHosts', {
    pInData: { KLLIC_SERIAL: 'SPARE' },
    pFields: ['KLLICSRV_HOSTNAME', 'KLLICSRV_HOSTDN', 'KLLICSRV_HOST_CURRENT', 'KLLICSRV_HOST_GRPID'],
    pOptions: {},
    lTimeoutSec: 60,
  })
  const found = await readIterator(client, users, 100)
  expect(found.ends).toEqual([true])
  expect(found.items.map((one) => [one.KLLICSRV_HOSTDN, one.KLLICSRV_HOST_CURRENT])).toEqual([
    [names[0], true],
    [names[1], false],
  ])
  expect(found.items[0]?.KLLICSRV_HOST_GRPID).toMatch(/^1[34]$/)

  const foreign = await readIterator(main, await main.call('LicenseKeys.EnumKeys', { pFields: ['KLLIC_SERIAL'] }), 10)
  expect(foreign.items).toHaveLength(1)
  expect(await main.fail('LicenseKeys.AcquireKeyHosts', { pInData: { KLLIC_SERIAL: 'SPARE' } })).toMatchObject({
    code: 1186,
  })
  await client.call('GroupSyncIterator.ReleaseIterator', { szwIterator: users.wstrIterator })
  expect(
    await client.fail('GroupSyncIterator.GetNextItems', { szwIterator: users.wstrIterator, nCount: 1 }),
  ).toMatchObject({ code: 1186 })
})

test('key data needs the right to export', async () => {
  const emulator = await lab.start(small)
  const client = await lab.connect(emulator)
  const [key] = emulator.control.getState({ part: 'keys' }) as { serial: string }[]
  const ask = (wanted: Json) => ({ pKeyInfo: { KLLIC_SERIAL: key?.serial, ...wanted } })
  const plain = await client.call('LicenseKeys.GetKeyData', ask({ KLLIC_KEY_TYPE: 0 }))
  expect(plain.PxgRetVal).toEqual({ KLLIC_SERIAL: key?.serial, KLLIC_KEY_TYPE: expect.any(Number) })
  expect(await client.fail('LicenseKeys.GetKeyData', ask({ KLLICSRV_KEYDATA: '' }))).toMatchObject({ code: 1184 })
  const rights = { read: true, modify: false, exportLicense: true }
  await emulator.control.act({ act: 'setAccount', user: 'tocsin', rights })
  const data = await client.call('LicenseKeys.GetKeyData', ask({ KLLICSRV_KEYDATA: '' }))
  expect(data.PxgRetVal).toMatchObject({ KLLICSRV_KEYDATA: { type: 'binary', value: expect.any(String) } })
})
