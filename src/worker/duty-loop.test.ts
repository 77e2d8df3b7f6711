import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createApiBench } from '../../test/support/api-bench.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { SourceConnector } from '../connectors/source.ts'
import { ensureDuty } from '../db/duties.ts'
import type { Database } from '../db/tables.ts'
import { runDutyLoop } from './duty-loop.ts'

const database = await testDatabase<Database>()

/** A server that answers nothing until it is given up. */
function hangingSource(polled: () => void): SourceConnector {
  const status = { key: 'x', title: 'X', levels: ['warning' as const], advice: '' }
  const hang = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      polled()
      signal.addEventListener('abort', () => reject(new Error('given up')))
    })
  return {
    id: 'hanging',
    name: 'Hanging',
    settings: z.object({}),
    catalogue: { statuses: [status], severities: [], eventTypes: [] },
    describeStatus: () => status,
    facts: () => ({ namesAllReasons: true, computersEverySeconds: 60, eventsEverySeconds: 60 }),
    reach: () => ({ trust: { by: 'system' }, proxy: null, timeoutMs: 60_000, secrets: [], hosts: [] }),
    check: () => Promise.resolve({ facts: [], problems: [] }),
    listTenants: ({ signal }) => hang(signal),
    pollComputers: () => {
      throw new Error('It never comes to this.')
    },
    pollEvents: () => {
      throw new Error('Nor to this.')
    },
  }
}

test('four servers that hang hold up their own kind, and neither the house nor the desks', async () => {
  const bench = await createApiBench(database)
  let polls = 0
  const hanging = hangingSource(() => {
    polls += 1
  })
  const deps = { ...bench.deps, sources: new Map([['hanging', hanging]]) }
  const now = new Date()
  for (let id = 1; id <= 9; id += 1) {
    await database.pool.query(
      `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('hanging', $1, '{}', '{}', $2, $2)`,
      [`Server ${id}`, now],
    )
    await ensureDuty(database.pool, 'poll-computers', id, now)
  }
  // Due after all of them, and of a PSA that is gone: both are done at once when somebody has time.
  await ensureDuty(database.pool, 'keep-house', 0, new Date(now.getTime() + 1))
  await ensureDuty(database.pool, 'read-changes', 77, new Date(now.getTime() + 1))
  const stopping = new AbortController()
  const loop = runDutyLoop(deps, stopping.signal)
  onTestFinished(async () => {
    stopping.abort()
    await loop
    await bench.stop()
  })
  const done = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ kind: string }>(
      'select kind from duties where last_good_at is not null order by kind',
    )
    return rows.map(({ kind }) => kind)
  }
  await expect.poll(done, { timeout: 10_000 }).toEqual(['keep-house', 'read-changes'])
  // A poll holds a connection to the database: not all nine at once.
  expect(polls).toBe(4)
})
