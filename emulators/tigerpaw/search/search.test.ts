import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTable } from '../store/table.ts'
import { firstAccount, startDesk, type TestCriterion, type TestDesk } from '../test-desk.ts'
import { oneCriterion } from './criteria.ts'
import { type SearchFields, search } from './search.ts'

let desk: TestDesk
let a: number
let b: number
let c: number
let gone: number
beforeAll(async () => {
  desk = await startDesk()
  a = await desk.order({ Reference: 'KSC:1', CustomerPurchaseOrder: 'PO 7' })
  b = await desk.order({ Reference: 'KSC:10', Priority: 'Low', Status: 'Scheduled', AccountNumber: firstAccount + 1 })
  c = await desk.order({ Reference: 'ksc:1 ', ServiceOrderType: 'Maintenance', Status: 'Closed' })
  gone = await desk.order({ Reference: 'KSC:1' })
  await desk.act('voidOrder', { ticketId: gone })
})
afterAll(() => desk.stop())

const numbers = async (...criteria: TestCriterion[]): Promise<number[]> =>
  (await desk.search(...criteria)).map((one) => one.ServiceOrderNumber)
const reference = (MatchType: string, Criteria: string): TestCriterion => ({
  SearchType: 'Reference',
  MatchType,
  Criteria,
})

describe('criteria', () => {
  it.each<[string, () => TestCriterion[], () => number[]]>([
    ['StartsWith is the default', () => [{ SearchType: 'Reference', Criteria: 'ksc:1' }], () => [a, b, c]],
    ['Equal, without case', () => [reference('Equal', 'ksc:1')], () => [a]],
    ['a match type in any case', () => [reference('equal', 'KSC:10')], () => [b]],
    ['EndsWith', () => [reference('EndsWith', '0')], () => [b]],
    ['Contains', () => [reference('Contains', 'C:1')], () => [a, b, c]],
    ['greater, as texts', () => [reference('GreaterThan', 'KSC:1')], () => [b, c]],
    ['LessThanEqual, as texts', () => [reference('LessThanEqual', 'KSC:1')], () => [a]],
    ['a type in any case', () => [{ SearchType: 'customerpurchaseorder', Criteria: 'po' }], () => [a]],
    ['the same type twice is OR', () => [reference('Equal', 'KSC:1'), reference('Equal', 'KSC:10')], () => [a, b]],
    [
      'different types are AND',
      () => [
        { SearchType: 'Reference', Criteria: 'KSC' },
        { SearchType: 'AccountNumber', MatchType: 'Equal', Criteria: String(firstAccount + 1) },
      ],
      () => [b],
    ],
    [
      'OR within, AND across',
      () => [
        { SearchType: 'Status', MatchType: 'Equal', Criteria: 'New' },
        { SearchType: 'Status', MatchType: 'Equal', Criteria: 'Closed' },
        { SearchType: 'Type', MatchType: 'Equal', Criteria: 'Maintenance' },
      ],
      () => [c],
    ],
    ['a number', () => [{ SearchType: 'ServiceOrderNumber', MatchType: 'Equal', Criteria: String(b) }], () => [b]],
    ['a number starts with', () => [{ SearchType: 'ServiceOrderNumber', Criteria: '802' }], () => [a, b, c]],
    [
      'numbers above',
      () => [{ SearchType: 'ServiceOrderNumber', MatchType: 'GreaterThan', Criteria: String(a) }],
      () => [b, c],
    ],
    [
      'a number that is none',
      () => [{ SearchType: 'ServiceOrderNumber', MatchType: 'Equal', Criteria: 'x' }],
      () => [],
    ],
    ['nothing has an invoice', () => [{ SearchType: 'InvoiceNumber', Criteria: '1' }], () => []],
    ['no criteria at all', () => [], () => [a, b, c]],
  ])('%s', async (_, criteria, expected) => {
    expect(await numbers(...criteria())).toEqual(expected())
  })

  it('resolutions, symptoms, external products and custom fields', async () => {
    await desk.post(`serviceorders/${a}/resolutions`, '"Cured by hand"')
    await desk.post(`serviceorders/${b}/symptoms`, '"Slow"')
    await desk.act('setExternalTicket', { ticketId: c, externalTicketId: 'T-1', externalProduct: 'Managed Print' })
    await desk.put(`serviceorders/${a}/customfields`, [{ CustomFieldId: 1, Value: 'key-a' }])
    expect(await numbers({ SearchType: 'Resolution', Criteria: 'cured' })).toEqual([a])
    expect(await numbers({ SearchType: 'Symptom', Criteria: 'slow' })).toEqual([b])
    expect(await numbers({ SearchType: 'ExternalProduct', Criteria: 'managed' })).toEqual([c])
    const field = { SearchType: 'CustomField', CategoryName: 'Monitoring', CustomFieldName: 'Alert Key' }
    expect(await numbers({ ...field, Criteria: 'key-' })).toEqual([a])
    const body = { Criteria: 'key', Category: 'monitoring', Field: 'alert key' }
    expect((await desk.post('serviceorders/search/customfield', body)).json.TotalCount).toBe(1)
  })

  it('an external ticket takes one external product, by its full name', async () => {
    const ticket = { SearchType: 'ExternalTicket', MatchType: 'Equal', Criteria: 'T-1' }
    expect(await numbers(ticket)).toEqual([c])
    expect(await numbers(ticket, { SearchType: 'ExternalProduct', Criteria: 'managed print' })).toEqual([c])
    expect(await numbers(ticket, { SearchType: 'ExternalProduct', Criteria: 'managed' })).toEqual([])
    const two = [
      ticket,
      { SearchType: 'ExternalProduct', Criteria: 'a' },
      { SearchType: 'ExternalProduct', Criteria: 'b' },
    ]
    await expect(desk.search(...two)).rejects.toThrow('only one External Product')
  })

  it.each([
    [{ SearchType: 'Title', Criteria: 'x' }, /^Invalid SearchType 'Title'\. Valid SearchType = ServiceOrderNumber, /],
    [
      { SearchType: 'Reference', MatchType: 'Like', Criteria: 'x' },
      /^Invalid MatchType 'Like'\. Valid MatchType = StartsWith/,
    ],
    [{ SearchType: 'Reference', Criteria: '' }, /^Criteria is required/],
    [{ SearchType: 'CustomField', Criteria: 'x', CategoryName: 'No', CustomFieldName: 'No' }, /^Custom field 'No' of/],
  ])('%j is refused', async (criterion, message) => {
    const { status, json } = await desk.post('serviceorders/search', { Criteria: [criterion] })
    expect([status, json.Success, json.ServiceOrders, json.TotalCount]).toEqual([200, false, [], 0])
    expect(json.Message).toMatch(message)
  })
})

describe('searches in one field', () => {
  it.each([
    ['reference', 'KSC:1', 3],
    ['serviceordernumber', '80281', 1],
    ['customerpurchaseorder', 'PO', 1],
    ['externalproduct', 'Managed', 1],
    ['invoicenumber', '1', 0],
    ['agreementnumber', '9', 0],
    ['itemid', 'MES', 0],
  ])('%s takes one text, StartsWith', async (path, text, count) => {
    const { json } = await desk.post(`serviceorders/search/${path}`, JSON.stringify(text))
    expect([json.Success, json.TotalCount]).toEqual([true, count])
  })

  it('pages by the query, with the prefix of the contract or without, in any case', async () => {
    for (const query of [
      'pageRequest.pageSize=1&pageRequest.startRow=2',
      'PageSize=1&StartRow=2',
      'pagesize=1&startrow=2',
    ]) {
      const { json } = await desk.post(`serviceorders/search/reference?${query}`, '"KSC:1"')
      expect([json.ServiceOrders.map((one) => one.ServiceOrderNumber), json.NextRow]).toEqual([[b], 3])
    }
  })
})

describe('orders of an account', () => {
  const of = async (path: string) =>
    (await desk.get(`serviceorders/account/${path}`)).json.ServiceOrders.map((one) => one.ServiceOrderNumber)

  it('without voided ones, unless asked', async () => {
    expect(await of(`${firstAccount}`)).toEqual([a, c])
    expect(await of(`${firstAccount}/true`)).toEqual([a, c])
    expect(await of(`${firstAccount}/false?PageSize=500`)).toEqual([a, c, gone])
    expect((await desk.get('serviceorders/account/1')).json).toMatchObject({ Success: false, ServiceOrders: [] })
  })
})

describe('paging', () => {
  const pageAt = async (StartRow: number | undefined, PageSize: number | undefined) =>
    (await desk.post('serviceorders/search', { Criteria: [], PageSize, StartRow })).json

  it('counts rows from 1, and NextRow is 0 at the end', async () => {
    expect(await pageAt(undefined, 2)).toMatchObject({ PageSize: 2, NextRow: 3, TotalCount: 3 })
    const last = await pageAt(3, 2)
    expect(last).toMatchObject({ NextRow: 0, TotalCount: 3 })
    expect(last.ServiceOrders.map((one) => one.ServiceOrderNumber)).toEqual([c])
    expect((await pageAt(0, 2)).ServiceOrders[0]?.ServiceOrderNumber).toBe(a)
    expect((await pageAt(99, 2)).ServiceOrders).toEqual([])
  })

  it('or from 0, by a switch: who begins at 1 then misses a row', async () => {
    await desk.setSwitch('firstRow', 0)
    expect(await pageAt(undefined, 2)).toMatchObject({ NextRow: 2 })
    expect((await pageAt(1, 2)).ServiceOrders.map((one) => one.ServiceOrderNumber)).toEqual([b, c])
    await desk.setSwitch('firstRow', 1)
  })

  it('sizes have a default and a limit', async () => {
    await desk.setSwitch('defaultPageSize', 1)
    await desk.setSwitch('maxPageSize', 2)
    expect(await pageAt(undefined, undefined)).toMatchObject({ PageSize: 1, NextRow: 2 })
    expect(await pageAt(undefined, 1000)).toMatchObject({ PageSize: 2, NextRow: 3 })
    await desk.setSwitch('defaultPageSize', 25)
    await desk.setSwitch('maxPageSize', 500)
    expect((await desk.post('serviceorders/search', { PageSize: 'many' })).status).toBe(400)
  })
})

describe('searches that lag', () => {
  it('see orders as they were, reads by number as they are', async () => {
    desk.emulator.control.setFaults({ searchLagMs: 5000 })
    await desk.act('clock', { advanceSeconds: 10 })
    const fresh = await desk.order({ Reference: 'KSC:fresh' })
    await desk.put(`serviceorders/${b}`, { Reference: 'KSC:moved' })
    expect(await numbers(reference('Equal', 'KSC:fresh'))).toEqual([])
    expect(await numbers(reference('Equal', 'KSC:moved'))).toEqual([])
    expect(await numbers(reference('Equal', 'KSC:10'))).toEqual([b])
    expect((await desk.read(fresh)).ServiceOrder.Reference).toBe('KSC:fresh')
    await desk.act('clock', { advanceSeconds: 5 })
    expect(await numbers(reference('Equal', 'KSC:fresh'))).toEqual([fresh])
    expect(await numbers(reference('Equal', 'KSC:moved'))).toEqual([b])
    desk.emulator.control.setFaults({})
  })
})

describe('records looked at', () => {
  type Row = { id: number; reference: string; status: string }
  let looked = 0
  const table = createTable<Row>({ reference: (row) => row.reference, status: (row) => row.status })
  for (let id = 1; id <= 20_000; id += 1)
    table.put({ id, reference: `KSC:${id}`, status: id % 200 ? 'New' : 'Closed' }, 0)
  const fields: SearchFields<Row> = {
    Number: { values: ({ id }) => [id], index: 'id' },
    Reference: { values: ({ reference: text }) => [text], index: 'reference' },
    Status: { values: ({ status }) => [status], index: 'status' },
  }
  const isHidden = (): boolean => {
    looked += 1
    return false
  }
  const equal = (type: string, criteria: string) => ({ ...oneCriterion(type, criteria), match: 'Equal' as const })

  it.each([
    ['a number', [equal('Number', '7')], 1],
    ['numbers above', [{ ...oneCriterion('Number', '19990'), match: 'GreaterThanEqual' as const }], 11],
    ['a reference', [equal('Reference', 'ksc:7')], 1],
    ['one of two references', [equal('Reference', 'ksc:7'), equal('Reference', 'ksc:8')], 2],
    ['a reference among a status', [equal('Status', 'New'), equal('Reference', 'ksc:7')], 1],
    ['a rare status', [equal('Status', 'Closed')], 100],
    ['the beginning of a reference', [oneCriterion('Reference', 'ksc:7')], 20_000],
  ])('%s', (_, criteria, count) => {
    looked = 0
    search(table, fields, criteria, { now: 0, lagMs: 0, isHidden })
    expect(looked).toBe(count)
  })

  it('an index forgets what was removed or changed, and old versions go when the clock is moved back', () => {
    const small = createTable<Row>({ reference: (row) => row.reference })
    small.put({ id: 1, reference: 'a', status: '' }, 5000)
    small.put({ id: 2, reference: 'A', status: '' }, 5000)
    expect(small.find('reference', 'a')).toEqual([1, 2])
    small.put({ id: 1, reference: 'b', status: '' }, 5000)
    expect([small.find('reference', 'a'), small.find('reference', 'b')]).toEqual([[2], [1]])
    small.remove(2, 5000)
    expect([small.find('reference', 'a'), small.ids(), small.takeId()]).toEqual([[], [1], 3])
    expect([...small.past(5000, 100).keys()]).toEqual([2, 1])
    small.put({ id: 3, reference: 'c', status: '' }, 1000)
    expect([...small.past(1000, 100).keys()]).toEqual([3])
  })
})
