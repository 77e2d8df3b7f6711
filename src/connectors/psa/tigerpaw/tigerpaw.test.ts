import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, createBench } from '../../../../test/contracts/psa-bench.ts'
import { startTigerpawWorld } from '../../../../test/contracts/tigerpaw-world.ts'
import type { TicketDraft } from '../../../core/ticket.ts'
import { tigerpaw } from './index.ts'
import { TigerpawSettings } from './settings.ts'

/** What is Tigerpaw's own, beyond the contract of all PSAs; against the emulator over real HTTP. */

type World = Awaited<ReturnType<typeof startTigerpawWorld>>
type Row = Readonly<Record<string, unknown>>

const json = { 'content-type': 'application/json' }
let bench: Bench<TigerpawSettings>
let world: World

beforeAll(async () => {
  bench = await createBench({
    name: 'Tigerpaw',
    connector: tigerpaw,
    startWorld: async () => {
      world = await startTigerpawWorld()
      return world
    },
  })
})
beforeEach(() => {
  bench.interceptor.reset()
  world.setFaults({})
})
afterAll(() => bench.stop())

describe('calls', () => {
  it('carry the signed date in the header of the settings', async () => {
    const { interceptor, context } = bench
    await tigerpaw.find(context, 'tocsin-x', '')
    await tigerpaw.find(contextWith({ dateHeader: 'Date' }), 'tocsin-x', '')
    const [usual, other] = interceptor.sent
    expect(usual?.headers['x-tsi-date']).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/)
    expect(usual?.headers).not.toHaveProperty('date')
    expect(other?.headers.date).toMatch(/GMT$/)
    expect(other?.headers).not.toHaveProperty('x-tsi-date')
    expect(usual?.headers.authorization).toMatch(/^TSI [\w+/=]+$/)
  })

  it('with a wrong clock are rejected, and the failure says by how much it is wrong', async () => {
    const late = { ...bench.context, now: () => new Date(world.now().getTime() - 3_600_000) }
    const failure = await bench.failureOf(() => tigerpaw.listAccounts(late))
    expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(failure.message).toMatch(/the two clocks differ by (59|60|61) minutes/)
    const wrong = await bench.failureOf(() => tigerpaw.listAccounts(contextWith({ privateKey: 'another' })))
    expect(wrong.message).toMatch(/public and the private key .* clock is right/)
    expect(wrong.message).not.toMatch(/clocks differ/)
  })

  it('search with Equal, by the reference alone', async () => {
    await tigerpaw.find(bench.context, 'tocsin-x', world.accounts[0])
    expect(JSON.parse(bench.interceptor.sent[0]?.body ?? '')).toEqual({
      Criteria: [{ SearchType: 'Reference', MatchType: 'Equal', Criteria: 'tocsin-x' }],
      PageSize: 100,
      StartRow: 1,
    })
  })
})

describe('create', () => {
  it('sends what the contract of the API knows, with the requested date in the time of the tenant', async () => {
    await world.act({ act: 'setSwitch', name: 'utcOffsetMinutes', value: -360 })
    const draft = bench.draft({ at: new Date('2026-11-23T03:15:00Z') })
    const { ticketId } = await tigerpaw.create(contextWith({ timeZone: 'Etc/GMT+6' }), draft)
    expect(JSON.parse(bench.interceptor.sent[0]?.body ?? '')).toEqual({
      AccountNumber: Number(world.accounts[0]),
      BriefDescription: draft.title,
      WorkRequested: draft.description,
      Reference: draft.reference,
      Status: 'New',
      TakenBy: 13,
      DispatchBoardNumber: 3,
      Priority: 'High',
      ServiceOrderType: 'Security',
      DateTimeRequested: { Date: '2026-11-22T00:00:00', Time: '1900-01-01T21:15:00' },
    })
    expect(orderOf(ticketId).DateTimeRequested).toBe('2026-11-22T21:15:00')
    await world.act({ act: 'setSwitch', name: 'utcOffsetMinutes', value: 0 })
  })

  it('sends no date without a time zone, and makes nothing of those it reads', async () => {
    const context = contextWith({ timeZone: '' })
    const { ticketId } = await tigerpaw.create(context, bench.draft())
    expect(JSON.parse(bench.interceptor.sent[0]?.body ?? '')).not.toHaveProperty('DateTimeRequested')
    expect(await tigerpaw.read(context, ticketId)).toMatchObject({ changedAt: null })
    const seen = await tigerpaw.read(bench.context, ticketId)
    expect(Math.abs((seen.changedAt?.getTime() ?? 0) - world.now().getTime())).toBeLessThan(60_000)
  })

  it('is refused when the reference does not stand in the order afterwards', async () => {
    await world.act({ act: 'setSwitch', name: 'textLimits', value: { Reference: 12 } })
    await world.act({ act: 'setSwitch', name: 'overlong', value: 'cut' })
    const draft = bench.draft()
    const failure = await bench.failureOf(() => tigerpaw.create(bench.context, draft))
    await world.act({ act: 'setSwitch', name: 'textLimits', value: {} })
    const made = orders().find((row) => row.BriefDescription === draft.title)
    expect(failure).toMatchObject({ kind: 'refused', reason: 'invalid-value', outcome: 'unknown' })
    expect(failure.message).toContain(`Void service order ${made?.ServiceOrderNumber}`)
    expect(made?.Reference).toBe(draft.reference.slice(0, 12))
  })

  it.each<[string, () => Promise<Partial<TicketDraft>> | Partial<TicketDraft>, string, RegExp]>([
    ['an account that was voided', async () => account('voidAccount'), 'unknown-value', /has been voided/],
    ['an account that was merged', async () => account('mergeAccount'), 'unknown-value', /does not exist/],
    ['a rep who left', () => ({ general: { ...world.general, serviceOrderRep: '16' } }), 'unknown-value', /inactive/],
    ['a status that is gone', () => ({ general: { ...world.general, newStatus: 'Nu' } }), 'unknown-value', /'Nu'/],
    ['no priority', () => ({ fields: { board: '3' } }), 'missing-value', /no priority/],
    ['no status', () => ({ general: { serviceOrderRep: '13' } }), 'missing-value', /order status/],
    ['no rep', () => ({ general: { newStatus: 'New' } }), 'missing-value', /order rep/],
    ['a board that is no number', () => ({ fields: { priority: 'High', board: 'x' } }), 'invalid-value', /board must/],
    ['an unknown field', () => ({ fields: { priority: 'High', queue: '1' } }), 'invalid-value', /"queue"/],
    ['an empty title', () => ({ title: ' \n' }), 'missing-value', /title is empty/],
    ['a reference that is too long', () => ({ reference: 'r'.repeat(51) }), 'invalid-value', /1 to 50/],
  ])('refuses %s', async (_, change, reason, words) => {
    const draft = bench.draft(await change())
    const failure = await bench.failureOf(() => tigerpaw.create(bench.context, draft))
    expect(failure).toMatchObject({ kind: 'refused', reason, outcome: 'not-done' })
    expect(failure.message).toMatch(words)
  })
})

describe('find', () => {
  it('finds an order that was moved to another account, and says to which', async () => {
    const [from] = await world.addAccounts(['Merged away'], 'Other')
    const draft = bench.draft({ accountId: from ?? '' })
    const { ticketId } = await tigerpaw.create(bench.context, draft)
    await world.act({ act: 'mergeAccount', accountNumber: Number(from), into: Number(world.accounts[1]) })
    const found = await tigerpaw.find(bench.context, draft.reference, draft.accountId)
    expect(found).toMatchObject([{ ticketId, accountId: world.accounts[1] }])
  })

  it('compares references exactly, though Tigerpaw forgives the case', async () => {
    const draft = bench.draft()
    await tigerpaw.create(bench.context, draft)
    expect(await tigerpaw.find(bench.context, draft.reference.toUpperCase(), draft.accountId)).toEqual([])
  })

  it('finds no voided order, even where the search does', async () => {
    const draft = bench.draft()
    const { ticketId } = await tigerpaw.create(bench.context, draft)
    await world.technician.remove(ticketId)
    expect(await tigerpaw.find(bench.context, draft.reference, draft.accountId)).toEqual([])
    answerFind({ ServiceOrders: [summary(draft.reference, { VoidDate: '2026-11-22T08:00:00' })], TotalCount: 1 })
    expect(await tigerpaw.find(bench.context, draft.reference, draft.accountId)).toEqual([])
  })

  it.each([
    ['a list', [summary('tocsin-one')], 1],
    ['one object', summary('tocsin-one'), 1],
    ['null', null, 0],
    ['an empty list', [], 0],
  ])('reads rows that come as %s', async (_, ServiceOrders, count) => {
    answerFind({ ServiceOrders, NextRow: 0, TotalCount: count })
    expect(await tigerpaw.find(bench.context, 'tocsin-one', '')).toHaveLength(count)
  })

  it.each([
    ['tells no rows', {}],
    ['gives fewer rows than it counts', { ServiceOrders: [summary('tocsin-one')], TotalCount: 2 }],
    ['gives the same row again and again', { ServiceOrders: [summary('tocsin-one')], NextRow: 2, TotalCount: 2 }],
    ['does not say that it succeeded', { ServiceOrders: [], TotalCount: 0, Success: null }],
  ])('fails when Tigerpaw %s', async (_, answer) => {
    answerFind(answer, 3)
    const failure = await bench.failureOf(() => tigerpaw.find(bench.context, 'tocsin-one', ''))
    expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply', outcome: 'not-done' })
    expect(bench.interceptor.sent.length).toBeLessThan(4)
  })

  it('fails, and does not come up empty, when the number of the first row is wrong', async () => {
    const draft = bench.draft()
    await tigerpaw.create(bench.context, draft)
    await world.act({ act: 'setSwitch', name: 'firstRow', value: 0 })
    const failure = await bench.failureOf(() => tigerpaw.find(bench.context, draft.reference, ''))
    const found = await tigerpaw.find(contextWith({ firstRow: 0 }), draft.reference, '')
    await world.act({ act: 'setSwitch', name: 'firstRow', value: 1 })
    expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply' })
    expect(failure.message).toMatch(/gave 0 of 1 rows .* "Number of the first row"/)
    expect(found).toHaveLength(1)
  })
})

describe('an order that a person has open', () => {
  const waiting = /^waiting for the lock: Marta Lindqvist has the order open/

  it('is not closed until they leave it, and nothing is written meanwhile', async () => {
    const ticketId = await lockedOrder()
    bench.interceptor.reset()
    const failure = await bench.failureOf(() => close(ticketId))
    expect(failure).toMatchObject({ kind: 'later', reason: 'locked', outcome: 'not-done' })
    expect(failure.message).toMatch(waiting)
    expect(bench.interceptor.sent.map((one) => one.method)).toEqual(['GET'])
    await world.act({ act: 'unlockOrder', ticketId: Number(ticketId) })
    expect(await close(ticketId)).toMatchObject({ wasOpen: true, seen: { state: 'closed' } })
  })

  it.each([
    ['in an envelope', 200, 'Service order {order} is locked by {rep} and cannot be updated.'],
    ['as 423', 423, 'Locked.'],
    ['as 409, in other words', 409, 'Someone is busy with it.'],
    ['in an envelope, in other words', 200, 'Someone is busy with it.'],
  ])('takes neither field nor note, told %s', async (_, status, message) => {
    const ticketId = await lockedOrder()
    await world.act({ act: 'setSwitch', name: 'lockStatus', value: status })
    await world.act({ act: 'setSwitch', name: 'lockMessage', value: message })
    const note = { title: 'Seen again', text: 'once', marker: '[m]', general: world.general }
    for (const write of [
      () => tigerpaw.update(bench.context, ticketId, { priority: 'Emergency' }),
      () => tigerpaw.note(bench.context, ticketId, note),
    ]) {
      const failure = await bench.failureOf(write)
      expect(failure).toMatchObject({ kind: 'later', reason: 'locked', outcome: 'not-done' })
      expect(failure.message).toMatch(waiting)
    }
    await world.act({ act: 'unlockOrder', ticketId: Number(ticketId) })
    await tigerpaw.update(bench.context, ticketId, { priority: 'Emergency' })
    expect(orderOf(ticketId).Priority).toBe('Emergency')
  })

  it('is waited for even when they leave it just after Tigerpaw said so', async () => {
    const { ticketId } = await tigerpaw.create(bench.context, bench.draft())
    const Message = `Service order ${ticketId} is locked by Kim Lee.`
    const answer = { status: 200, headers: json, body: JSON.stringify({ Success: false, Message }) }
    bench.interceptor.answer(world.calls.update, answer)
    const failure = await bench.failureOf(() => close(ticketId))
    expect(failure).toMatchObject({ kind: 'later', reason: 'locked', outcome: 'not-done' })
    expect(failure.message).toMatch(/^waiting for the lock: .* locked by Kim Lee/)
  })

  it('that refuses a value for another reason is refused when it is not locked', async () => {
    const { ticketId } = await tigerpaw.create(bench.context, bench.draft())
    const failure = await bench.failureOf(() => tigerpaw.update(bench.context, ticketId, { priority: 'Nope' }))
    expect(failure).toMatchObject({ kind: 'refused', reason: 'unknown-value', outcome: 'not-done' })
  })
})

/** A context for other settings of the same connection. */
function contextWith(change: object) {
  const settings = TigerpawSettings.parse({ ...bench.context.settings, ...change })
  return { ...bench.contextFor(settings), options: bench.context.options }
}

function close(ticketId: string) {
  return tigerpaw.close(bench.context, ticketId, { resolution: 'Over.', general: world.general })
}

async function lockedOrder(): Promise<string> {
  const { ticketId } = await tigerpaw.create(bench.context, bench.draft())
  await world.act({ act: 'lockOrder', ticketId: Number(ticketId) })
  return ticketId
}

async function account(act: 'voidAccount' | 'mergeAccount'): Promise<Partial<TicketDraft>> {
  const [id] = await world.addAccounts([`Client of ${act}`], `Inactive of ${act}`)
  const more = act === 'mergeAccount' ? { into: Number(world.accounts[1]) } : {}
  await world.act({ act, accountNumber: Number(id), ...more })
  return { accountId: id ?? '' }
}

function orders(): readonly Row[] {
  return world
    .part('orders')
    .map((row) => ({ ...(row.ServiceOrder as Row), ServiceOrderNumber: row.ServiceOrderNumber }))
}

function orderOf(ticketId: string): Row {
  return orders().find((row) => String(row.ServiceOrderNumber) === ticketId) ?? {}
}

function summary(Reference: string, more: object = {}) {
  return { ServiceOrderNumber: 7, ServiceOrder: { AccountNumber: 5, Reference, Status: 'New', ...more } }
}

function answerFind(answer: object, times = 1): void {
  const body = JSON.stringify({ Success: true, Message: '', PageSize: 100, ...answer })
  bench.interceptor.answer(world.calls.find, { status: 200, headers: json, body }, { times })
}
