import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, createBench } from '../../../../test/contracts/psa-bench.ts'
import { startTigerpawWorld } from '../../../../test/contracts/tigerpaw-world.ts'
import { tigerpaw } from './index.ts'
import { TigerpawSettings } from './settings.ts'

/** How an order is closed, noted and rewritten, by what the settings say of this Tigerpaw. */

type World = Awaited<ReturnType<typeof startTigerpawWorld>>
type Row = Readonly<Record<string, unknown>>

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

describe('close', () => {
  it('takes three calls, the status and the resolution in one', async () => {
    const ticketId = await newOrder()
    await close(ticketId)
    expect(bench.interceptor.sent.map((one) => one.method)).toEqual(['GET', 'PUT', 'GET'])
    expect(sentTo('PUT')).toEqual([{ Status: 'Completed', WorkPerformed: 'Over.' }])
  })

  it('writes the resolution below what people wrote', async () => {
    const ticketId = await newOrder()
    await write(ticketId, { WorkPerformed: 'I updated it by hand. — Kim\r\n' })
    await close(ticketId)
    expect(orderOf(ticketId).WorkPerformed).toBe('I updated it by hand. — Kim\n\nOver.')
  })

  it('leaves a long report of people alone and adds a note', async () => {
    const ticketId = await newOrder()
    const report = 'x'.repeat(7_900)
    await write(ticketId, { WorkPerformed: report })
    await close(ticketId)
    expect(orderOf(ticketId)).toMatchObject({ WorkPerformed: report, Status: 'Completed' })
    expect(notesOf(ticketId)).toEqual([expect.stringMatching(/^Over\./)])
  })

  it('does not touch an order that is dated as closed, whatever its status', async () => {
    const ticketId = await newOrder()
    await write(ticketId, { DateTimeClosed: { DateTime: '2026-11-22T08:00:00' } })
    const closed = await close(ticketId)
    expect(closed).toMatchObject({ wasOpen: false, seen: { state: 'closed' } })
    expect(sentTo('PUT')).toEqual([])
    expect(orderOf(ticketId).Status).toBe('New')
  })

  it('takes another closed status of another integration for closed too, without regard to case', async () => {
    const ticketId = await newOrder()
    const context = { ...bench.context, generals: [{ closedStatus: 'waiting – PARTS & labor' }] }
    await world.act({ act: 'setStatus', ticketId: Number(ticketId), status: 'Waiting – Parts & Labor' })
    expect(await tigerpaw.read(bench.context, ticketId)).toMatchObject({ state: 'open' })
    expect(await tigerpaw.read(context, ticketId)).toMatchObject({ state: 'closed' })
    const closed = await tigerpaw.close(context, ticketId, { resolution: 'Over.', general: world.general })
    expect(closed).toMatchObject({ wasOpen: false })
  })

  it('dates the order when the settings say so', async () => {
    const ticketId = await newOrder()
    const at = new Date('2026-11-22T08:10:20Z')
    const context = { ...contextWith({ setDateTimeClosed: true, timeZone: 'America/Chicago' }), now: () => at }
    const failure = await bench.failureOf(() => close(ticketId, context))
    // The emulator lives in the present: a request of that date is rejected before anything happens.
    expect(failure).toMatchObject({ kind: 'denied' })
    await world.act({ act: 'setSwitch', name: 'clockSkewMinutes', value: null })
    await close(ticketId, context)
    await world.act({ act: 'setSwitch', name: 'clockSkewMinutes', value: 15 })
    expect(sentTo('PUT')).toEqual([expect.objectContaining({ DateTimeClosed: { DateTime: '2026-11-22T02:10:20' } })])
    expect(orderOf(ticketId).DateTimeClosed).toBe('2026-11-22T02:10:20')
  })

  it('completes open tasks when the settings say so, and is refused otherwise where tasks matter', async () => {
    const ticketId = await newOrder()
    await world.act({ act: 'setSwitch', name: 'openTasksBlockClose', value: true })
    await world.act({ act: 'setOpenTasks', ticketId: Number(ticketId), openTasks: 2 })
    const failure = await bench.failureOf(() => close(ticketId))
    expect(failure).toMatchObject({ kind: 'refused', outcome: 'not-done' })
    expect(failure.message).toMatch(/has open tasks/)
    expect(await close(ticketId, contextWith({ completeOpenTasks: true }))).toMatchObject({ seen: { state: 'closed' } })
    await world.act({ act: 'setSwitch', name: 'openTasksBlockClose', value: false })
  })

  it('is in doubt when it could not be read back', async () => {
    const ticketId = await newOrder()
    bench.interceptor.answer(world.calls.read, { status: 503, body: '' }, { after: 1 })
    const failure = await bench.failureOf(() => close(ticketId))
    expect(failure).toMatchObject({ kind: 'later', reason: 'server-error', outcome: 'unknown' })
    expect(await tigerpaw.read(bench.context, ticketId)).toMatchObject({ state: 'closed' })
  })

  it('is refused when no closed status is chosen', async () => {
    const ticketId = await newOrder()
    const failure = await bench.failureOf(() =>
      tigerpaw.close(bench.context, ticketId, { resolution: '', general: {} }),
    )
    expect(failure).toMatchObject({ kind: 'refused', reason: 'missing-value' })
  })

  it('writes a note once for one close, and another for a close after it was opened again', async () => {
    const ticketId = await newOrder()
    const context = contextWith({ resolutionTo: 'note' })
    bench.interceptor.answer(world.calls.update, { status: 503, body: '' })
    expect(await bench.failureOf(() => close(ticketId, context))).toMatchObject({ outcome: 'unknown' })
    await close(ticketId, context)
    expect(notesOf(ticketId)).toHaveLength(1)
    world.advance(60_000)
    await world.technician.reopen(ticketId)
    await close(ticketId, context)
    expect(notesOf(ticketId)).toHaveLength(2)
    expect(orderOf(ticketId).WorkPerformed).toBeNull()
  })
})

describe('update', () => {
  it('keeps what people wrote at a Tigerpaw that empties what is left out, when whole orders are sent', async () => {
    await world.act({ act: 'setSwitch', name: 'omittedOnPut', value: 'null' })
    const ticketId = await newOrder()
    const theirs = { InternalComments: 'ask Kim', EstimatedHours: 3, TechnicianAssigned: 14, TagNumber: 'T-7' }
    await write(ticketId, { ...theirs, VerifiedDate: { DateTime: '2026-11-20T09:00:00' } })
    const before = orderOf(ticketId)
    await tigerpaw.update(contextWith({ readMergeWrite: true }), ticketId, { priority: 'Emergency' })
    const { Priority, PriorityColor: _, PriorityRank: __, ...after } = orderOf(ticketId)
    expect(Priority).toBe('Emergency')
    expect(before).toMatchObject({ ...after, ...theirs })
    await tigerpaw.update(bench.context, ticketId, { priority: 'High' })
    // What the setting is for.
    expect(orderOf(ticketId).InternalComments).toBeNull()
    await world.act({ act: 'setSwitch', name: 'omittedOnPut', value: 'unchanged' })
  })
})

describe('notes', () => {
  it('have the topic of the settings, and are refused with Tigerpaw’s words when there is none of that name', async () => {
    const ticketId = await newOrder()
    const note = { title: 'Seen again', text: 'once', marker: '[m]', general: world.general }
    await tigerpaw.note(contextWith({ noteTopic: 'Monitoring' }), ticketId, note)
    await tigerpaw.note(bench.context, ticketId, note)
    const topics = world
      .part('notes')
      .flatMap((row) => (String(row.ServiceOrderNumber) === ticketId ? [row.Topic] : []))
    expect(topics).toEqual(['Monitoring', 'General'])
    const wrong = contextWith({ noteTopic: 'Wetter' })
    const failure = await bench.failureOf(() => tigerpaw.note(wrong, ticketId, note))
    expect(failure).toMatchObject({ kind: 'refused', reason: 'unknown-value' })
    expect(failure.message).toContain("Topic 'Wetter' does not exist.")
  })

  it('are looked for on all pages, asked for in both ways that the vendor names', async () => {
    const ticketId = await newOrder()
    for (let n = 0; n < 7; n += 1) await world.technician.note(ticketId, `note ${n}`)
    bench.interceptor.reset()
    expect(await tigerpaw.hasNote(contextWith({ pageSize: 3 }), ticketId, 'note 6')).toBe(true)
    const query = (row: number) => `?pageRequest.pageSize=3&pageRequest.startRow=${row}&PageSize=3&StartRow=${row}`
    expect(bench.interceptor.sent.map((one) => one.path)).toEqual(
      [1, 4, 7].map((row) => `/api/serviceorders/${ticketId}/notes${query(row)}`),
    )
  })
})

async function newOrder(): Promise<string> {
  const { ticketId } = await tigerpaw.create(bench.context, bench.draft())
  bench.interceptor.reset()
  return ticketId
}

function close(ticketId: string, context = bench.context) {
  return tigerpaw.close(context, ticketId, { resolution: 'Over.', general: world.general })
}

/** A context for other settings of the same connection. */
function contextWith(change: object) {
  const settings = TigerpawSettings.parse({ ...bench.context.settings, ...change })
  return { ...bench.contextFor(settings), options: bench.context.options }
}

async function write(ticketId: string, fields: object): Promise<void> {
  await world.act({ act: 'setOrderFields', ticketId: Number(ticketId), fields })
}

function orderOf(ticketId: string): Row {
  const row = world.part('orders').find((one) => String(one.ServiceOrderNumber) === ticketId)
  return (row?.ServiceOrder ?? {}) as Row
}

function notesOf(ticketId: string): readonly unknown[] {
  return world.part('notes').flatMap((row) => (String(row.ServiceOrderNumber) === ticketId ? [row.Note] : []))
}

function sentTo(method: string): unknown[] {
  return bench.interceptor.sent.flatMap((one) => (one.method === method ? [JSON.parse(one.body)] : []))
}
