import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ConnectwiseWorld, startConnectwiseWorld } from '../../../../test/contracts/connectwise-world.ts'
import { type Bench, createBench } from '../../../../test/contracts/psa-bench.ts'
import { faultMatch } from '../../../../test/contracts/psa-life.ts'
import type { StandIn } from '../../../../test/support/interceptor.ts'
import type { Context } from './client.ts'
import { connectwise } from './index.ts'
import type { ConnectwiseSettings } from './settings.ts'

/** Closing and moving tickets: statuses belong to boards, boards change, people move tickets, answers get lost. */

let bench: Bench<ConnectwiseSettings>
let world: ConnectwiseWorld
const closing = { resolution: 'The databases are up to date again.', general: { closedStatus: 'Completed' } }

beforeAll(async () => {
  bench = await createBench({
    name: 'ConnectWise',
    connector: connectwise,
    startWorld: async () => {
      world = await startConnectwiseWorld()
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
  it('reads, looks for its note, notes, closes and reads back', async () => {
    const ticketId = await newTicket()
    await connectwise.close(bench.context, ticketId, closing)
    const ticket = `service/tickets/${ticketId}`
    expect(calls()).toEqual([
      `GET ${ticket}`,
      `GET ${ticket}/notes`,
      `POST ${ticket}/notes`,
      `PATCH ${ticket}`,
      `GET ${ticket}`,
    ])
    expect(await shown(ticketId)).toMatchObject({
      state: 'closed',
      resolution: `${closing.resolution}\n\n[Tocsin, closing of ticket ${ticketId}]`,
      notes: [],
    })
  })

  it('puts the closing note where the settings say', async () => {
    const ticketId = await newTicket()
    await connectwise.close(bench.context, ticketId, { ...closing, general: { resolutionPlace: 'internal' } })
    const ticket = await shown(ticketId)
    expect(ticket?.resolution).toBe('')
    expect(ticket?.notes).toMatchObject([{ internal: true, text: expect.stringContaining(closing.resolution) }])
  })

  it.each([
    ['note', 1, 'open'],
    ['update', 1, 'closed'],
  ] as const)('writes one note although the answer to its %s was lost', async (call, times, state) => {
    const ticketId = await newTicket()
    world.setFaults({ cutAfterCommit: { match: faultMatch(world.calls[call]), times } })
    const failure = await bench.failureOf(() => connectwise.close(bench.context, ticketId, closing))
    expect(failure).toMatchObject({ kind: 'later', outcome: 'unknown' })
    expect(await connectwise.read(bench.context, ticketId)).toMatchObject({ state })
    const again = await connectwise.close(bench.context, ticketId, closing)
    expect(again).toMatchObject({ wasOpen: state === 'open', seen: { state: 'closed' } })
    expect(count((await shown(ticketId))?.resolution)).toBe(1)
  })

  it('writes one note although a workflow rule undoes the close again and again', async () => {
    const ticketId = await newTicket()
    await world.act({ act: 'setSwitch', name: 'workflowReopen', value: { to: 'In Progress', times: 2 } })
    for (const state of ['open', 'open', 'closed']) {
      expect(await connectwise.close(bench.context, ticketId, closing)).toMatchObject({
        wasOpen: true,
        seen: { state },
      })
    }
    expect(count((await shown(ticketId))?.resolution)).toBe(1)
  })

  it('is in doubt when it cannot be read back', async () => {
    const ticketId = await newTicket()
    bench.interceptor.answer(world.calls.read, { status: 503, body: '' }, { after: 1 })
    const failure = await bench.failureOf(() => connectwise.close(bench.context, ticketId, closing))
    expect(failure).toMatchObject({ kind: 'later', reason: 'server-error', outcome: 'unknown' })
    expect(await connectwise.read(bench.context, ticketId)).toMatchObject({ state: 'closed' })
  })

  it.each([
    ['the chosen name', 'Closed', 34],
    ['the usual name', '', 33],
    ['the usual name where the chosen one is unknown', 'Solved', 33],
  ])('takes %s on the board where the ticket is', async (_, closedStatus, status) => {
    const ticketId = await newTicket()
    await connectwise.close(bench.context, ticketId, { ...closing, general: { closedStatus } })
    expect(await statusOf(ticketId)).toBe(status)
  })

  it('follows a ticket that a person put on another board', async () => {
    const ticketId = await newTicket()
    await world.act({ act: 'moveBoard', ticketId: Number(ticketId), board: 5 })
    expect(await connectwise.close(bench.context, ticketId, closing)).toMatchObject({ seen: { state: 'closed' } })
    expect(await statusOf(ticketId)).toBe(53)
  })

  it('follows a ticket that moves while it is being closed', async () => {
    const ticketId = await newTicket()
    await world.act({ act: 'moveBoard', ticketId: Number(ticketId), board: 5 })
    bench.interceptor.answer(world.calls.read, onBoard(ticketId, 3, 31))
    expect(await connectwise.close(bench.context, ticketId, closing)).toMatchObject({
      wasOpen: true,
      seen: { state: 'closed' },
    })
    expect(await statusOf(ticketId)).toBe(53)
    expect(count((await shown(ticketId))?.resolution)).toBe(1)
  })

  it('leaves a ticket alone that a person moved and closed while it was being closed', async () => {
    const ticketId = await newTicket()
    await world.act({ act: 'moveBoard', ticketId: Number(ticketId), board: 5, status: 'Closed' })
    bench.interceptor.answer(world.calls.read, onBoard(ticketId, 3, 31))
    expect(await connectwise.close(bench.context, ticketId, closing)).toMatchObject({
      wasOpen: false,
      seen: { state: 'closed' },
    })
    expect(await statusOf(ticketId)).toBe(54)
  })

  it('asks the board when nothing was read of it yet', async () => {
    const ticketId = await newTicket()
    const context: Context = { ...bench.context, options: { choices: {}, extra: {} } }
    expect(await connectwise.close(context, ticketId, closing)).toMatchObject({ seen: { state: 'closed' } })
    expect(calls()).toContain('GET service/boards/3/statuses')
  })

  it('asks the board again when a status was removed since', async () => {
    const ticketId = await newTicket('1')
    await world.act({ act: 'removeStatus', board: 1, status: 'Completed' })
    const closed = await connectwise.close(bench.context, ticketId, closing)
    await world.act({ act: 'addStatus', board: 1, name: 'Completed', closedStatus: true })
    expect(closed).toMatchObject({ wasOpen: true, seen: { state: 'closed' } })
    expect(await statusOf(ticketId)).toBe(14)
  })

  it('asks the board again when a status no longer closes', async () => {
    const ticketId = await newTicket()
    await world.act({ act: 'changeStatus', board: 3, status: 'Completed', closedStatus: false })
    const closed = await connectwise.close(bench.context, ticketId, closing)
    await world.act({ act: 'changeStatus', board: 3, status: 'Completed', closedStatus: true })
    expect(closed).toMatchObject({ wasOpen: true, seen: { state: 'closed' } })
    expect(await statusOf(ticketId)).toBe(34)
  })

  it('is refused in words where a board has no status that closes', async () => {
    const ticketId = await newTicket('5')
    const options = { choices: {}, extra: {} }
    const set = async (closedStatus: boolean) => {
      for (const status of ['Completed', 'Closed']) {
        await world.act({ act: 'changeStatus', board: 5, status, closedStatus })
      }
    }
    await set(false)
    const failure = await bench.failureOf(() => connectwise.close({ ...bench.context, options }, ticketId, closing))
    await set(true)
    expect(failure).toMatchObject({ kind: 'refused', reason: 'missing-value', outcome: 'not-done' })
    expect(failure.message).toMatch(/Board "Security" has no active status that closes/)
  })

  it('writes nothing to a ticket that was merged into another', async () => {
    const ticketId = await newTicket()
    await world.technician.merge?.(ticketId, await newTicket())
    bench.interceptor.reset()
    const failure = await bench.failureOf(() => connectwise.close(bench.context, ticketId, closing))
    expect(failure).toMatchObject({ kind: 'gone', reason: 'merged' })
    expect(calls()).toEqual([`GET service/tickets/${ticketId}`])
  })
})

describe('another board', () => {
  it('takes the status of the same name along, and what it has of type, subtype and item', async () => {
    await world.act({ act: 'setType', board: 5, type: 'Endpoint' })
    await world.act({ act: 'associateType', board: 5, type: 'Endpoint', subType: 'Phishing' })
    const context = { ...bench.context, options: await connectwise.readOptions(bench.context) }
    const endpoint = context.options.choices.type?.find((one) => one.parent === '5' && one.label === 'Endpoint')
    const ticketId = await newTicket()
    await world.act({ act: 'takeTicket', ticketId: Number(ticketId) })
    bench.interceptor.reset()
    await connectwise.update(context, ticketId, { board: '5' })
    await world.act({ act: 'removeType', board: 5, type: 'Endpoint' })
    const body = JSON.parse(bench.interceptor.sent.find((one) => one.method === 'PATCH')?.body ?? '[]')
    expect(body).toEqual([
      { op: 'replace', path: 'board', value: { id: 5 } },
      { op: 'replace', path: 'status', value: { id: 52 } },
      { op: 'replace', path: 'type', value: { id: Number(endpoint?.value) } },
      { op: 'remove', path: 'subType' },
      { op: 'remove', path: 'item' },
      { op: 'replace', path: 'processNotifications', value: false },
    ])
    expect(await connectwise.read(context, ticketId)).toMatchObject({ state: 'open', fields: { board: '5' } })
    expect(await statusOf(ticketId)).toBe(52)
  })

  it('asks the board for its statuses when nothing was read of it yet', async () => {
    const ticketId = await newTicket()
    const context: Context = { ...bench.context, options: { choices: {}, extra: {} } }
    await connectwise.update(context, ticketId, { board: '5', priority: '6' })
    expect(await connectwise.read(context, ticketId)).toMatchObject({ fields: { board: '5', priority: '6' } })
    expect(await statusOf(ticketId)).toBe(51)
  })

  it('keeps a closed ticket closed', async () => {
    const ticketId = await newTicket()
    await world.technician.close(ticketId)
    await connectwise.update(bench.context, ticketId, { board: '5' })
    expect(await connectwise.read(bench.context, ticketId)).toMatchObject({ state: 'closed', fields: { board: '5' } })
  })

  it('writes nothing for a ticket that is there already', async () => {
    const ticketId = await newTicket()
    bench.interceptor.reset()
    await connectwise.update(bench.context, ticketId, { board: '3' })
    expect(calls()).toEqual([`GET service/tickets/${ticketId}`])
  })

  it('lets a type that is named go before the one of the same name', async () => {
    const ticketId = await newTicket()
    await connectwise.update(bench.context, ticketId, { board: '5', type: '502', subType: '513' })
    const ticket = await shown(ticketId)
    expect(ticket?.writable.place).toEqual(['5', '51', '502', '513', '', expect.any(String)])
  })

  it('is refused when it was archived, in ConnectWise’s words', async () => {
    const ticketId = await newTicket()
    const failure = await bench.failureOf(() => connectwise.update(bench.context, ticketId, { board: '7' }))
    expect(failure).toMatchObject({ kind: 'refused', reason: 'unknown-value', outcome: 'not-done' })
    expect(failure.message).toMatch(/Service Board Old Projects is inactive/)
    expect(await connectwise.read(bench.context, ticketId)).toMatchObject({ fields: { board: '3' } })
  })
})

async function newTicket(board = '3'): Promise<string> {
  const fields = board === '3' ? world.rule : { board, priority: '8' }
  const { ticketId } = await connectwise.create(bench.context, bench.draft({ fields }))
  bench.interceptor.reset()
  return ticketId
}

/** Calls without their queries. */
function calls(): readonly string[] {
  return bench.interceptor.sent.map(
    (one) => `${one.method} ${one.path.replace(/^.*\/apis\/3\.0\//, '').replace(/\?.*/, '')}`,
  )
}

async function shown(ticketId: string) {
  const tickets = await world.tickets()
  return tickets.find((one) => one.ticketId === ticketId)
}

async function statusOf(ticketId: string): Promise<number> {
  const place = (await shown(ticketId))?.writable.place
  return Array.isArray(place) ? Number(place[1]) : 0
}

/** What an older reading of the ticket said. */
function onBoard(ticketId: string, board: number, status: number): StandIn {
  const ticket = {
    id: Number(ticketId),
    externalXRef: 'tocsin-x',
    company: { id: Number(world.accounts[0]) },
    board: { id: board, name: 'Monitoring Alert' },
    status: { id: status, name: 'New' },
    closedFlag: false,
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(ticket) }
}

/** How often the closing note stands there. */
function count(resolution = ''): number {
  return resolution.split(closing.resolution).length - 1
}
