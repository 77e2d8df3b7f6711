import { beforeEach, describe, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { insertEvents } from './events.ts'
import { removeDoneTickets, removeEndedConditions, removeOldEvents, thinDecisions, thinSteps } from './retention.ts'
import type { Database } from './tables.ts'
import { withTransaction } from './transaction.ts'
import { findOverTenants, removeTenantPart } from './vanished-tenants.ts'

/** What may be forgotten and what must not. All is long over unless it says otherwise. */

const { pool } = await testDatabase<Database>()

const long = new Date('2025-01-01T00:00:00Z')
const before = new Date('2026-01-01T00:00:00Z')
const lately = new Date('2026-02-01T00:00:00Z')
const begin = new Date(0)

async function insert(table: string, row: Record<string, unknown>): Promise<number> {
  const names = Object.keys(row)
  const { rows } = await pool.query<{ id: number }>(
    `insert into ${table} (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')}) returning id`,
    Object.values(row),
  )
  return rows[0]?.id ?? 0
}

async function ids(table: string): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(`select id from ${table} order by id`)
  return rows.map(({ id }) => id)
}

let sourceId = 0
let psaId = 0
let integrationId = 0
let tenantId = 0
let names = 0

beforeEach(async () => {
  await pool.query(
    'truncate sources, psas, tenants, integrations, mappings, conditions, events, tickets, decisions, computers cascade',
  )
  const connection = { connector: 'x', name: 'x', settings: '{}', secrets: '{}', created_at: long, updated_at: long }
  sourceId = await insert('sources', connection)
  psaId = await insert('psas', connection)
  tenantId = await insert('tenants', { source_id: sourceId, key: 'a', name: 'A', enabled: true, first_seen_at: long })
  integrationId = await insert('integrations', {
    name: 'x',
    source_id: sourceId,
    psa_id: psaId,
    general: '{}',
    title_template: '',
    description_template: '',
    repeats: 'note',
    repeat_note_minutes: 0,
    created_at: long,
    updated_at: long,
  })
})

function condition(more: object = {}): Promise<number> {
  names += 1
  return insert('conditions', {
    source_id: sourceId,
    tenant_id: tenantId,
    computer_key: `computer-${names}`,
    computer_name: 'PC',
    status_key: 'old-databases',
    text: '',
    link: '',
    level: 'warning',
    began_at: long,
    held_before: false,
    ended_at: long,
    end_reason: 'no-longer-applies',
    ...more,
  })
}

function ticket(more: object = {}): Promise<number> {
  names += 1
  return insert('tickets', {
    psa_id: psaId,
    integration_id: integrationId,
    tenant_id: tenantId,
    identity: `identity-${names}`,
    reference: `reference-${names}`,
    account_id: '1',
    what: '',
    title: '',
    description: '',
    general: '{}',
    created_at: long,
    want: 'closed',
    level: 'warning',
    fields: '{}',
    lane: 0,
    phase: 'closed',
    done_at: long,
    outcome: 'closed-by-us',
    ...more,
  })
}

function event(key: string, more: object = {}): Promise<number> {
  return insert('events', {
    source_id: sourceId,
    tenant_id: tenantId,
    key,
    type: 'attack',
    type_name: '',
    severity: 'critical',
    computer_key: '',
    computer_name: '',
    text: '',
    happened_at: long,
    stored_at: long,
    received_at: long,
    ...more,
  })
}

async function decision(more: object, reason = 'rule-on'): Promise<number> {
  return insert('decisions', { at: long, outcome: 'none', reason, ...more })
}

async function step(ticketId: number): Promise<number> {
  const words = { step: 'update', reason: 'x', result: 'done', message: '', duration_ms: 1 }
  return insert('ticket_steps', { ticket_id: ticketId, at: long, ...words })
}

describe('done tickets', () => {
  test('go with their steps and decisions', async () => {
    const old = await ticket({ condition_id: await condition() })
    await decision({ ticket_id: old })
    await step(old)
    await step(old)
    const fresh = await ticket({ done_at: lately })
    const { removed } = await removeDoneTickets(pool, before, begin, 10)
    expect(removed).toEqual({ tickets: 1, decisions: 1, ticket_steps: 2 })
    expect(await ids('tickets')).toEqual([fresh])
    expect([await ids('decisions'), await ids('ticket_steps')]).toEqual([[], []])
  })

  test.each([
    [
      'whose condition still holds: a person closed it',
      async () => ticket({ condition_id: await condition({ ended_at: null, end_reason: null }) }),
    ],
    [
      'whose condition ended later, since it tells why',
      async () => ticket({ condition_id: await condition({ ended_at: lately }) }),
    ],
    [
      'that was given up and is open at the desk',
      () => ticket({ phase: 'open', want: 'nothing', outcome: 'given-up' }),
    ],
    ['in the hands of a worker', () => ticket({ lease_owner: '00000000-0000-4000-8000-000000000000' })],
    ['that is not done', () => ticket({ done_at: null, outcome: null })],
  ])('stays one %s', async (_, make) => {
    const kept = await make()
    expect((await removeDoneTickets(pool, before, begin, 10)).removed).toMatchObject({ tickets: 0 })
    expect(await ids('tickets')).toEqual([kept])
  })

  test('stays one whose successor is not done: the look-up by reference must know its desk ticket', async () => {
    const old = await ticket({ identity: 'same', reference: 'same' })
    const next = await ticket({ identity: 'same', reference: 'same', done_at: null, phase: 'absent', want: 'open' })
    await removeDoneTickets(pool, before, begin, 10)
    expect(await ids('tickets')).toEqual([old, next])
    await pool.query('update tickets set done_at = $2 where id = $1', [next, long])
    await removeDoneTickets(pool, before, begin, 10)
    expect(await ids('tickets')).toEqual([])
  })

  test('go in batches, each going on where the last one ended', async () => {
    for (let n = 0; n < 5; n += 1) await ticket({ done_at: new Date(long.getTime() + n * 1_000) })
    const first = await removeDoneTickets(pool, before, begin, 2)
    expect(first).toMatchObject({ removed: { tickets: 2 }, next: new Date(long.getTime() + 1_000) })
    const second = await removeDoneTickets(pool, before, first.next ?? begin, 2)
    expect(await removeDoneTickets(pool, before, second.next ?? begin, 2)).toMatchObject({
      removed: { tickets: 1 },
      next: null,
    })
    expect(await ids('tickets')).toEqual([])
  })

  test('one that somebody holds is left for the next run', async () => {
    const held = await ticket()
    await withTransaction(pool, async (client) => {
      await client.query('select from tickets where id = $1 for update', [held])
      expect((await removeDoneTickets(pool, before, begin, 10)).removed).toMatchObject({ tickets: 0 })
    })
    expect((await removeDoneTickets(pool, before, begin, 10)).removed).toMatchObject({ tickets: 1 })
  })
})

test('ended conditions go with their decisions; those that hold, ended lately or have a ticket stay', async () => {
  const old = await condition()
  await decision({ condition_id: old })
  const kept = [
    await condition({ ended_at: null, end_reason: null }),
    await condition({ ended_at: lately }),
    await condition(),
  ]
  await ticket({ condition_id: kept[2] })
  expect((await removeEndedConditions(pool, before, begin, 10)).removed).toEqual({ conditions: 1, decisions: 1 })
  expect(await ids('conditions')).toEqual(kept)
})

describe('events', () => {
  const hear = (key: string, storedAt: Date, ...others: { key: string; storedAt: Date }[]) =>
    withTransaction(pool, (client) => {
      const words = {
        type: 'attack',
        typeName: '',
        severity: 'critical',
        computerKey: '',
        computerName: '',
        text: '',
      } as const
      const seen = [{ key, storedAt }, ...others].map((one) => ({
        ...words,
        tenantKey: 'a',
        tenantSure: true,
        eventKey: one.key,
        happenedAt: one.storedAt,
        storedAt: one.storedAt,
      }))
      return insertEvents(client, sourceId, new Map([['a', tenantId]]), seen, lately)
    })
  const later = new Date(long.getTime() + 60_000)

  test('go with their decisions and are never taken for new ones again', async () => {
    await decision({ event_id: await event('1') })
    await event('2', { stored_at: later, received_at: later })
    expect((await removeOldEvents(pool, sourceId, before, begin, 10)).removed).toEqual({ events: 2, decisions: 1 })
    for (const key of ['1', '2', 'never-heard']) expect(await hear(key, long)).toEqual(new Map())
    expect(await hear('2', later)).toEqual(new Map())
    const fresh = await hear('3', new Date(later.getTime() + 1))
    expect([...fresh.keys()]).toEqual(['3'])
  })

  test('of a time to come by our clock are not forgotten in advance', async () => {
    // Our clock was a year ahead for a while: everything that is known was removed, and what is stored next is news.
    await event('1', { stored_at: later })
    await removeOldEvents(pool, sourceId, new Date('2027-01-01T00:00:00Z'), begin, 10)
    expect((await hear('2', new Date(later.getTime() + 1_000))).size).toBe(1)
  })

  test('stay while a ticket points at them, while the source has them for young, or never told when it stored them', async () => {
    const kept = [await event('1'), await event('2', { stored_at: lately }), await event('3', { stored_at: begin })]
    await ticket({ event_id: kept[0] })
    expect((await removeOldEvents(pool, sourceId, before, begin, 10)).removed).toMatchObject({ events: 0 })
    expect(await ids('events')).toEqual(kept)
    expect(await hear('3', begin)).toEqual(new Map())
    expect((await hear('4', begin)).size).toBe(1)
  })

  test('that are removed while a poll hears them again stay removed', async () => {
    await event('1')
    let hearing: ReturnType<typeof hear> | null = null
    await withTransaction(pool, async (client) => {
      await client.query('select from sources where id = $1 for no key update', [sourceId])
      await client.query('delete from events')
      await client.query('update sources set events_forgotten_to = $1', [long])
      hearing = hear('1', long, { key: '2', storedAt: later })
      await waiting()
    })
    expect([...(await (hearing ?? hear('1', long))).keys()]).toEqual(['2'])
  })

  /** Until a statement waits for a lock. */
  async function waiting(): Promise<void> {
    for (;;) {
      const { rowCount } = await pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      if (rowCount !== 0) return
    }
  }

  test('of other sources are left alone', async () => {
    await event('1')
    expect((await removeOldEvents(pool, sourceId + 1, before, begin, 10)).removed).toMatchObject({ events: 0 })
  })
})

describe('long stories', () => {
  const ends = { first: 2, last: 3 }

  test('of a ticket that is not done keep their beginning and their end', async () => {
    const open = await ticket({ done_at: null })
    const short = await ticket({ done_at: null })
    const steps: number[] = []
    for (let n = 0; n < 9; n += 1) steps.push(await step(open))
    const others: number[] = []
    for (let n = 0; n < 5; n += 1) others.push(await step(short))
    expect(await thinSteps(pool, ends, 0, 10)).toEqual({ removed: { ticket_steps: 4 }, next: null })
    expect(await ids('ticket_steps')).toEqual([...steps.slice(0, 2), ...steps.slice(6), ...others])
    expect((await thinSteps(pool, ends, 0, 1)).next).toBe(open)
  })

  test('of a condition that holds keep what explains the present too', async () => {
    const holding = await condition({ ended_at: null, end_reason: null })
    const all: number[] = []
    for (let n = 0; n < 12; n += 1) {
      all.push(await decision({ condition_id: holding }, n === 5 ? 'level-rose' : 'text-changed'))
    }
    expect((await thinDecisions(pool, ends, ['text-changed'], 0, 10)).removed).toEqual({ decisions: 6 })
    expect(await ids('decisions')).toEqual([...all.slice(0, 2), all[5], ...all.slice(9)])
  })
})

describe('a client that is gone', () => {
  const ages = { vanishedBefore: before, doneBefore: before }
  const computer = (key: string) =>
    pool.query(
      `insert into computers (source_id, key, tenant_id, name, level, reasons, link, first_seen_at, changed_at)
       values ($1, $2, $3, '', 'ok', '[]', '', $4, $4)`,
      [sourceId, key, tenantId, long],
    )
  const vanish = () => pool.query('update tenants set vanished_at = $1, baseline_at = $1', [long])

  test('goes part by part with all that was its', async () => {
    await vanish()
    for (const key of ['1', '2', '3']) await computer(key)
    await ticket({ condition_id: await condition({ ended_at: null, end_reason: null }) })
    await event('1')
    const removed: object[] = []
    for (let part = await removeTenantPart(pool, tenantId, ages, 2); part !== null; ) {
      removed.push(part)
      part = await removeTenantPart(pool, tenantId, ages, 2)
    }
    expect(removed).toEqual([
      { tickets: 1 },
      { computers: 2 },
      { computers: 1 },
      { conditions: 1 },
      { events: 1 },
      { tenants: 1 },
    ])
    expect(await ids('tenants')).toEqual([])
  })

  test.each([
    [
      'is mapped',
      () =>
        insert('mappings', {
          integration_id: integrationId,
          tenant_id: tenantId,
          account_id: '1',
          account_name: '',
          created_at: long,
        }),
    ],
    ['has a ticket that is not done', () => ticket({ done_at: null })],
    ['had a ticket lately', () => ticket({ done_at: lately })],
    ['has a ticket open at the desk', () => ticket({ phase: 'open' })],
    ['came back', () => pool.query('update tenants set vanished_at = null')],
    ['vanished lately', () => pool.query('update tenants set vanished_at = $1', [lately])],
  ])('stays while it %s', async (_, make) => {
    await vanish()
    await make()
    expect(await findOverTenants(pool, ages, 10)).toEqual([])
    expect(await removeTenantPart(pool, tenantId, ages, 10)).toBeNull()
    expect(await ids('tenants')).toEqual([tenantId])
  })

  test('and comes back half-way is read like a new one', async () => {
    await vanish()
    await computer('1')
    await computer('2')
    await removeTenantPart(pool, tenantId, ages, 1)
    await pool.query('update tenants set vanished_at = null')
    expect(await removeTenantPart(pool, tenantId, ages, 1)).toBeNull()
    const { rows } = await pool.query('select baseline_at from tenants')
    expect(rows).toEqual([{ baseline_at: null }])
  })
})
