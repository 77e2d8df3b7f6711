import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestAnswer, type TestDesk } from '../test-desk.ts'

const total = 60
let desk: TestDesk
let first = 0
beforeAll(async () => {
  desk = await startDesk({ clock: { now: () => new Date('2026-01-05T10:00:00Z') } })
  first = await desk.ticket({ summary: 'Ticket 0', externalXRef: 'ref:0' })
  for (let n = 1; n < total; n += 1) {
    await desk.act({ act: 'clock', advanceSeconds: 1 })
    await desk.ticket({ summary: `Ticket ${n}`, externalXRef: `ref:${n}` })
  }
})
afterAll(() => desk.stop())

/** The addresses in a Link header, by their relation. */
function links(answer: TestAnswer): Record<string, string> {
  const all = [...(answer.headers.link ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)]
  return Object.fromEntries(all.map(([, url = '', rel = '']) => [rel, url]))
}
const pageOf = (url = '') => new URL(url).searchParams.get('page')

describe('navigable paging', () => {
  it('gives 25 records when nothing is asked, in the order of their ids', async () => {
    const answer = await desk.get('service/tickets')
    expect(answer.list.map((one) => one.id)).toEqual(Array.from({ length: 25 }, (_, n) => first + n))
  })

  it('links to the next, last, previous and first page; none beyond the ends', async () => {
    const pages = []
    for (const page of [1, 2, 3]) pages.push(links(await desk.get(`service/tickets?pageSize=20&page=${page}`)))
    const shown = pages.map((one) => Object.fromEntries(Object.entries(one).map(([rel, url]) => [rel, pageOf(url)])))
    expect(shown).toEqual([
      { next: '2', last: '3' },
      { next: '3', last: '3', prev: '1', first: '1' },
      { prev: '2', first: '1' },
    ])
  })

  it('following the links gives every record once, with the conditions kept', async () => {
    const seen: number[] = []
    const conditions = encodeURIComponent(`summary like "Ticket *" and id > ${first}`)
    let url: string | undefined = `/v2025_1/apis/3.0/service/tickets?pageSize=7&conditions=${conditions}`
    while (url !== undefined) {
      const answer: TestAnswer = await desk.send('GET', url)
      seen.push(...answer.list.map((one) => one.id))
      url = links(answer).next
    }
    expect(seen).toEqual(Array.from({ length: total - 1 }, (_, n) => first + 1 + n))
  })

  it('walking pages until a short one ends too; beyond the end there is an empty list', async () => {
    const beyond = await desk.get('service/tickets?pageSize=20&page=4')
    expect([beyond.status, beyond.list]).toEqual([200, []])
    expect((await desk.get('service/tickets?pageSize=20&page=3')).list).toHaveLength(20)
    expect((await desk.get('service/tickets?pageSize=1000')).headers.link).toBeUndefined()
  })

  it('caps a page at 1,000, or rejects a larger one', async () => {
    const linked = links(await desk.get('service/tickets?pageSize=5000&page=2'))
    expect(new URL(linked.first ?? '').searchParams.get('pageSize')).toBe('1000')
    expect((await desk.get('service/tickets?pageSize=5000')).list).toHaveLength(total)
    await desk.setSwitch('largePage', 'rejected')
    expect((await desk.get('service/tickets?pageSize=1001')).status).toBe(400)
    expect((await desk.get('service/tickets?pageSize=1000')).status).toBe(200)
    await desk.setSwitch('largePage', 'capped')
  })

  it.each(['pageSize=0', 'pageSize=x', 'page=1.5'])('%s is refused', async (query) => {
    expect((await desk.get(`service/tickets?${query}`)).status).toBe(400)
  })
})

describe('forward-only paging', () => {
  const header = { 'pagination-type': 'forward-only' }

  it('always gives a next link, so a client stops at an empty page', async () => {
    const sizes: number[] = []
    let url = '/v4_6_release/apis/3.0/service/tickets?pageSize=25'
    for (let n = 0; n < 4; n += 1) {
      const answer = await desk.send('GET', url, undefined, header)
      sizes.push(answer.list.length)
      const linked = links(answer)
      expect(Object.keys(linked)).toEqual(['next'])
      url = linked.next ?? ''
    }
    expect(sizes).toEqual([25, 25, 10, 0])
    expect(new URL(url).searchParams.get('pageId')).toBe(String(first + total - 1))
  })

  it('takes ids after pageId and overlooks page', async () => {
    const answer = await desk.get(`service/tickets?pageSize=2&page=9&pageId=${first + 3}&fields=id`, header)
    expect(answer.list).toEqual([{ id: first + 4 }, { id: first + 5 }])
  })

  it('refuses orderBy', async () => {
    expect((await desk.get('service/tickets?orderBy=id', header)).status).toBe(400)
  })
})

describe('order', () => {
  it.each([
    ['id desc', [59, 58]],
    ['summary', [0, 1]],
    ['summary desc', [9, 8]],
    ['board/name asc, id DESC', [59, 58]],
    ['_info/lastUpdated desc', [59, 58]],
    ['lastUpdated', [0, 1]],
    ['status/name, externalXRef desc', [9, 8]],
    ['budgetHours, externalXRef', [0, 1]],
  ])('%s', async (orderBy, expected) => {
    const answer = await desk.get(`service/tickets?pageSize=2&orderBy=${encodeURIComponent(orderBy)}`)
    expect(answer.list.map((one) => one.id - first)).toEqual(expected)
  })

  it.each(['colour', 'id up', 'company'])('refuses %s', async (orderBy) => {
    const answer = await desk.get(`service/tickets?orderBy=${encodeURIComponent(orderBy)}`)
    expect([answer.status, answer.json.code]).toEqual([400, 'ApiFindCondition'])
  })
})

describe('fields', () => {
  it('gives only what is named; _info only when it is named', async () => {
    const read = async (fields: string) => (await desk.get(`service/tickets/${first}?fields=${fields}`)).json
    expect(await read('id,summary')).toEqual({ id: first, summary: 'Ticket 0' })
    expect(await read('ID,status/name,company/identifier')).toEqual({
      id: first,
      status: { name: 'New' },
      company: { identifier: 'BrandtSohneGmbH' },
    })
    expect(Object.keys((await read('id,_info'))._info)).toContain('lastUpdated')
    expect(await read('_info/updatedBy,colour')).toEqual({ _info: { updatedBy: 'MonitoringAPI' } })
    expect((await read('status')).status).toMatchObject({ id: 31, name: 'New', _info: {} })
  })

  it('works on lists and on what a write answers', async () => {
    expect((await desk.get('service/tickets?pageSize=1&fields=id')).list).toEqual([{ id: first }])
    const patch = [{ op: 'replace', path: 'poNumber', value: '7' }]
    expect((await desk.patch(`service/tickets/${first}?fields=poNumber`, patch)).json).toEqual({ poNumber: '7' })
  })

  it('leaves fields without a value out, or shows them as null', async () => {
    expect(await desk.readTicket(first)).not.toHaveProperty('owner')
    await desk.setSwitch('showNulls', true)
    expect(await desk.readTicket(first)).toMatchObject({ owner: null, closedDate: null, budgetHours: null })
    await desk.setSwitch('showNulls', false)
  })
})

describe('counts and searches', () => {
  it('counts', async () => {
    expect((await desk.get('service/tickets/count')).json).toEqual({ count: total })
    expect((await desk.get('service/tickets/count?conditions=summary like "*9"')).json.count).toBe(6)
    expect((await desk.get('service/boards/3/statuses/count')).json).toEqual({ count: 4 })
  })

  it('takes conditions of any length in a body with lower-case names', async () => {
    const refs = Array.from({ length: 2000 }, (_, n) => `"ref:${n * 2}"`).join(', ')
    const body = { conditions: `externalXRef in (${refs})`, orderBy: 'id desc', childconditions: null }
    const answer = await desk.post('service/tickets/search?pageSize=3&fields=id', body)
    expect(answer.list.map((one) => one.id - first)).toEqual([58, 56, 54])
    expect(links(answer).next).toMatch(/\/service\/tickets\/search\?/)
    const custom = await desk.post('service/tickets/search', { customfieldconditions: 'value != null' })
    expect(custom.list).toEqual([])
    const wrong = await desk.post('service/tickets/search', { condition: 'id=1' })
    expect([wrong.status, wrong.json.code]).toEqual([400, 'ConnectWiseApi'])
  })
})

describe('search lag', () => {
  it('lists see records as they were; a look-up by id does not', async () => {
    desk.emulator.control.setFaults({ searchLagMs: 60_000 })
    const id = await desk.ticket({ externalXRef: 'ref:new' })
    await desk.patch(`service/tickets/${first}`, [{ op: 'replace', path: 'externalXRef', value: 'ref:moved' }])
    expect(await desk.find('externalXRef="ref:new"')).toEqual([])
    expect((await desk.readTicket(id)).externalXRef).toBe('ref:new')
    await desk.act({ act: 'clock', advanceSeconds: 61 })
    expect(await desk.find('externalXRef="ref:new"')).toEqual([id])
    expect(await desk.find('externalXRef="ref:0"')).toEqual([])
    await desk.remove(`service/tickets/${id}`)
    expect(await desk.find('externalXRef="ref:new"')).toEqual([id])
    desk.emulator.control.setFaults({})
    expect(await desk.find('externalXRef="ref:new"')).toEqual([])
  })
})
