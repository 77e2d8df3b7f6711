import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  byKey,
  createSourceBench,
  failureOf,
  type SourceBench,
  toArray,
} from '../../../../test/contracts/source-bench.ts'
import type { Sent } from '../../../../test/support/interceptor.ts'
import { type KscWorld, startKscWorld } from '../../../../test/support/ksc-world.ts'
import type { ComputerPage } from '../../source.ts'
import { ksc } from './index.ts'
import type { Settings } from './settings.ts'

let world: KscWorld
let bench: SourceBench<Settings>

beforeAll(async () => {
  world = await startKscWorld()
  bench = await createSourceBench({ name: 'ksc', connector: ksc, startWorld: () => Promise.resolve(world) })
})
beforeEach(() => {
  world.interceptor.reset()
  world.mend()
  bench.forget()
})
afterAll(() => bench.stop())

/** Answers a method in the server's place, as often as it is called. */
function answer(method: string, body: (sent: Sent) => object, times = 1000, after = 0): void {
  const path = new RegExp(`/${method.replace('.', '\\.')}$`)
  const text = (sent: Sent) => JSON.stringify(body(sent))
  world.interceptor.answer({ method: 'POST', path }, { status: 200, body: text }, { times, after })
}

const pxgError = (code: number) => ({ PxgError: { code, subcode: 0, module: 'KLSTD', message: 'said the server' } })
const params = (value: object) => ({ type: 'params', value })

type HostFields = { id: string; vserver?: number | undefined } & Record<string, unknown>

function hostRow({ id, vserver = 1, ...more }: HostFields): object {
  const fields = { KLHST_WKS_HOSTNAME: id, KLHST_WKS_DN: `PC ${id}`, KLHST_WKS_STATUS: 31, KLHST_WKS_STATUS_ID: 0 }
  return params({ ...fields, KLVSRV_ID: vserver, ...more })
}

/** Stands in for `FindHosts` and its pages: each query of `pages` promises `count` and gives these pages. */
function answerList(count: number, pages: readonly (readonly HostFields[])[]): void {
  answer('HostGroup.FindHosts', () => ({ PxgRetVal: count, strAccessor: 'accessor' }))
  answer('ChunkAccessor.Release', () => ({}))
  let page = 0
  answer('ChunkAccessor.GetItemsChunk', (sent) => {
    page = (JSON.parse(sent.body) as { nStart: number }).nStart === 0 ? 0 : page + 1
    const rows = (pages[page] ?? []).map(hostRow)
    return { PxgRetVal: rows.length, pChunk: { KLCSP_ITERATOR_ARRAY: rows } }
  })
}

/** Polls tenant 1, or those named. */
async function poll(keys: readonly string[] = [world.tenants[0]], changes: Partial<Settings> = {}) {
  const tenants = (await ksc.listTenants(bench.context())).filter(({ key }) => keys.includes(key))
  const pages = await toArray(ksc.pollComputers(bench.context({ ...world.settings, ...changes }), tenants))
  return summary(pages)
}

function summary(pages: readonly ComputerPage[]) {
  const end = pages.at(-1)
  if (end?.kind !== 'end') throw new Error('the poll came to no end')
  const computers = pages.flatMap((page) => (page.kind === 'computers' ? page.computers : []))
  return { ids: computers.map(({ computerKey }) => computerKey), computers, complete: end.complete, failed: end.failed }
}

function filters(): string[] {
  return world.interceptor.sent
    .filter(({ path }) => path.endsWith('FindHosts'))
    .map(({ body }) => (JSON.parse(body) as { wstrFilter: string }).wstrFilter)
}

function bodies(method: string): Record<string, unknown>[] {
  return world.interceptor.sent
    .filter(({ path }) => path.endsWith(method))
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
}

describe('queries', () => {
  test('several virtual servers by one query, the main server by its own', async () => {
    const keys = Object.keys(await world.tenantNames())
    const { complete } = await poll(keys)
    expect(complete.length).toBe(6)
    expect(filters()).toEqual([
      '(KLHST_WKS_STATUS&2<>0)',
      '(&(|(KLVSRV_ID=1)(KLVSRV_ID=2))(KLHST_WKS_STATUS&2<>0))',
      '(&(|(KLVSRV_ID=3)(KLVSRV_ID=4))(KLHST_WKS_STATUS&2<>0))',
      '(&(KLVSRV_ID=5)(KLHST_WKS_STATUS&2<>0))',
    ])
    expect(bodies('FindHosts').map(({ pParams }) => pParams)).toEqual([
      { KLGRP_FIND_FROM_CUR_VS_ONLY: true },
      ...Array.from({ length: 3 }, () => ({ KLGRP_FIND_FROM_CUR_VS_ONLY: false })),
    ])
    expect(bodies('Release')).toHaveLength(4)
  })

  test('a batch that cannot be answered is asked one by one, so that only the silent one fails', async () => {
    await world.letAnswer(world.tenants[1], false)
    const { complete, failed, computers } = await poll([world.tenants[0], world.tenants[1]])
    await world.letAnswer(world.tenants[1], true)
    expect(complete).toEqual([world.tenants[0]])
    expect(failed).toEqual([{ tenantKey: world.tenants[1], message: expect.stringContaining('not available now') }])
    const truth = (await world.computers()).filter(({ tenantKey }) => tenantKey === world.tenants[0])
    expect(byKey(computers)).toEqual(byKey(truth))
    expect(filters()).toHaveLength(3)
  })

  test('a query that is refused for all of them fails the poll', async () => {
    const { control } = world.emulator
    await control.act({ act: 'setAccount', user: world.settings.user, deny: ['HostGroup.FindHosts'] })
    const failure = await failureOf(poll(Object.keys(await world.tenantNames())))
    await control.act({ act: 'setAccount', user: world.settings.user, deny: [] })
    expect(failure).toMatchObject({ kind: 'denied', reason: 'missing-right' })
  })
})

describe('an honest end', () => {
  test('of one virtual server’s list that is lost once comes with the second reading, lost twice never', async () => {
    world.loseLists(1)
    expect(await poll()).toMatchObject({ complete: [world.tenants[0]], failed: [] })
    expect(filters()).toHaveLength(2)
    world.loseLists(2)
    expect(await failureOf(poll())).toMatchObject({ kind: 'later', reason: 'server-error' })
  })

  test('is not given for a virtual server that was switched off meanwhile', async () => {
    const tenants = await ksc.listTenants(bench.context())
    await world.enableTenant(world.tenants[0], false)
    const { complete, failed, computers } = summary(await toArray(ksc.pollComputers(bench.context(), tenants)))
    await world.enableTenant(world.tenants[0], true)
    expect([complete.length, failed]).toEqual([tenants.length - 1, []])
    expect(computers.filter(({ tenantKey }) => tenantKey === world.tenants[0])).toEqual([])
  })

  test('short pages are read on until all came', async () => {
    world.emulator.control.setFaults({ halfList: { times: 1000 } })
    const { computers, complete } = await poll()
    const truth = (await world.computers()).filter(({ tenantKey }) => tenantKey === world.tenants[0])
    expect(byKey(computers)).toEqual(byKey(truth))
    expect(complete).toEqual([world.tenants[0]])
  })

  test('fewer than promised: begun again once, then not complete', async () => {
    answerList(3, [[{ id: 'a' }, { id: 'b' }], []])
    const failure = await failureOf(poll())
    expect(failure.message).toContain('promised 3 computers and listed 2')
    expect(filters()).toHaveLength(2)
    expect(bodies('Release')).toHaveLength(2)
  })

  test('fewer than promised at one of two virtual servers leaves the other complete', async () => {
    const [first, second] = world.tenants
    answer('HostGroup.FindHosts', ({ body }) => ({
      PxgRetVal: body.includes('KLVSRV_ID=2') ? 5 : 1,
      strAccessor: body,
    }))
    answer('ChunkAccessor.Release', () => ({}))
    answer('ChunkAccessor.GetItemsChunk', ({ body }) => {
      const { strAccessor, nStart } = JSON.parse(body) as { strAccessor: string; nStart: number }
      const rows = [
        ...(strAccessor.includes('KLVSRV_ID=1') ? [hostRow({ id: 'a', vserver: 1 })] : []),
        ...(strAccessor.includes('KLVSRV_ID=2') ? [hostRow({ id: 'b', vserver: 2 })] : []),
      ].slice(nStart)
      return { PxgRetVal: rows.length, pChunk: { KLCSP_ITERATOR_ARRAY: rows } }
    })
    const { ids, complete, failed } = await poll([first, second])
    expect(complete).toEqual([first])
    expect(failed).toEqual([{ tenantKey: second, message: expect.stringContaining('promised 5') }])
    expect(ids).toEqual(['a', 'b'])
  })

  test('more than promised is taken', async () => {
    answerList(2, [[{ id: 'a' }, { id: 'b' }, { id: 'c' }]])
    expect(await poll()).toMatchObject({ ids: ['a', 'b', 'c'], complete: [world.tenants[0]] })
  })

  test('rows that come twice are given once; when they hide others, the list is not whole', async () => {
    answerList(3, [
      [{ id: 'a' }, { id: 'b' }],
      [{ id: 'b' }, { id: 'c' }],
    ])
    expect(await poll()).toMatchObject({ ids: ['a', 'b', 'c'], complete: [world.tenants[0]] })
    world.interceptor.reset()
    answerList(4, [[{ id: 'a' }, { id: 'b' }, { id: 'b' }], [{ id: 'b' }]])
    expect((await failureOf(poll())).message).toContain('promised 4 computers and listed 2 different')
  })

  test('a page that announces more than it holds is no page', async () => {
    answer('HostGroup.FindHosts', () => ({ PxgRetVal: 2, strAccessor: 'accessor' }))
    answer('ChunkAccessor.Release', () => ({}))
    answer('ChunkAccessor.GetItemsChunk', () => ({
      PxgRetVal: 2,
      pChunk: { KLCSP_ITERATOR_ARRAY: [hostRow({ id: 'a' })] },
    }))
    expect((await failureOf(poll())).message).toContain('announced 2 computers in a page and sent 1')
  })

  test('a computer without its key is no list', async () => {
    answerList(1, [[{ id: '' }]])
    expect((await failureOf(poll())).message).toContain('KLHST_WKS_HOSTNAME')
  })

  test('an empty list is a whole one', async () => {
    answerList(0, [])
    expect(await poll()).toMatchObject({ ids: [], complete: [world.tenants[0]], failed: [] })
  })
})

describe('whose computer it is', () => {
  test('one of another virtual server than asked spoils that query, never moves', async () => {
    answerList(2, [[{ id: 'a' }], [{ id: 'b', vserver: 7 }]])
    const failure = await failureOf(poll())
    expect(failure.message).toContain('of the virtual server 7')
    world.interceptor.reset()
    answerList(1, [[{ id: 'a', vserver: undefined, KLVSRV_ID: undefined }]])
    expect((await failureOf(poll())).message).toContain('without a virtual server')
  })

  test('asked one by one after that, no computer of the spoilt page is lost', async () => {
    const [first, second] = world.tenants
    const row = (id: string, vserver: number) => hostRow({ id, vserver })
    answer('HostGroup.FindHosts', ({ body }) => ({
      PxgRetVal: body.includes('|') ? 4 : body.includes('KLVSRV_ID=1)') ? 2 : 1,
      strAccessor: body,
    }))
    answer('ChunkAccessor.Release', () => ({}))
    answer('ChunkAccessor.GetItemsChunk', ({ body }) => {
      const { strAccessor, nStart } = JSON.parse(body) as { strAccessor: string; nStart: number }
      const batch = [row('a', 1), row('b', 1), row('c', 2), row('stray', 9)]
      const one = strAccessor.includes('KLVSRV_ID=1)') ? [row('a', 1), row('b', 1)] : [row('c', 2)]
      const all = strAccessor.includes('|') ? batch : one
      const rows = all.slice(nStart, nStart + (strAccessor.includes('|') ? 2 : 9))
      return { PxgRetVal: rows.length, pChunk: { KLCSP_ITERATOR_ARRAY: rows } }
    })
    const { ids, complete, failed } = await poll([first, second])
    expect(ids.toSorted()).toEqual(['a', 'b', 'c'])
    expect([complete.toSorted(), failed]).toEqual([[first, second].toSorted(), []])
  })

  test('the main server drops those of its virtual servers and refuses those of unknown ones', async () => {
    answerList(3, [
      [
        { id: 'a', vserver: 0 },
        { id: 'b', vserver: 2 },
        { id: 'c', KLVSRV_ID: undefined },
      ],
    ])
    expect(await poll(['main'])).toMatchObject({ ids: ['a', 'c'], complete: ['main'] })
    world.interceptor.reset()
    answerList(2, [
      [
        { id: 'a', vserver: 0 },
        { id: 'b', vserver: 99 },
      ],
    ])
    expect((await failureOf(poll(['main']))).message).toContain('when asked for the main server')
  })

  test('unassigned ones count for the end, not as computers', async () => {
    const unassigned = { KLHST_WKS_STATUS: 29 }
    answerList(3, [[{ id: 'a' }, { id: 'b', ...unassigned }, { id: 'c', KLHST_WKS_FROM_UNASSIGNED: true }]])
    expect(await poll()).toMatchObject({ ids: ['a'], complete: [world.tenants[0]] })
  })
})

describe('what a computer is', () => {
  test('a status that cannot be read spoils its own tenant’s list only', async () => {
    const [first, second] = world.tenants
    answerList(3, [
      [
        { id: 'a', vserver: 1 },
        { id: 'b', vserver: 2, KLHST_WKS_STATUS_ID: 3 },
        { id: 'c', vserver: 2 },
      ],
    ])
    const { ids, complete, failed } = await poll([first, second])
    expect(ids).toEqual(['a', 'c'])
    expect(complete).toEqual([first])
    expect(failed).toEqual([{ tenantKey: second, message: expect.stringMatching(/unknown status 3.*“PC b”/) }])
  })

  test('reasons that cannot be read do too, also when their list is read a second time', async () => {
    answerList(2, [[{ id: 'a', KLHST_WKS_STATUS_ID: 1, KLHST_WKS_STATUS_MASK: 'x' }], [{ id: 'b' }]])
    answer('ChunkAccessor.GetItemsChunk', () => pxgError(1186), 1, 1)
    const { complete, failed } = await poll()
    expect(complete).toEqual([])
    expect(failed).toEqual([
      { tenantKey: world.tenants[0], message: expect.stringMatching(/reasons that cannot be read.*“PC a”/) },
    ])
  })

  test('negative, huge and empty masks are read from the wire to the last digit', async () => {
    const ill = { KLHST_WKS_STATUS_ID: 2 }
    answer('HostGroup.FindHosts', () => ({ PxgRetVal: 3, strAccessor: 'accessor' }))
    answer('ChunkAccessor.Release', () => ({}))
    const rows = [
      hostRow({ id: 'negative', ...ill, KLHST_WKS_STATUS_MASK: -2147483647 }),
      hostRow({ id: 'huge', ...ill, KLHST_WKS_STATUS_MASK: 'HUGE' }),
      hostRow({ id: 'empty', ...ill, KLHST_WKS_STATUS_MASK: 0 }),
    ]
    const page = JSON.stringify({ PxgRetVal: 3, pChunk: { KLCSP_ITERATOR_ARRAY: rows } })
    const body = page.replace('"HUGE"', '9007199254740993')
    world.interceptor.answer({ method: 'POST', path: /GetItemsChunk$/ }, { status: 200, body })
    const { computers, complete } = await poll()
    expect(complete).toEqual([world.tenants[0]])
    expect(
      computers.map(({ computerKey, reasons }) => [computerKey, ...reasons.map(({ statusKey }) => statusKey)]),
    ).toEqual([
      ['negative', 'unknown-31', 'unmanaged'],
      ['huge', 'unknown-53', 'unmanaged'],
      ['empty', 'unspecified'],
    ])
  })
})

describe('events', () => {
  type EventFields = { id: number | undefined } & Record<string, unknown>
  const moment = (text: string) => ({ type: 'datetime', value: text })

  /** Stands in for the events view: one list, whatever is asked. */
  function answerEvents(rows: readonly EventFields[], count = rows.length): void {
    answer('SrvView.ResetIterator', () => ({ wstrIteratorId: 'iterator' }))
    answer('SrvView.ReleaseIterator', () => ({}))
    answer('SrvView.GetRecordCount', () => ({ PxgRetVal: count }))
    answer('SrvView.GetRecordRange', ({ body }) => {
      const { nStart, nEnd } = JSON.parse(body) as { nStart: number; nEnd: number }
      const items = rows.slice(nStart, nEnd + 1).map(({ id, ...more }) => {
        const number = id === undefined ? {} : { event_db_id: { type: 'long', value: id } }
        return params({ ...number, GNRL_EA_SEVERITY: 4, event_type: 'T', GNRL_EA_DESCRIPTION: `event ${id}`, ...more })
      })
      return { pRecords: { KLCSP_ITERATOR_ARRAY: items } }
    })
  }

  test('are asked for by number and severity, in order, both ends of a range included', async () => {
    const { cursor } = await bench.events('')
    world.interceptor.reset()
    await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'X', severity: 'warning', text: 'x' })
    await bench.events(cursor)
    const newest = Number(cursor.split(':')[2])
    expect(bodies('ResetIterator')).toMatchObject([
      {
        wstrViewName: 'EventsSrvViewName',
        wstrFilter: `(&(event_db_id>${newest})(GNRL_EA_SEVERITY>1))`,
        vecFieldsToOrder: [{ type: 'params', value: { Name: 'event_db_id', Asc: true } }],
      },
    ])
    expect(bodies('GetRecordRange')).toMatchObject([{ nStart: 0, nEnd: 0 }])
    expect(bodies('ReleaseIterator')).toHaveLength(1)
  })

  test('of a long backlog are read by several queries', async () => {
    const { cursor } = await bench.events('')
    const count = 7 * 20 + 5
    for (let n = 0; n < count; n += 1) {
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'X',
        severity: 'warning',
        text: `backlog ${n}`,
      })
    }
    world.interceptor.reset()
    const { events } = await bench.events(cursor)
    expect(events.map(({ text }) => text)).toEqual(Array.from({ length: count }, (_, n) => `backlog ${n}`))
    expect(bodies('ResetIterator')).toHaveLength(2)
  })

  test('in short ranges are all read', async () => {
    const { cursor } = await bench.events('')
    const texts = Array.from({ length: 20 }, (_, n) => `short ${n}`)
    for (const text of texts)
      await world.raise({ tenantKey: 'main', computerKey: '', type: 'X', severity: 'warning', text })
    world.emulator.control.setFaults({ halfList: { times: 1000 } })
    expect((await bench.events(cursor)).events.map(({ text }) => text)).toEqual(texts)
  })

  test('lost once go on where they were, lost at the same place again fail', async () => {
    const { cursor } = await bench.events('')
    const texts = Array.from({ length: 20 }, (_, n) => `lost ${n}`)
    for (const text of texts)
      await world.raise({ tenantKey: 'main', computerKey: '', type: 'X', severity: 'warning', text })
    world.loseLists(2)
    expect(await failureOf(bench.events(cursor))).toMatchObject({ kind: 'later', reason: 'server-error' })
    world.loseLists(1)
    expect((await bench.events(cursor)).events.map(({ text }) => text)).toEqual(texts)
  })

  test('of the main server need no number of a virtual server', async () => {
    answerEvents([{ id: 11 }, { id: 12, KLVSRV_ID: 0 }, { id: 13, KLVSRV_ID: 2 }])
    const { events, cursor } = await bench.events('1:10:10')
    expect(events.map(({ tenantKey }) => tenantKey)).toEqual(['main', 'main', world.tenants[1]])
    expect(cursor).toBe('1:10:13')
  })

  test('of a virtual server that is gone belong to nobody, with a warning', async () => {
    answerEvents([{ id: 11, KLVSRV_ID: 77 }, { id: 12 }])
    const { events, cursor } = await bench.events('1:10:10')
    expect(events.map(({ text }) => text)).toEqual(['event 12'])
    expect(cursor).toBe('1:10:12')
    expect(bench.warnings()).toEqual([expect.stringContaining('belongs to no client')])
  })

  test('from the future keep their time, with a warning', async () => {
    answerEvents([
      { id: 11, rise_time: moment('2099-01-01T00:00:00Z'), registration_time: moment('2026-01-01T00:00:00Z') },
    ])
    const { events } = await bench.events('1:10:10')
    expect(events[0]).toMatchObject({
      happenedAt: new Date('2099-01-01T00:00:00Z'),
      storedAt: new Date('2026-01-01T00:00:00Z'),
    })
    expect(bench.warnings()).toEqual([expect.stringContaining('check the clocks')])
  })

  test.each([
    ['out of order', [{ id: 12 }, { id: 11 }]],
    ['without a number', [{ id: undefined }]],
    ['below what was asked for', [{ id: 10 }]],
  ])('%s are a bad reply, since the cursor would skip some', async (_name, rows) => {
    answerEvents(rows)
    expect(await failureOf(bench.events('1:10:10'))).toMatchObject({ kind: 'later', reason: 'bad-reply' })
  })

  test('that the server repeats are given once', async () => {
    answerEvents([{ id: 11 }, { id: 11 }, { id: 12 }])
    expect((await bench.events('1:10:10')).events.map(({ text }) => text)).toEqual(['event 11', 'event 12'])
  })

  test('of a server that lost all of them begin at its next one', async () => {
    answerEvents([])
    const emptied = await bench.events('1:10:500')
    expect(emptied).toEqual({ events: [], cursor: '1:0:0' })
    expect(bench.warnings()).toEqual([expect.stringContaining('began anew')])
    world.interceptor.reset()
    answerEvents([{ id: 1 }])
    expect((await bench.events(emptied.cursor)).events.map(({ text }) => text)).toEqual(['event 1'])
  })
})
