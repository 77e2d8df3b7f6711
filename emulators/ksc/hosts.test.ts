import { afterEach, describe, expect, test } from 'vitest'
import { createLab, findHosts, records, type TestClient } from './test-client.ts'

const lab = createLab()
afterEach(() => lab.stopAll())
const clock = { now: () => new Date('2025-06-01T12:00:00.250Z') }
const small = { port: 0, devices: 40, tenants: 2, clock }
const fields = ['KLHST_WKS_HOSTNAME', 'KLHST_WKS_DN', 'KLVSRV_ID']

type VServer = { KLVSRV_ID: number; KLVSRV_UID: string; KLVSRV_DN: string; KLVSRV_GROUPS: number }
const vserversOf = async (client: TestClient): Promise<VServer[]> =>
  records((await client.call('VServers.GetVServers', { lParentGroup: -1 })).PxgRetVal) as VServer[]

describe('FindHosts', () => {
  test('a managed, healthy computer looks as documented', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const [host] = await findHosts(client, '(KLHST_WKS_DN="ACME-PC-*")', [
      ...fields,
      'KLHST_WKS_FQDN',
      'KLHST_WKS_STATUS',
      'KLHST_WKS_STATUS_ID',
      'KLHST_WKS_STATUS_MASK',
      'KLHST_WKS_STATUS_HSDP',
      'KLHST_WKS_LAST_VISIBLE',
      'KLHST_WKS_LAST_UPDATE',
      'KLHST_WKS_RTP_STATE',
      'KLHST_WKS_GROUPID',
      'KLHST_WKS_CTYPE',
      'KLHST_WKS_VIRUS_COUNT',
      'KLHST_WKS_IP_LONG',
      'KLHST_WKS_RBT_REQUIRED',
      'KLHST_WKS_COMMENT',
      'KLHST_WKS_OWNER_ID',
    ])
    const recent = expect.stringMatching(/^2025-06-01T1[012]:\d\d:\d\dZ$/)
    expect(host).toEqual({
      KLHST_WKS_HOSTNAME: expect.stringMatching(/^[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}$/),
      KLHST_WKS_DN: expect.stringMatching(/^ACME-PC-\d{3}$/),
      KLHST_WKS_FQDN: expect.stringMatching(/^acme-pc-\d{3}\.acme\.example$/),
      KLHST_WKS_STATUS: 31,
      KLHST_WKS_STATUS_ID: 0,
      KLHST_WKS_STATUS_MASK: 0,
      KLHST_WKS_STATUS_HSDP: '',
      KLHST_WKS_LAST_VISIBLE: { type: 'datetime', value: recent },
      KLHST_WKS_LAST_UPDATE: { type: 'datetime', value: recent },
      KLHST_WKS_RTP_STATE: 4,
      KLHST_WKS_GROUPID: 14,
      KLHST_WKS_CTYPE: 4099,
      KLHST_WKS_VIRUS_COUNT: { type: 'long', value: 0 },
      KLHST_WKS_IP_LONG: { type: 'long', value: expect.any(Number) },
      KLHST_WKS_RBT_REQUIRED: false,
      KLHST_WKS_COMMENT: '',
      KLVSRV_ID: 1,
    })
  })

  test('what is seen depends on the server logged in to', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const [first, second] = await vserversOf(client)
    const managed = '(KLHST_WKS_STATUS&2<>0)'
    const all = await findHosts(client, managed, fields)
    expect(all).toHaveLength(43)
    expect(await findHosts(client, managed, fields, { pParams: { KLGRP_FIND_FROM_CUR_VS_ONLY: true } })).toHaveLength(3)
    expect(await findHosts(client, `(&${managed}(KLVSRV_ID=0))`, fields)).toHaveLength(3)
    const own = await lab.connect(emulator, first?.KLVSRV_DN)
    const seen = await findHosts(own, managed, fields)
    expect(seen.map((host) => host.KLVSRV_ID)).toEqual(seen.map(() => first?.KLVSRV_ID))
    expect(seen).toEqual(await findHosts(client, `(&${managed}(KLVSRV_ID=${first?.KLVSRV_ID}))`, fields))
    const foreign = all.find((host) => host.KLVSRV_ID === second?.KLVSRV_ID)
    const strHostName = foreign?.KLHST_WKS_HOSTNAME
    expect(await own.fail('HostGroup.GetHostInfo', { strHostName, pFields2Return: fields })).toMatchObject({
      code: 1186,
    })
    const info = await client.call('HostGroup.GetHostInfo', { strHostName, pFields2Return: fields })
    expect(info.PxgRetVal).toEqual(foreign)
    expect(await vserversOf(own)).toEqual([])
    // Unassigned devices are there too, but not managed.
    expect(
      await findHosts(client, '(KLHST_WKS_FROM_UNASSIGNED=1)', ['KLHST_WKS_STATUS', 'KLHST_WKS_STATUS_ID']),
    ).toEqual([
      { KLHST_WKS_STATUS: 1, KLHST_WKS_STATUS_ID: 0 },
      { KLHST_WKS_STATUS: 1, KLHST_WKS_STATUS_ID: 0 },
    ])
  })

  test('order, tagged or not, and pages of any size', async () => {
    const client = await lab.connect(await lab.start(small))
    const names = async (vecFieldsToOrder: unknown) =>
      (await findHosts(client, '', ['KLHST_WKS_DN'], { vecFieldsToOrder })).map((host) => String(host.KLHST_WKS_DN))
    const ascending = await names([{ type: 'params', value: { Name: 'KLHST_WKS_DN', Asc: true } }])
    expect(ascending).toEqual(ascending.toSorted())
    expect(await names([{ Name: 'KLHST_WKS_DN', Asc: false }])).toEqual(ascending.toReversed())
    const { strAccessor, PxgRetVal } = await client.call('HostGroup.FindHosts', { vecFieldsToReturn: ['KLHST_WKS_ID'] })
    const page = async (range: object) => {
      const chunk = await client.call('ChunkAccessor.GetItemsChunk', { strAccessor, ...range })
      const items = records((chunk.pChunk as { KLCSP_ITERATOR_ARRAY: unknown }).KLCSP_ITERATOR_ARRAY)
      expect(chunk.PxgRetVal).toBe(items.length)
      return items.map((item) => item.KLHST_WKS_ID)
    }
    expect(PxgRetVal).toBe(45)
    expect((await client.call('ChunkAccessor.GetItemsCount', { strAccessor })).PxgRetVal).toBe(45)
    expect(await page({ nCount: 2 })).toEqual([1, 2])
    expect(await page({ nStart: 43, nCount: 10 })).toEqual([44, 45])
    expect(await page({ nStart: 45, nCount: 10 })).toEqual([])
    expect(await client.fail('ChunkAccessor.GetItemsChunk', { strAccessor, nStart: -1, nCount: 1 })).toMatchObject({
      code: 1192,
    })
  })

  test('any ancestor group, and the fields that only searches know', async () => {
    const client = await lab.connect(await lab.start(small))
    const [first] = await vserversOf(client)
    const group = first?.KLVSRV_GROUPS
    const below = await findHosts(client, `(KLHST_WKS_GROUPID_GP=${group})`, fields)
    expect(below.length).toBeGreaterThan(10)
    expect(await findHosts(client, `(KLHST_WKS_GROUPID=${group})`, fields)).toEqual([])
    expect(await findHosts(client, '(KLHST_WKS_PRODUCT_NAME="KES")', fields)).not.toEqual([])
    const asked = { wstrFilter: '', vecFieldsToReturn: ['KLHST_WKS_GROUPID_GP'] }
    expect(await client.fail('HostGroup.FindHosts', asked)).toMatchObject({ code: 1125, module: 'KLPRSS' })
    expect(await client.fail('HostGroup.FindHosts', { vecFieldsToReturn: ['KLHST_NOPE'] })).toMatchObject({
      code: 1125,
    })
    expect(await client.fail('HostGroup.FindHosts', { wstrFilter: '(a=' })).toMatchObject({ code: 1192 })
    expect(await client.fail('HostGroup.FindHosts', { wstrFilter: 5 })).toMatchObject({ code: 1192 })
  })

  test('a result set keeps what it found', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const { strAccessor } = await client.call('HostGroup.FindHosts', {
      wstrFilter: '(KLHST_WKS_DN="MSP-PC-001")',
      vecFieldsToReturn: ['KLHST_WKS_STATUS_ID', 'KLHST_WKS_VIRUS_COUNT'],
    })
    const read = async () => {
      const chunk = await client.call('ChunkAccessor.GetItemsChunk', { strAccessor, nCount: 5 })
      return records((chunk.pChunk as { KLCSP_ITERATOR_ARRAY: unknown }).KLCSP_ITERATOR_ARRAY)
    }
    const before = await read()
    await emulator.control.act({ act: 'setHost', host: 'MSP-PC-001', changes: { virusCount: 50 } })
    expect(await read()).toEqual(before)
    await emulator.control.act({ act: 'removeHost', host: 'MSP-PC-001' })
    expect(await read()).toEqual(before)
  })
})

describe('result sets', () => {
  const open = async (client: TestClient, lMaxLifeTime: number) =>
    (await client.call('HostGroup.FindHosts', { vecFieldsToReturn: fields, lMaxLifeTime })).strAccessor
  const lost = { code: 1186, module: 'KLSTD' }

  test('live as long as they are used, never over two hours unused', async () => {
    const emulator = await lab.start(small)
    await emulator.control.act({ act: 'setServer', sessionIdleSeconds: 100_000 })
    const client = await lab.connect(emulator)
    const strAccessor = await open(client, 100)
    const greedy = await open(client, 1_000_000)
    const advance = (advanceSeconds: number) => emulator.control.act({ act: 'clock', advanceSeconds })
    for (let n = 0; n < 3; n += 1) {
      await advance(99)
      await client.call('ChunkAccessor.GetItemsCount', { strAccessor })
    }
    await advance(100)
    expect(await client.fail('ChunkAccessor.GetItemsCount', { strAccessor })).toMatchObject(lost)
    await advance(7199 - 397)
    await client.call('ChunkAccessor.GetItemsCount', { strAccessor: greedy })
    await advance(7200)
    expect(await client.fail('ChunkAccessor.GetItemsChunk', { strAccessor: greedy, nCount: 1 })).toMatchObject(lost)
  })

  test('belong to one session and one class of calls, and die by release, session end and act', async () => {
    const emulator = await lab.start(small)
    const [client, other] = [await lab.connect(emulator), await lab.connect(emulator)]
    const strAccessor = await open(client, 600)
    expect(await other.fail('ChunkAccessor.GetItemsCount', { strAccessor })).toMatchObject(lost)
    expect(await client.fail('SrvView.GetRecordCount', { wstrIteratorId: strAccessor })).toMatchObject(lost)
    expect(await client.fail('ChunkAccessor.GetItemsCount', {})).toMatchObject({ code: 1125 })
    expect(await client.call('ChunkAccessor.Release', { strAccessor })).toEqual({})
    expect(await client.fail('ChunkAccessor.GetItemsChunk', { strAccessor, nCount: 1 })).toMatchObject(lost)
    const again = await open(client, 600)
    await emulator.control.act({ act: 'expireAccessors' })
    expect(await client.fail('ChunkAccessor.Release', { strAccessor: again })).toMatchObject(lost)
  })

  test('faults: a set expires between two pages, a page comes short', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const strAccessor = await open(client, 600)
    const page = { strAccessor, nStart: 0, nCount: 10 }
    emulator.control.setFaults({ halfList: { times: 1 } })
    expect((await client.call('ChunkAccessor.GetItemsChunk', page)).PxgRetVal).toBe(5)
    expect((await client.call('ChunkAccessor.GetItemsChunk', page)).PxgRetVal).toBe(10)
    emulator.control.setFaults({ expireAccessor: { times: 1 } })
    expect(await client.fail('ChunkAccessor.GetItemsChunk', page)).toMatchObject(lost)
    emulator.control.setFaults({})
    expect(await client.fail('ChunkAccessor.GetItemsChunk', page)).toMatchObject(lost)
  })
})

describe('a virtual server that does not answer', () => {
  test('fails every search that reaches it, and no other', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const [first, second] = await vserversOf(client)
    const own = await lab.connect(emulator, first?.KLVSRV_DN)
    await emulator.control.act({ act: 'setVServer', vserver: first?.KLVSRV_UID, answering: false })
    const find = (KLVSRV_ID?: number) => ({
      wstrFilter: KLVSRV_ID === undefined ? '' : `(&(KLHST_WKS_STATUS_ID<>0)(KLVSRV_ID=${KLVSRV_ID}))`,
      vecFieldsToReturn: fields,
    })
    expect(await client.fail('HostGroup.FindHosts', find())).toMatchObject({ code: 1195, module: 'KLSTD' })
    expect(await client.fail('HostGroup.FindHosts', find(first?.KLVSRV_ID))).toMatchObject({ code: 1195 })
    expect(await own.fail('HostGroup.FindHosts', find())).toMatchObject({ code: 1195 })
    await client.call('HostGroup.FindHosts', find(second?.KLVSRV_ID))
    await client.call('HostGroup.FindHosts', { ...find(), pParams: { KLGRP_FIND_FROM_CUR_VS_ONLY: true } })
    await emulator.control.act({ act: 'setVServer', vserver: first?.KLVSRV_UID, answering: true })
    await own.call('HostGroup.FindHosts', find())
  })
})

describe('asynchronous search', () => {
  test('is checked until it is ready, then read as any other', async () => {
    const emulator = await lab.start(small)
    await emulator.control.act({ act: 'setServer', asyncSeconds: 3 })
    const client = await lab.connect(emulator)
    const { strRequestId } = await client.call('HostGroup.FindHostsAsync', {
      vecFieldsToReturn: fields,
      lMaxLifeTime: 60,
    })
    const check = () => client.call('AsyncActionStateChecker.CheckActionState', { wstrActionGuid: strRequestId })
    expect(await check()).toEqual({
      bFinalized: false,
      bSuccededFinalized: false,
      lStateCode: 0,
      pStateData: {},
      lNextCheckDelay: 1000,
    })
    expect(await client.fail('HostGroup.FindHostsAsyncGetAccessor', { strRequestId })).toMatchObject({ code: 1195 })
    await emulator.control.act({ act: 'clock', advanceSeconds: 3 })
    expect(await check()).toMatchObject({ bFinalized: true, bSuccededFinalized: true, lStateCode: 1 })
    const got = await client.call('HostGroup.FindHostsAsyncGetAccessor', { strRequestId })
    expect(got).toMatchObject({ PxgRetVal: 45, pFailedSlavesInfo: { KLGRP_FAILED_SLAVES_PARAMS: [] } })
    expect((await client.call('ChunkAccessor.GetItemsCount', { strAccessor: got.strAccessor })).PxgRetVal).toBe(45)
    expect(await client.fail('HostGroup.FindHostsAsyncGetAccessor', { strRequestId })).toMatchObject({ code: 1186 })
  })

  test('reports its failure in the state, and can be cancelled', async () => {
    const client = await lab.connect(await lab.start(small))
    const { strRequestId } = await client.call('HostGroup.FindHostsAsync', { wstrFilter: '(broken' })
    const state = await client.call('AsyncActionStateChecker.CheckActionState', { wstrActionGuid: strRequestId })
    expect(state).toMatchObject({
      bFinalized: true,
      bSuccededFinalized: false,
      lStateCode: 0,
      pStateData: { KLBLAG_ERROR_INFO: { type: 'params', value: { KLBLAG_ERROR_CODE: 1192 } } },
    })
    expect(await client.call('HostGroup.FindHostsAsyncCancel', { strRequestId })).toEqual({})
    expect(await client.fail('HostGroup.FindHostsAsyncCancel', { strRequestId })).toMatchObject({ code: 1186 })
  })
})

describe('groups', () => {
  test('ids, trees, counts and status settings', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const [first] = await vserversOf(client)
    const own = await lab.connect(emulator, first?.KLVSRV_DN)
    const ids = async (who: TestClient) =>
      Promise.all(
        ['GroupIdGroups', 'GroupIdUnassigned', 'GroupIdSuper'].map(
          async (name) => (await who.call(`HostGroup.${name}`)).PxgRetVal,
        ),
      )
    expect(await ids(client)).toEqual([0, 1, 2])
    expect(await ids(own)).toEqual([11, 12, 10])
    expect((await own.call('HostGroup.GetSubgroups', { nGroupId: 10, nDepth: 0 })).PxgRetVal).toEqual([
      {
        type: 'params',
        value: {
          id: 11,
          name: 'Managed devices',
          groups: [
            { type: 'params', value: { id: 13, name: 'Servers' } },
            { type: 'params', value: { id: 14, name: 'Workstations' } },
          ],
        },
      },
      { type: 'params', value: { id: 12, name: 'Unassigned devices' } },
    ])
    await emulator.control.act({ act: 'setGroup', group: 11, critical: { databasesDays: 5 } })
    const { strAccessor } = await own.call('HostGroup.FindGroups', {
      wstrFilter: '(name="Work*")',
      vecFieldsToReturn: ['id', 'grp_full_name', 'parentId', 'KLGRP_CHLDHST_CNT', 'KLGRP_CHLDHST_CNT_OK', 'hostsNum'],
    })
    const chunk = await own.call('ChunkAccessor.GetItemsChunk', { strAccessor, nCount: 10 })
    const [group] = records((chunk.pChunk as { KLCSP_ITERATOR_ARRAY: unknown }).KLCSP_ITERATOR_ARRAY)
    const count = (await findHosts(own, '(KLHST_WKS_GROUPID=14)', fields)).length
    expect(group).toEqual({
      id: 14,
      grp_full_name: 'Managed devices/Workstations/',
      parentId: 11,
      KLGRP_CHLDHST_CNT: count,
      KLGRP_CHLDHST_CNT_OK: count,
      hostsNum: count,
    })
    const settings = async (nGroupId: number) => {
      const pArrAttributes = ['name', 'KLSRV_HSTSTAT_CRITICAL']
      return (await own.call('HostGroup.GetGroupInfoEx', { nGroupId, pArrAttributes })).PxgRetVal
    }
    const container = (KLSRV_HSTSTAT_INHERITED: boolean) => ({
      type: 'params',
      value: expect.objectContaining({
        KLSRV_HSTSTAT_INHERITED,
        KLSRV_HSTSTAT_OLD_AV_BASES: 5,
        KLSRV_HSTSTAT_MASK: expect.any(Number),
      }),
    })
    expect(await settings(11)).toEqual({ name: 'Managed devices', KLSRV_HSTSTAT_CRITICAL: container(false) })
    expect(await settings(14)).toEqual({ name: 'Workstations', KLSRV_HSTSTAT_CRITICAL: container(true) })
    expect((await own.call('HostGroup.GetGroupInfo', { nGroupId: 14 })).PxgRetVal).toMatchObject({
      id: 14,
      KLSRV_HSTSTAT_WARNING: { type: 'params' },
    })
    expect(await own.fail('HostGroup.GetGroupInfo', { nGroupId: 0 })).toMatchObject({ code: 1186 })
  })
})
