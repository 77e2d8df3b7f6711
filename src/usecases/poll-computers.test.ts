import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/support/database.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { pollMailbox } from '../channels/mail/poll-mailbox.ts'
import { createHttpClient } from '../connectors/http-client.ts'
import type { SourceConnector } from '../connectors/source.ts'
import { systemActor } from '../core/actor.ts'
import type { ComputerSeen } from '../core/observation.ts'
import { claimDuty, ensureDuty, type LostLeaseError } from '../db/duties.ts'
import { loadSource } from '../db/sources.ts'
import type { Database } from '../db/tables.ts'
import { createMetrics } from '../http/metrics.ts'
import { systemClock } from '../lib/clock.ts'
import { systemIds } from '../lib/ids.ts'
import { createMachine } from '../lib/machine.ts'
import { createSecretBox } from '../lib/secret-box.ts'
import { createTokenShelf } from '../lib/token-shelf.ts'
import type { Deps } from './deps.ts'
import { type PolledComputers, pollComputers } from './poll-computers.ts'

/** Polls that change more than one batch, of a source that lists what the test says. */

const { pool, db } = await testDatabase<Database>()
const status = { key: 'old', title: 'Old', levels: ['warning'] as ['warning'], advice: 'Update.' }

let listed: readonly ComputerSeen[] = []
let breaksOff = false

const connector: SourceConnector = {
  id: 'listed',
  name: 'Listed',
  settings: z.object({}),
  catalogue: { statuses: [status], severities: [], eventTypes: [] },
  describeStatus: () => status,
  facts: () => ({ namesAllReasons: true, computersEverySeconds: 60, eventsEverySeconds: 60 }),
  reach: () => ({ trust: { by: 'system' }, proxy: null, timeoutMs: 1_000, secrets: [], hosts: [] }),
  check: () => Promise.resolve({ facts: [], problems: [] }),
  listTenants: () => Promise.resolve([{ key: 'a', name: 'A', enabled: true }]),
  async *pollComputers() {
    for (let start = 0; start < listed.length; start += 500) {
      yield await Promise.resolve({ kind: 'computers' as const, computers: listed.slice(start, start + 500) })
    }
    if (!breaksOff) yield { kind: 'end', complete: ['a'], failed: [] }
  },
  async *pollEvents() {
    yield await Promise.resolve({ events: [], cursor: '' })
  },
}

const deps: Deps = {
  pool,
  db,
  clock: systemClock,
  ids: systemIds,
  log: recordingLog(),
  meter: createMetrics().meter,
  box: createSecretBox('poll-computers-poll-computers-poll'),
  installation: 'test',
  machine: createMachine(null),
  actor: systemActor,
  demo: false,
  sources: new Map([[connector.id, connector]]),
  psas: new Map(),
  httpClient: createHttpClient,
  tokenShelf: createTokenShelf(),
  pollMailbox,
}

const count = 2_600

/** The first `sick` of the computers are at Warning. */
function computers(sick: number, of = count): ComputerSeen[] {
  return Array.from({ length: of }, (_, n) => ({
    tenantKey: 'a',
    computerKey: `computer-${n}`,
    name: `PC-${n}`,
    level: n < sick ? ('warning' as const) : ('ok' as const),
    reasons: n < sick ? [{ statusKey: status.key, text: '' }] : [],
    link: '',
  }))
}

const now = new Date()
await pool.query(
  `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('listed', 'Listed', '{}', '{}', $1, $1)`,
  [now],
)
await ensureDuty(pool, 'poll-computers', 1, now)

async function poll(seen: readonly ComputerSeen[], owner = systemIds.uuid()): Promise<PolledComputers> {
  listed = seen
  await pool.query('update duties set due_at = $1, lease_owner = null, lease_until = null', [now])
  const duty = await claimDuty(pool, owner, new Date(), 60_000)
  const row = await loadSource(pool, 1)
  if (duty === null || row === null) throw new Error('no duty to do')
  return pollComputers(deps, duty, row, new AbortController().signal)
}

async function stored(): Promise<{ computers: number; holding: number; ever: number }> {
  const { rows } = await pool.query(
    `select (select count(*)::int from computers) as computers,
       (select count(*)::int from conditions where ended_at is null) as holding, (select count(*)::int from conditions) as ever`,
  )
  return rows[0]
}

describe('a poll of several batches', () => {
  test('stores everything once, judges what changed, and nothing twice', async () => {
    expect(await poll(computers(0))).toMatchObject({ computers: count, began: 0 })
    expect(await poll(computers(count))).toMatchObject({ began: count, ended: 0 })
    expect(await poll(computers(count))).toMatchObject({ began: 0, changed: 0, ended: 0 })
    expect(await stored()).toEqual({ computers: count, holding: count, ever: count })
    // Some are well again, and some have left.
    expect(await poll(computers(100, 1_300))).toMatchObject({ began: 0, ended: count - 100 })
    expect(await stored()).toEqual({ computers: 1_300, holding: 100, ever: count })
    expect(await poll([])).toMatchObject({ ended: 100 })
    expect(await stored()).toEqual({ computers: 0, holding: 0, ever: count })
  })

  test('a batch that cannot be stored fails the poll, and the next one does what is left', async () => {
    await pool.query('truncate conditions cascade')
    await pool.query(
      `create function refuse() returns trigger language plpgsql as $$ begin
         if new.computer_key = 'computer-77' then raise exception 'refused'; end if; return new; end $$;
       create trigger refuse before insert on conditions for each row execute function refuse()`,
    )
    await poll(computers(0))
    await expect(poll(computers(count))).rejects.toThrow('refused')
    const { holding } = await stored()
    expect(holding).toBeLessThan(count)
    await pool.query('drop trigger refuse on conditions')
    expect(await poll(computers(count))).toMatchObject({ began: count - holding })
    expect(await stored()).toEqual({ computers: count, holding: count, ever: count })
  })

  test('a list without an end judges nothing', async () => {
    const before = await stored()
    breaksOff = true
    await expect(poll([])).rejects.toThrow('broke off')
    await expect(poll(computers(0))).rejects.toThrow('broke off')
    breaksOff = false
    expect(await stored()).toEqual(before)
  })

  test('a poll whose lease another worker has by its end judges nothing', async () => {
    const before = await stored()
    const end = connector.pollComputers
    const taken = { code: 'lost-lease' } satisfies Partial<LostLeaseError>
    const stolen: SourceConnector = {
      ...connector,
      async *pollComputers(context, tenants) {
        for await (const page of end(context, tenants)) {
          if (page.kind === 'end') await pool.query('update duties set lease_owner = $1', [systemIds.uuid()])
          yield page
        }
      },
    }
    ;(deps.sources as Map<string, SourceConnector>).set(connector.id, stolen)
    await expect(poll(computers(0))).rejects.toMatchObject(taken)
    ;(deps.sources as Map<string, SourceConnector>).set(connector.id, connector)
    expect(await stored()).toEqual(before)
  })
})
