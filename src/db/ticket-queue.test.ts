import { describe, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { claimTickets, releaseTickets, renewTicket } from './ticket-queue.ts'
import { type Remembered, rememberTickets } from './ticket-results.ts'

/** A worker that was slow holds a ticket twice: by a claim whose lease ran out, and by the one that it took after that. */

const { pool } = await testDatabase()
const psaId = 1
const leaseMs = 60_000
const begun = Date.parse('2026-03-02T06:00:00Z')
const moment = (ms: number) => new Date(begun + ms)

/** One due ticket, and nothing else. */
async function oneDueTicket(): Promise<number> {
  await pool.query('delete from tickets')
  await pool.query(
    `insert into sources (id, connector, name, settings, secrets, created_at, updated_at)
     overriding system value values (1, 'ksc', 'KSC', '{}', '{}', $1, $1) on conflict do nothing`,
    [moment(0)],
  )
  await pool.query(
    `insert into psas (id, connector, name, settings, secrets, created_at, updated_at)
     overriding system value values (1, 'autotask', 'Autotask', '{}', '{}', $1, $1) on conflict do nothing`,
    [moment(0)],
  )
  await pool.query(
    `insert into integrations (id, name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes,
       created_at, updated_at)
     overriding system value values (1, 'Both', 1, 1, '{}', '', '', 'note', 60, $1, $1) on conflict do nothing`,
    [moment(0)],
  )
  await pool.query(
    `insert into tenants (id, source_id, key, name, enabled, first_seen_at)
     overriding system value values (1, 1, 'T', 'Alder', true, $1) on conflict do nothing`,
    [moment(0)],
  )
  await pool.query(
    `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at)
     values (1, 1, '7', 'Alder', $1) on conflict do nothing`,
    [moment(0)],
  )
  const { rows } = await pool.query<{ id: number }>(
    `insert into tickets (psa_id, integration_id, tenant_id, identity, reference, account_id, what, title, description,
       general, created_at, want, level, fields, lane, due_at)
     values (1, 1, 1, 'identity', 'reference', '7', 'what', 'title', 'text', '{}', $1, 'open', 'critical', '{}', 0, $1)
     returning id`,
    [moment(0)],
  )
  return rows[0]?.id ?? 0
}

async function claimAt(owner: string, ms: number) {
  const [claimed] = await claimTickets(pool, { psaId, owner, now: moment(ms), leaseMs, limit: 10, lanes: null })
  return claimed
}

async function mustClaimAt(owner: string, ms: number) {
  const claimed = await claimAt(owner, ms)
  if (claimed === undefined) throw new Error('Nothing was due.')
  return claimed
}

const slow = '00000000-0000-4000-8000-000000000001'
const other = '00000000-0000-4000-8000-000000000002'

function resultOf({ id, leaseAt, ticket, desiredVersion }: Awaited<ReturnType<typeof mustClaimAt>>): Remembered {
  const rest = { number: null, dueAt: null, lane: 0, outcome: null, step: null }
  return { id, leaseAt, known: { ...ticket.known, phase: 'open', ticketId: '4711' }, desiredVersion, ...rest }
}

describe('what ends an earlier claim of the same worker leaves its later one alone', () => {
  test('giving it back', async () => {
    await oneDueTicket()
    const first = await mustClaimAt(slow, 0)
    await mustClaimAt(slow, leaseMs + 1)
    await releaseTickets(pool, slow, [first])
    expect(await claimAt(other, leaseMs + 2)).toBeUndefined()
  })

  test('a result', async () => {
    await oneDueTicket()
    const first = await mustClaimAt(slow, 0)
    const second = await mustClaimAt(slow, leaseMs + 1)
    const late = resultOf(first)
    const now = resultOf(second)
    expect(await rememberTickets(pool, slow, moment(leaseMs + 2), [late])).toEqual(new Set())
    expect(await claimAt(other, leaseMs + 3)).toBeUndefined()
    expect(await rememberTickets(pool, slow, moment(leaseMs + 4), [late, now])).toEqual(new Set([now]))
  })

  test('a successor', async () => {
    await oneDueTicket()
    const first = await mustClaimAt(slow, 0)
    const second = await mustClaimAt(slow, leaseMs + 1)
    expect(await renewTicket(pool, first, slow, moment(leaseMs + 2))).toBe(false)
    expect(await renewTicket(pool, second, slow, moment(leaseMs + 3))).toBe(true)
  })
})

test('a claim that was given back is there for others at once', async () => {
  const id = await oneDueTicket()
  const claimed = await mustClaimAt(slow, 0)
  await releaseTickets(pool, slow, [claimed])
  expect((await mustClaimAt(other, 1)).id).toBe(id)
})

describe('the successor of a ticket', () => {
  async function successors(): Promise<{ account_id: string }[]> {
    const { rows } = await pool.query<{ account_id: string }>('select account_id from tickets where done_at is null')
    return rows
  }

  test('goes to the account that the client is mapped to now', async () => {
    await oneDueTicket()
    const claimed = await mustClaimAt(slow, 0)
    await pool.query("update mappings set account_id = '8'")
    expect(await renewTicket(pool, claimed, slow, moment(1))).toBe(true)
    expect(await successors()).toEqual([{ account_id: '8' }])
  })

  test('is not made for a client that is no longer mapped', async () => {
    await oneDueTicket()
    const claimed = await mustClaimAt(slow, 0)
    await pool.query('delete from mappings')
    expect(await renewTicket(pool, claimed, slow, moment(1))).toBe(false)
    expect(await successors()).toEqual([])
  })
})
