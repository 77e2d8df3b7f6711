import { Agent, fetch } from 'undici'
import { afterAll, describe, expect, test } from 'vitest'
import type { TicketHistoryEntry } from '../../emulators/kit/ticket-history.ts'
import { autotask as autotaskConnector } from '../../src/connectors/psa/autotask/index.ts'
import { connectwise as connectwiseConnector } from '../../src/connectors/psa/connectwise/index.ts'
import { tigerpaw as tigerpawConnector } from '../../src/connectors/psa/tigerpaw/index.ts'
import { startAutotaskWorld } from '../../test/contracts/autotask-world.ts'
import { startConnectwiseWorld } from '../../test/contracts/connectwise-world.ts'
import { type Bench, createBench } from '../../test/contracts/psa-bench.ts'
import { startTigerpawWorld } from '../../test/contracts/tigerpaw-world.ts'
import { autotask } from './autotask.ts'
import { connectwise } from './connectwise.ts'
import type { DeskReading } from './desk-reading.ts'
import { actorOf, readTickets } from './ticket-life.ts'
import { tigerpaw } from './tigerpaw.ts'

/** The readings of all desks against histories that their emulators really write. */

const desks: readonly [name: string, DeskReading, () => Promise<Bench<unknown>>][] = [
  [
    'autotask',
    autotask,
    async () =>
      benchOf(await createBench({ name: 'a', connector: autotaskConnector, startWorld: () => startAutotaskWorld() })),
  ],
  [
    'connectwise',
    connectwise,
    async () =>
      benchOf(
        await createBench({ name: 'c', connector: connectwiseConnector, startWorld: () => startConnectwiseWorld() }),
      ),
  ],
  [
    'tigerpaw',
    tigerpaw,
    async () =>
      benchOf(await createBench({ name: 't', connector: tigerpawConnector, startWorld: () => startTigerpawWorld() })),
  ],
]

function benchOf<Settings>(bench: Bench<Settings>): Bench<unknown> {
  return bench as unknown as Bench<unknown>
}

async function historyOf({ world }: Bench<unknown>): Promise<TicketHistoryEntry[]> {
  const dispatcher = new Agent({ connect: { ca: world.certificate?.cert } })
  const reply = await fetch(`${world.origin}/_emulator/state?part=history`, { dispatcher })
  const entries = (await reply.json()) as TicketHistoryEntry[]
  await dispatcher.close()
  return entries
}

describe.each(desks)('%s', async (_, reading, start) => {
  const bench = await start()
  const { connector, context, world } = bench
  afterAll(() => bench.stop())
  const draft = bench.draft({ title: 'Critical: Protection is disabled on PC-1', accountId: world.accounts[1] })
  const { ticketId } = await connector.create(context, draft)

  test('a life: created by us, changed, closed and opened again by a person, closed by us', async () => {
    const { technician } = world
    await technician.write(ticketId, 'priority', world.urgentRule.priority ?? '')
    await connector.update(context, ticketId, { priority: world.rule.priority ?? '' })
    await technician.close(ticketId)
    await technician.reopen(ticketId)
    await connector.close(context, ticketId, { resolution: 'Over.', general: world.general })
    const ticket = readTickets(await historyOf(bench), reading).find(({ id }) => id === Number(ticketId))
    expect(ticket).toMatchObject({
      reference: draft.reference,
      companyId: Number(world.accounts[1]),
      what: 'Protection is disabled',
      computer: 'PC-1',
      createdBy: 'api',
      open: [
        { begunBy: 'api', endedBy: 'person' },
        { begunBy: 'person', endedBy: 'api' },
      ],
    })
    const entries = ticket?.entries ?? []
    const field = Object.keys(entries[1]?.changes ?? {}).find((name) => /priority/i.test(name)) ?? 'none'
    expect(
      entries
        .filter(({ changes }) => field in changes)
        .map(actorOf)
        .slice(-2),
    ).toEqual(['person', 'api'])
    // A close of ours touches nothing that a person might have chosen.
    const close = entries.findLast(({ kind }) => kind === 'closed')
    expect(Object.keys(close?.changes ?? {}).filter((name) => !reading.shared.has(name))).toEqual([])
  })

  test('what people do to the account shows in the field that is watched', async () => {
    const all = await historyOf(bench)
    const created = all.find((entry) => entry.ticketId === Number(ticketId) && entry.kind === 'created')
    expect(created?.changes[reading.account]?.new).toBe(Number(world.accounts[1]))
    expect(created?.changes[reading.title]?.new).toBe(draft.title)
  })
})
