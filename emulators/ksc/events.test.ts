import { afterEach, describe, expect, test } from 'vitest'
import { createLab, records, type TestClient } from './test-client.ts'

const lab = createLab()
afterEach(() => lab.stopAll())
const clock = { now: () => new Date('2025-06-01T12:00:00.750Z') }
const small = { port: 0, devices: 40, tenants: 2, clock }

type Json = Record<string, unknown>
const fields = [
  'event_db_id',
  'event_type',
  'GNRL_EA_SEVERITY',
  'rise_time',
  'registration_time',
  'hostname',
  'hostdn',
  'KLVSRV_ID',
]

const openView = async (client: TestClient, wstrFilter: string, more: Json = {}): Promise<unknown> =>
  (
    await client.call('SrvView.ResetIterator', {
      wstrViewName: 'EventsSrvViewName',
      wstrFilter,
      vecFieldsToReturn: fields,
      vecFieldsToOrder: [{ type: 'params', value: { Name: 'event_db_id', Asc: true } }],
      pParams: {},
      lifetimeSec: 300,
      ...more,
    })
  ).wstrIteratorId

const range = async (client: TestClient, wstrIteratorId: unknown, nStart: number, nEnd: number): Promise<Json[]> => {
  const got = await client.call('SrvView.GetRecordRange', { wstrIteratorId, nStart, nEnd })
  expect(got).not.toHaveProperty('PxgRetVal')
  return records((got.pRecords as { KLCSP_ITERATOR_ARRAY: unknown }).KLCSP_ITERATOR_ARRAY)
}
const idsOf = (events: Json[]): number[] => events.map((event) => (event.event_db_id as { value: number }).value)

describe('SrvView', () => {
  test('ranges include their end, ids grow, NULL fields are left out', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    for (let n = 1; n <= 5; n += 1) {
      await emulator.control.act({ act: 'raiseEvent', host: 'MSP-PC-001', type: `TYPE_${n}`, severity: 1 })
    }
    await emulator.control.act({ act: 'raiseEvent', vserver: 1, type: 'KLSRV_RUNTIME_ERROR', severity: 3 })
    const view = await openView(client, '')
    expect((await client.call('SrvView.GetRecordCount', { wstrIteratorId: view })).PxgRetVal).toBe(6)
    const all = await range(client, view, 0, 99)
    const ids = idsOf(all)
    const first = ids[0] ?? 0
    expect(first).toBeGreaterThan(1_000_000)
    expect(ids).toEqual(ids.map((_, index) => first + index))
    expect(all[0]).toEqual({
      event_db_id: { type: 'long', value: first },
      event_type: 'TYPE_1',
      GNRL_EA_SEVERITY: 1,
      rise_time: { type: 'datetime', value: '2025-06-01T12:00:00Z' },
      registration_time: { type: 'datetime', value: '2025-06-01T12:00:00Z' },
      hostname: expect.any(String),
      hostdn: 'MSP-PC-001',
      KLVSRV_ID: 0,
    })
    expect(Object.keys(all[5] ?? {})).not.toContain('hostname')
    expect(all[5]).toMatchObject({ event_type: 'KLSRV_RUNTIME_ERROR', KLVSRV_ID: 1 })
    expect(idsOf(await range(client, view, 0, 0))).toEqual([first])
    expect(idsOf(await range(client, view, 1, 3))).toEqual([first + 1, first + 2, first + 3])
    expect(await range(client, view, 6, 10)).toEqual([])
    expect(idsOf(await range(client, view, 0, 65_535))).toHaveLength(6)
    for (const [nStart, nEnd] of [
      [0, 65_536],
      [3, 2],
      [-1, 2],
    ]) {
      expect(await client.fail('SrvView.GetRecordRange', { wstrIteratorId: view, nStart, nEnd })).toMatchObject({
        code: 1193,
      })
    }
    expect(await client.call('SrvView.ReleaseIterator', { wstrIteratorId: view })).toEqual({})
    expect(await client.fail('SrvView.GetRecordCount', { wstrIteratorId: view })).toMatchObject({ code: 1186 })
  })

  test('a cursor over ids misses no event that comes late', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const raise = async (more: Json) =>
      ((await emulator.control.act({ act: 'raiseEvent', host: 'MSP-PC-001', type: 'T', severity: 4, ...more })) as Json)
        .eventDbId
    const first = await raise({})
    const late = await raise({ riseTime: '2025-05-20T08:00:00Z' })
    const found = await range(client, await openView(client, `(&(event_db_id>${first})(GNRL_EA_SEVERITY>1))`), 0, 9)
    expect(found).toMatchObject([
      {
        event_db_id: { value: late },
        rise_time: { value: '2025-05-20T08:00:00Z' },
        registration_time: { value: '2025-06-01T12:00:00Z' },
      },
    ])
    expect(idsOf(await range(client, await openView(client, '(rise_time>"2025-06-01T00:00:00Z")'), 0, 9))).toEqual([
      first,
    ])
    expect(idsOf(await range(client, await openView(client, '(rise_time<CURTIME(-3600))'), 0, 9))).toEqual([late])
  })

  test('TOP_N counts after the order, distinct and count-only work, other views do not exist', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    for (const type of ['B', 'A', 'B', 'C']) {
      await emulator.control.act({ act: 'raiseEvent', host: 'MSP-PC-001', type, severity: 2 })
    }
    const descending = { vecFieldsToOrder: [{ Name: 'event_db_id', Asc: false }], pParams: { TOP_N: 2 } }
    expect((await range(client, await openView(client, '', descending), 0, 9)).map((one) => one.event_type)).toEqual([
      'C',
      'B',
    ])
    const distinct = {
      vecFieldsToReturn: ['event_type'],
      vecFieldsToOrder: [{ Name: 'event_type' }],
      pParams: { USE_DISTINCT: true },
    }
    expect(await range(client, await openView(client, '', distinct), 0, 9)).toEqual([
      { event_type: 'A' },
      { event_type: 'B' },
      { event_type: 'C' },
    ])
    const counted = await openView(client, '', { pParams: { NEED_ONLY_COUNT: true } })
    expect((await client.call('SrvView.GetRecordCount', { wstrIteratorId: counted })).PxgRetVal).toBe(4)
    expect(await client.fail('SrvView.GetRecordRange', { wstrIteratorId: counted, nStart: 0, nEnd: 1 })).toMatchObject({
      code: 1193,
    })
    expect(await client.fail('SrvView.ResetIterator', { wstrViewName: 'Nope' })).toMatchObject({ code: 1186 })
    expect(await client.fail('SrvView.ResetIteratorAsync', { wstrViewName: 'EventsSrvViewName' })).toMatchObject({
      code: 1192,
    })
    const request = await client.call('SrvView.ResetIteratorAsync', {
      wstrViewName: 'EventsSrvViewName',
      vecFieldsToReturn: ['event_type'],
      pParams: {},
    })
    const { PxgRetVal: iterator } = await client.call('SrvView.ResetIteratorAsyncGetData', {
      wstrRequestId: request.PxgRetVal,
    })
    expect(await range(client, iterator, 0, 9)).toHaveLength(4)
  })

  test('a virtual server sees its own events, and faults hit pages', async () => {
    const emulator = await lab.start(small)
    const main = await lab.connect(emulator)
    const [first] = records((await main.call('VServers.GetVServers')).PxgRetVal)
    for (const vserver of [0, 1, 2, 1])
      await emulator.control.act({ act: 'raiseEvent', vserver, type: `V${vserver}`, severity: 1 })
    const own = await lab.connect(emulator, String(first?.KLVSRV_DN))
    expect((await range(own, await openView(own, ''), 0, 9)).map((one) => one.event_type)).toEqual(['V1', 'V1'])
    expect(await range(main, await openView(main, '(KLVSRV_ID=2)'), 0, 9)).toMatchObject([{ event_type: 'V2' }])
    emulator.control.setFaults({ halfList: { times: 1 } })
    const view = await openView(main, '')
    expect(await range(main, view, 0, 9)).toHaveLength(2)
    emulator.control.setFaults({ expireAccessor: { times: 1 } })
    expect(await main.fail('SrvView.GetRecordRange', { wstrIteratorId: view, nStart: 2, nEnd: 3 })).toMatchObject({
      code: 1186,
    })
    emulator.control.setFaults({ searchLagMs: 10_000 })
    expect(await range(main, await openView(main, ''), 0, 9)).toEqual([])
    await emulator.control.act({ act: 'clock', advanceSeconds: 11 })
    expect(await range(main, await openView(main, ''), 0, 9)).toHaveLength(4)
    await emulator.control.act({ act: 'setVServer', vserver: 1, answering: false })
    expect(await own.fail('SrvView.ResetIterator', { wstrViewName: 'EventsSrvViewName' })).toMatchObject({
      code: 1195,
    })
    // The main server keeps all events, so it still tells those of the silent one and of the others.
    expect(await range(main, await openView(main, ''), 0, 9)).toHaveLength(4)
  })
})

describe('EventProcessing', () => {
  const create = async (client: TestClient, pFilter: Json, method = 'CreateEventProcessing2', more: Json = {}) => {
    const args = { pFilter, vecFieldsToReturn: ['event_type'], vecFieldsToOrder: [], lifetimeSec: 600, ...more }
    return (await client.call(`EventProcessingFactory.${method}`, args)).strIteratorId
  }
  const read = async (client: TestClient, strIteratorId: unknown, nStart = 0, nEnd = 99) => {
    const got = await client.call('EventProcessing.GetRecordRange', { strIteratorId, nStart, nEnd })
    const array = (got.pParamsEvents as { KLEVP_EVENT_RANGE_ARRAY: unknown }).KLEVP_EVENT_RANGE_ARRAY
    return records(array).map((event) => event.event_type)
  }

  test('filter keys combine with AND', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const raise = (type: string, more: Json) => emulator.control.act({ act: 'raiseEvent', type, severity: 4, ...more })
    await raise('OLD', { host: 'MSP-PC-001', riseTime: '2025-01-02T03:04:05Z' })
    await raise('NEW', { host: 'MSP-NB-001', text: 'a locked door' })
    await raise('INFO', { host: 'MSP-NB-001', severity: 1, taskName: 'Scan' })
    await raise('KLPRCI_TaskState', { vserver: 0, severity: 3 })
    const datetime = (value: string) => ({ type: 'datetime', value })
    const cases: [Json, string[]][] = [
      [{}, ['OLD', 'NEW', 'INFO', 'KLPRCI_TaskState']],
      [{ GNRL_EA_SEVERITY: 4 }, ['OLD', 'NEW']],
      [{ GNRL_EA_SEVERITY: 4, KLEVP_EVENT_RISE_TIME_LEAST: datetime('2025-01-02T03:04:06Z') }, ['NEW']],
      [{ KLEVP_EVENT_RISE_TIME_GREATEST: datetime('2025-01-02T03:04:05Z') }, ['OLD']],
      [{ KLEVP_EVENT_RISE_TIME_LAST_DAYS: 2, KLEVP_EVENT_PRODUCT: 'KES' }, ['NEW', 'INFO']],
      [{ KLEVP_EVENT_HOST_DISPNAME: 'MSP-NB-001', KLEVP_EVENT_TASK_NAME: 'Scan' }, ['INFO']],
      [{ KLEVP_EVENT_GNRL_TYPES_ARRAY: ['OLD', 'INFO'] }, ['OLD', 'INFO']],
      [{ EVP_INCL_TASK_STATES: false, EVP_FTX_QUERY: 'locked' }, ['NEW']],
      [{ EVP_INCL_GNRL_EVENTS: false }, ['KLPRCI_TaskState']],
      [{ KLEVP_RFC2254_FILTER: '(event_type="N*")' }, ['NEW']],
    ]
    for (const [filter, types] of cases) {
      expect(await read(client, await create(client, filter)), JSON.stringify(filter)).toEqual(types)
    }
    const hosts = emulator.control.getState({ part: 'hosts' }) as { id: string; name: string }[]
    const strHostName = hosts.find((host) => host.name === 'MSP-NB-001')?.id
    const ofHost = { strHostName, strProduct: 'KES', strVersion: '' }
    expect(await read(client, await create(client, {}, 'CreateEventProcessingForHost', ofHost))).toEqual([
      'NEW',
      'INFO',
    ])
    const filtered = await create(client, { GNRL_EA_SEVERITY: 1 }, 'CreateEventProcessingForHost2', ofHost)
    expect(await read(client, filtered)).toEqual(['INFO'])
    expect(await client.fail('EventProcessingFactory.CreateEventProcessing2', { pFilter: { X: 1 } })).toMatchObject({
      code: 1125,
    })
  })

  test('whether the end of a range counts is a switch; deleting needs a right', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    for (const type of ['A', 'B', 'C']) await emulator.control.act({ act: 'raiseEvent', vserver: 0, type, severity: 1 })
    const strIteratorId = await create(client, {}, 'CreateEventProcessing')
    expect((await client.call('EventProcessing.GetRecordCount', { strIteratorId })).PxgRetVal).toBe(3)
    expect(await read(client, strIteratorId, 0, 1)).toEqual(['A', 'B'])
    await emulator.control.act({ act: 'setServer', eventRangeInclusive: false })
    expect(await read(client, strIteratorId, 0, 1)).toEqual(['A'])
    expect(await client.fail('EventProcessing.InitiateDelete', { strIteratorId })).toMatchObject({ code: 1184 })
    const rights = { read: true, modify: true, exportLicense: false }
    await emulator.control.act({ act: 'setAccount', user: 'tocsin', rights })
    const onlyB = await create(client, { KLEVP_EVENT_TYPE: 'B' })
    await client.call('EventProcessing.InitiateDelete', { strIteratorId: onlyB, pSettings: {} })
    expect(await read(client, await create(client, {}), 0, 9)).toEqual(['A', 'C'])
    await client.call('EventProcessing.ReleaseIterator', { strIteratorId })
    expect(await client.fail('EventProcessing.GetRecordCount', { strIteratorId })).toMatchObject({ code: 1186 })
  })
})

describe('retention', () => {
  test('by count, by term and by order; ids never come again', async () => {
    const emulator = await lab.start(small)
    const raise = async (severity: number) =>
      Number(((await emulator.control.act({ act: 'raiseEvent', vserver: 0, type: 'T', severity })) as Json).eventDbId)
    const kept = async () => {
      await emulator.control.act({ act: 'tick' })
      return (emulator.control.getState({ part: 'events' }) as { id: number }[]).map((event) => event.id)
    }
    const ids = [await raise(4), await raise(1), await raise(4), await raise(1)]
    await emulator.control.act({ act: 'setServer', maxEvents: 3 })
    expect(await kept()).toEqual(ids.slice(1))
    await emulator.control.act({ act: 'clock', advanceSeconds: 31 * 86_400 })
    expect(await kept()).toEqual([ids[2]])
    expect(await emulator.control.act({ act: 'purgeEvents' })).toEqual({ purged: 1 })
    expect(await raise(1)).toBe((ids[3] ?? 0) + 1)
  })
})
