import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulatorClock } from '../kit/clock.ts'
import { startDesk, type TestDesk } from './test-desk.ts'

const start = new Date('2026-11-22T07:00:00.000Z')
let desk: TestDesk
let first = 0
beforeAll(async () => {
  // A clock that stands still until an act moves it.
  desk = await startDesk({ clock: createEmulatorClock({ now: () => start }) })
  const rows = [
    { title: 'Alpha', externalID: 'ksc:1', priority: 1, estimatedHours: 1.5 },
    { title: 'beta', externalID: 'ksc:2', priority: 2, contactID: 1 },
    { title: 'Gamma 100%', externalID: '', priority: 3, description: null },
    { title: 'DELTA', externalID: 'own:4', priority: 4, isVisibleToComanaged: true },
    { title: 'epsilon', externalID: 'ksc:5', priority: 1, dueDateTime: '2027-01-01T00:00:00Z' },
  ]
  for (const [n, row] of rows.entries()) {
    const udfs = [
      { name: 'Kaspersky Incident', value: `INC-${n}` },
      { name: 'Affected Seats', value: n * 10 },
    ]
    const id = await desk.ticket({ ...row, userDefinedFields: n === 2 ? [] : udfs })
    if (n === 0) first = id
    await desk.act({ act: 'clock', advanceSeconds: 60 })
  }
})
afterAll(() => desk.stop())

const field = (op: string, name: string, value?: unknown): object => ({ op, field: name, value })
/** Places (0 to 4) of the tickets a filter finds. */
const places = async (...filter: object[]): Promise<number[]> =>
  (await desk.find('Tickets', ...filter)).map((item) => item.id - first)

describe('operators', () => {
  it.each<[string, object[], number[]]>([
    ['eq number', [field('eq', 'priority', 1)], [0, 4]],
    ['eq number as text', [field('eq', 'priority', '1')], [0, 4]],
    ['eq text without case', [field('eq', 'externalID', 'KSC:2')], [1]],
    ['eq null matches nothing', [field('eq', 'contactID', null)], []],
    ['eq boolean', [field('eq', 'isVisibleToComanaged', true)], [3]],
    ['noteq', [field('noteq', 'priority', 1)], [1, 2, 3]],
    ['noteq leaves unset values out', [field('noteq', 'contactID', 99)], [1]],
    ['gt', [field('gt', 'priority', 3)], [3]],
    ['gte', [field('gte', 'priority', 3)], [2, 3]],
    ['lt', [field('lt', 'priority', 2)], [0, 4]],
    ['lte', [field('lte', 'priority', 2)], [0, 1, 4]],
    ['gt text', [field('gt', 'title', 'beta')], [2, 3, 4]],
    ['gt time', [field('gt', 'dueDateTime', '2026-12-01')], [4]],
    ['lt time without a zone', [field('lt', 'createDate', '2026-11-22T07:01:00')], [0]],
    ['beginsWith', [field('beginsWith', 'externalID', 'KSC:')], [0, 1, 4]],
    ['endsWith', [field('endsWith', 'title', 'TA')], [1, 3]],
    ['contains', [field('contains', 'title', 'm')], [2]],
    ['contains takes signs as they are', [field('contains', 'title', '0%')], [2]],
    ['exist', [field('exist', 'contactID')], [1]],
    ['notExist', [field('notExist', 'description')], [2]],
    ['notExist takes an empty text', [field('notExist', 'externalID')], [2]],
    ['in', [field('in', 'priority', [2, '3', 77])], [1, 2]],
    ['in of nothing', [field('in', 'priority', [])], []],
    ['notIn', [field('notIn', 'priority', [1, 2])], [2, 3]],
    ['and', [{ op: 'and', items: [field('eq', 'priority', 1), field('contains', 'title', 'eps')] }], [4]],
    ['top level is and', [field('eq', 'priority', 1), field('eq', 'externalID', 'ksc:5')], [4]],
    ['or', [{ op: 'or', items: [field('eq', 'priority', 4), field('eq', 'priority', 2)] }], [1, 3]],
    [
      'groups in groups',
      [
        {
          op: 'and',
          items: [
            { op: 'or', items: [field('eq', 'priority', 1), field('eq', 'priority', 2)] },
            { op: 'or', items: [field('eq', 'externalID', 'ksc:2'), field('eq', 'externalID', 'ksc:5')] },
          ],
        },
      ],
      [1, 4],
    ],
    ['unknown operator vanishes', [field('ne', 'priority', 1), field('eq', 'priority', 2)], [1]],
    ['unknown operator alone leaves all', [field('isnotnull', 'contactID')], [0, 1, 2, 3, 4]],
    [
      'unknown operator in or vanishes',
      [{ op: 'or', items: [field('noteExist', 'x'), field('eq', 'priority', 4)] }],
      [3],
    ],
    ['user-defined text', [{ ...field('eq', 'kaspersky incident', 'inc-1'), udf: true }], [1]],
    ['user-defined number', [{ ...field('gte', 'Affected Seats', 30), udf: true }], [3, 4]],
    ['user-defined notExist', [{ ...field('notExist', 'Kaspersky Incident'), udf: true }], [2]],
    ['beginsWith and gt', [field('beginsWith', 'externalID', 'ksc:'), field('gt', 'id', 43182)], [4]],
    ['field names without case', [field('eq', 'EXTERNALid', 'own:4')], [3]],
    ['changed since', [field('gt', 'lastTrackedModificationDateTime', '2026-11-22T07:02:00Z')], [3, 4]],
    ['changed at or since', [field('gte', 'lastTrackedModificationDateTime', '2026-11-22T07:02:00Z')], [2, 3, 4]],
  ])('%s', async (_, filter, expected) => {
    expect(await places(...filter)).toEqual(expected)
    const search = encodeURIComponent(JSON.stringify({ filter }))
    expect((await desk.get(`Tickets/query/count?search=${search}`)).json).toEqual({ queryCount: expected.length })
  })
})

describe('refusals', () => {
  const many = Array.from({ length: 501 }, (_, n) => field('eq', 'id', n))
  it.each<[string, unknown, string]>([
    ['unknown field', { filter: [field('eq', 'projectId2', 1)] }, 'Unable to find projectId2 in the Ticket Entity'],
    [
      'field that cannot be queried',
      { filter: [field('eq', 'creatorType', 1)] },
      'creatorType is not queryable in the Ticket Entity',
    ],
    [
      'text for a number',
      { filter: [field('eq', 'status', 'New')] },
      "Conversion failed when converting varchar 'New' to data type int",
    ],
    [
      'no time',
      { filter: [field('gt', 'createDate', 'soon')] },
      'Conversion failed when converting date and/or time from character string.',
    ],
    [
      'page of 0',
      { filter: [field('gte', 'id', 0)], MaxRecords: 0 },
      'maxCountOfRecordsToReturn must be between 1 and 500',
    ],
    [
      'page of 501',
      { filter: [field('gte', 'id', 0)], maxRecords: 501 },
      'maxCountOfRecordsToReturn must be between 1 and 500',
    ],
    ['no filter', {}, 'Value cannot be null. Parameter name: filters'],
    ['no body', undefined, 'Value cannot be null. Parameter name: filters'],
    [
      '501 conditions',
      { filter: [{ op: 'or', items: many }] },
      "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.",
    ],
    [
      '501 values',
      {
        filter: [
          field(
            'in',
            'id',
            many.map((_, n) => n),
          ),
        ],
      },
      "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.",
    ],
    [
      'two user-defined fields',
      { filter: ['Kaspersky Incident', 'Affected Seats'].map((name) => ({ ...field('exist', name), udf: true })) },
      'Invalid query syntax. Queries are limited to one user-defined field.',
    ],
    [
      'unknown field to answer',
      { filter: [field('gte', 'id', 0)], IncludeFields: ['id', 'nope'] },
      'Unable to find nope in the Ticket Entity',
    ],
  ])('%s', async (_, body, text) => {
    const answer = await desk.post('Tickets/query', body)
    expect([answer.status, answer.json.errors]).toEqual([500, [text]])
  })

  it('accepts 500 conditions', async () => {
    expect(await places({ op: 'or', items: many.slice(1) })).toEqual([])
  })

  it('turns away a GET with a long query, as the web server does', async () => {
    const search = encodeURIComponent(
      JSON.stringify({ filter: [field('in', 'id', many.map((_, n) => n).slice(0, 400))] }),
    )
    const answer = await desk.get(`Tickets/query?search=${search}`)
    expect([answer.status, answer.text.slice(0, 9)]).toEqual([404, '<!DOCTYPE'])
  })
})

describe('pages', () => {
  const all = { Filter: [field('gte', 'id', 0)], MaxRecords: 2, IncludeFields: ['id', 'TITLE'] }

  it('of a POST query are POSTed again with the body', async () => {
    const page1 = (await desk.post('Tickets/query', all)).json
    expect(page1.items.map((item) => Object.keys(item))).toEqual([
      ['id', 'title'],
      ['id', 'title'],
    ])
    expect(page1.pageDetails).toMatchObject({ count: 2, requestCount: 2, prevPageUrl: null })
    const next = page1.pageDetails.nextPageUrl ?? ''
    const paging = `%7b%22pageSize%22%3a2%2c%22previousIds%22%3a%5b-1%5d%2c%22nextIds%22%3a%5b${first + 1}%5d%7d`
    expect(next).toBe(`${desk.emulator.ready.url}V1.0/Tickets/query/next?paging=${paging}`)

    const byGet = await desk.send('GET', next)
    expect([byGet.status, byGet.json.Message]).toEqual([
      405,
      "The requested resource does not support http method 'GET'.",
    ])
    const empty = await desk.send('POST', next)
    expect([empty.status, empty.json.errors]).toEqual([500, ['Value cannot be null. Parameter name: filters']])

    const page2 = (await desk.send('POST', next, all)).json
    expect(page2.items.map((item) => item.id - first)).toEqual([2, 3])
    const page3 = (await desk.send('POST', page2.pageDetails.nextPageUrl ?? '', all)).json
    expect(page3.items.map((item) => item.id - first)).toEqual([4])
    expect(page3.pageDetails).toMatchObject({ count: 1, requestCount: 2, nextPageUrl: null })
    const back2 = (await desk.send('POST', page3.pageDetails.prevPageUrl ?? '', all)).json
    expect(back2.items).toEqual(page2.items)
    const back1 = (await desk.send('POST', back2.pageDetails.prevPageUrl ?? '', all)).json
    expect(back1).toEqual(page1)
  })

  it('of a GET query carry the search and are followed by GET', async () => {
    const search = JSON.stringify(all)
    const page1 = (await desk.get(`Tickets/query?search=${encodeURIComponent(search)}`)).json
    const next = page1.pageDetails.nextPageUrl ?? ''
    expect(new URL(next).searchParams.get('search')).toBe(search)
    const page2 = (await desk.send('GET', next)).json
    expect(page2.items.map((item) => item.id - first)).toEqual([2, 3])
  })

  it('need the id among the fields asked for', async () => {
    expect((await desk.post('Tickets/query', { ...all, IncludeFields: ['title'] })).status).toBe(500)
    expect((await desk.post('Tickets/query', { ...all, IncludeFields: ['title'], MaxRecords: 5 })).status).toBe(200)
  })

  it('come in id order whatever sort is asked for, 500 at most', async () => {
    const answer = await desk.post('Tickets/query', { filter: [field('gte', 'id', 0)], sort: [{ field: 'title' }] })
    expect(answer.json.items.map((item) => item.id - first)).toEqual([0, 1, 2, 3, 4])
    expect(answer.json.pageDetails.requestCount).toBe(500)
  })

  it('can be passed over with id gt, too', async () => {
    const filter = [field('gt', 'id', first + 3)]
    expect((await desk.post('Tickets/query', { filter, MaxRecords: 2 })).json.items).toHaveLength(1)
  })
})

describe('a search that lags', () => {
  it('finds what the tenant began with', async () => {
    desk.emulator.control.setFaults({ searchLagMs: 86_400_000 })
    expect(await desk.find('Companies', field('gte', 'id', 0))).toHaveLength(4)
    desk.emulator.control.setFaults({})
  })

  it('finds neither new tickets nor changes before its time, a direct look-up does', async () => {
    const id = await desk.ticket({ externalID: 'lag:1' })
    await desk.act({ act: 'clock', advanceSeconds: 10 })
    await desk.patch('Tickets', { id, status: 5 })
    desk.emulator.control.setFaults({ searchLagMs: 5_000 })
    expect((await desk.readTicket(id)).status).toBe(5)
    const byReference = field('eq', 'externalID', 'lag:1')
    expect((await desk.find('Tickets', byReference)).map((item) => item.status)).toEqual([1])
    expect(await desk.find('Tickets', byReference, field('eq', 'status', 5))).toEqual([])
    desk.emulator.control.setFaults({ searchLagMs: 30_000 })
    expect(await desk.find('Tickets', byReference)).toEqual([])
    await desk.act({ act: 'clock', advanceSeconds: 31 })
    expect((await desk.find('Tickets', byReference)).map((item) => item.status)).toEqual([5])
    await desk.act({ act: 'deleteTicket', externalID: 'lag:1' })
    expect(await desk.find('Tickets', byReference)).toHaveLength(1)
    desk.emulator.control.setFaults({})
    expect(await desk.find('Tickets', byReference)).toEqual([])
  })
})

describe('other entities', () => {
  it('TicketHistory is found by its ticket', async () => {
    const id = await desk.ticket()
    await desk.patch('Tickets', { id, priority: 4 })
    const rows = await desk.find('TicketHistory', field('eq', 'ticketID', id))
    expect(rows.map((row) => row.action)).toEqual(['Created', 'Edited'])
    expect(rows[1]?.detail).toBe('priority: 1 -> 4')
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'id',
      'action',
      'date',
      'detail',
      'resourceID',
      'ticketID',
      'userDefinedFields',
    ])
  })

  it('DeletedTicketLogs tells of a ticket somebody deleted', async () => {
    const id = await desk.ticket({ title: 'To be deleted' })
    await desk.act({ act: 'addNote', ticketId: id, title: 'x', description: 'y' })
    await desk.act({ act: 'deleteTicket', ticketId: id })
    expect(await desk.readTicket(id)).toBeNull()
    expect(await desk.find('TicketNotes', field('eq', 'ticketID', id))).toEqual([])
    const [log] = await desk.find('DeletedTicketLogs', field('eq', 'ticketID', id))
    expect(log).toMatchObject({ ticketTitle: 'To be deleted', deletedByResourceID: 29682886 })
  })

  it('a company may have id 0', async () => {
    const [own] = await desk.find('Companies', field('gte', 'id', 0))
    expect(own?.id).toBe(0)
  })
})
