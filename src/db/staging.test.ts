import { beforeEach, describe, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import type { ComputerSeen } from '../core/observation.ts'
import { saveComputers } from './computers.ts'
import { tenantIds } from './sources.ts'
import { type Changes, closeStage, fetchChanges, openChanges, openStage } from './staging.ts'
import type { Database } from './tables.ts'
import { withClient } from './transaction.ts'

const { pool } = await testDatabase<Database>()
const now = new Date('2026-03-01T12:00:00Z')
let sourceId = 0
let ids = new Map<string, number>()

beforeEach(async () => {
  await pool.query('truncate sources, computers cascade')
  const { rows } = await pool.query<{ id: number }>(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('x', 'x', '{}', '{}', $1, $1) returning id`,
    [now],
  )
  sourceId = rows[0]?.id ?? 0
  await pool.query(
    `insert into tenants (source_id, key, name, enabled, first_seen_at) select $1, key, key, true, $2 from unnest(array['a', 'b']) key`,
    [sourceId, now],
  )
  ids = await tenantIds(pool, sourceId)
})

function seen(computerKey: string, more: Partial<ComputerSeen> = {}): ComputerSeen {
  return { tenantKey: 'a', computerKey, name: computerKey, level: 'ok', reasons: [], link: '', ...more }
}

const sick = (text: string) => ({ level: 'warning' as const, reasons: [{ statusKey: 'databases-outdated', text }] })

/** One poll: stages, compares, and stores what differs as judging does. */
async function poll(computers: readonly ComputerSeen[], complete: readonly string[] = ['a', 'b']): Promise<Changes> {
  return withClient(pool, async (client) => {
    const stage = await openStage(client, ids)
    await stage.add(computers)
    await stage.end()
    await openChanges(
      client,
      sourceId,
      complete.flatMap((key) => ids.get(key) ?? []),
    )
    const found: { seen: Changes['seen'][number][]; missing: string[] } = { seen: [], missing: [] }
    for (;;) {
      const { seen, missing } = await fetchChanges(client, 3)
      if (seen.length + missing.length === 0) break
      found.seen.push(...seen)
      found.missing.push(...missing)
    }
    await closeStage(client)
    await saveComputers(client, sourceId, found.seen, now)
    return found
  })
}

const keysOf = ({ seen, missing }: Changes) => ({ seen: seen.map(({ key }) => key), missing })
const nothing = { seen: [], missing: [] }

describe('what differs', () => {
  test('everything at first, then nothing, then what changed alone', async () => {
    const computers = [seen('1'), seen('2', sick('since Monday')), seen('3'), seen('4', { tenantKey: 'b' })]
    expect(keysOf(await poll(computers))).toEqual({ seen: ['1', '2', '3', '4'], missing: [] })
    expect(await poll(computers)).toEqual(nothing)
    const changed = [
      seen('1', { name: 'other' }),
      seen('2', sick('since Tuesday')),
      seen('3', { link: 'https://x' }),
      seen('4', { tenantKey: 'b', ...sick('') }),
    ]
    const found = await poll(changed)
    expect(keysOf(found)).toEqual({ seen: ['1', '2', '3', '4'], missing: [] })
    expect(found.seen[1]).toEqual({
      key: '2',
      tenantId: ids.get('a'),
      name: '2',
      ...sick('since Tuesday'),
      link: '',
      knownTenantId: ids.get('a'),
    })
    expect(await poll(changed)).toEqual(nothing)
  })

  test('texts that COPY must escape come back as they were', async () => {
    const name = 'a\\b\tc\nd\re "q" \\N ü €'
    const computers = [seen('x\\ty', { name, ...sick(`\\ ${name} \0 \ud800`) })]
    const [found] = (await poll(computers)).seen
    expect(found).toMatchObject({ key: 'x\\ty', name })
    expect(found?.reasons[0]?.text).toBe(`\\ ${name}  \ufffd`)
    expect(await poll(computers)).toEqual(nothing)
  })

  test('a poll that is stored in several parts is compared as a whole', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => seen(`computer-${n}`, { name: 'x'.repeat(60) }))
    await withClient(pool, async (client) => {
      const stage = await openStage(client, ids)
      for (let start = 0; start < many.length; start += 1_000) await stage.add(many.slice(start, start + 1_000))
      await stage.end()
      await openChanges(client, sourceId, [...ids.values()])
      expect((await fetchChanges(client, 20_000)).seen).toHaveLength(12_000)
      await closeStage(client)
    })
  })
})

describe('lists that are not whole', () => {
  test('only those of complete lists are missing, and pages of others count for nothing', async () => {
    await poll([seen('1'), seen('2'), seen('3', { tenantKey: 'b' }), seen('4', { tenantKey: 'b' })])
    expect(keysOf(await poll([seen('1'), seen('3', { tenantKey: 'b', ...sick('') })], ['a']))).toEqual({
      seen: [],
      missing: ['2'],
    })
    expect(keysOf(await poll([seen('1')], []))).toEqual(nothing)
  })

  test('computers of a tenant that is not stored are left out', async () => {
    expect(keysOf(await poll([seen('1', { tenantKey: 'unknown' })]))).toEqual(nothing)
  })

  test('a poll that ends half-way leaves nothing to the next one on the same connection', async () => {
    const broken = withClient(pool, async (client) => {
      const stage = await openStage(client, ids)
      await stage.add([seen('1')])
      await stage.end()
      throw new Error('half-way')
    })
    await expect(broken).rejects.toThrow('half-way')
    expect(keysOf(await poll([seen('2')]))).toEqual({ seen: ['2'], missing: [] })
  })

  test('a part that cannot be stored fails the poll', async () => {
    await withClient(pool, async (client) => {
      const stage = await openStage(client, ids)
      await client.query('drop table staged_computers')
      await stage.add([seen('1')])
      await expect(stage.end()).rejects.toThrow('staged_computers')
    })
  })
})

describe('a computer under two tenants', () => {
  test.each([
    ['first', ['a', 'b']],
    ['last', ['b', 'a']],
  ])('belongs to the one with the lower id, listed %s, and stays there', async (_name, order) => {
    const both = order.map((tenantKey) => seen('1', { tenantKey }))
    const found = await poll(both)
    expect(found.seen.map(({ tenantId }) => tenantId)).toEqual([ids.get('a')])
    expect(await poll(both)).toEqual(nothing)
  })

  test('moves there when the other was known first, and does not move back', async () => {
    await poll([seen('1', { tenantKey: 'b' })])
    const both = [seen('1', { tenantKey: 'b' }), seen('1', { tenantKey: 'a' })]
    expect((await poll(both)).seen).toMatchObject([{ tenantId: ids.get('a'), knownTenantId: ids.get('b') }])
    expect(await poll(both)).toEqual(nothing)
  })

  test('listed twice by one tenant it is one computer', async () => {
    const twice = [seen('1'), seen('1', sick(''))]
    expect((await poll(twice)).seen).toHaveLength(1)
  })
})
