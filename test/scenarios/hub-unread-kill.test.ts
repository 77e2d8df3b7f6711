import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { startHubProcess } from '../support/hub-process.ts'

/** kill -9 while what waited is read again by a rule that was saved: nothing is lost, nothing counts twice. */

const database = await testDatabase<Database>()
const patience = { timeout: 60_000, interval: 100 }
const messages = 1_500

const line = (n: number) =>
  `<10>1 ${new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString()} nb-9 1093|1.0.0.0 - FLOOD [event@23668 et="FLOOD" hdn="NB-9" gn="Managed devices/Amber"] Event ${n}\n`

async function count(what: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(`select count(*)::int as count from ${what}`)
  return rows[0]?.count ?? 0
}

test('kill -9 in the middle of reading again: each message becomes one event', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-unread-kill-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const first = await startHubProcess(database.url, folder)
  const body = { connector: 'kaspersky-hub', name: 'Hub', settings: {} }
  const id = Number((await first.ok('POST', '/api/v1/sources', body)).connection.id)
  const path = `/api/v1/sources/${id}/channels`
  const syslog = { host: '127.0.0.1', port: 0, tls: null }
  await first.ok('PUT', path, { version: 0, syslog })
  const port = async () => {
    const { states } = await first.ok('GET', path)
    return Number(/:(\d+)/.exec(states[0]?.address ?? '')?.[1] ?? 0)
  }
  await expect.poll(port, patience).toBeGreaterThan(0)
  const socket = connect(await port(), '127.0.0.1')
  await once(socket, 'connect')
  for (let n = 0; n < messages; n += 1) if (!socket.write(line(n))) await once(socket, 'drain')
  socket.end()
  await expect.poll(() => count('unread_messages'), patience).toBe(messages)

  // The reading stands still at a message in the middle.
  const holder = await database.pool.connect()
  onTestFinished(() => holder.release(true))
  await holder.query('begin')
  await holder.query(
    'select from unread_messages where id = (select id from unread_messages order by id offset 700 limit 1) for update',
  )
  const rule = { name: 'Amber', on: 'field', field: 'gn', match: 'exact', value: 'Managed devices/Amber' }
  await first.ok('PUT', path, { version: 1, syslog: { ...syslog, companyRules: [{ ...rule, company: 'amber' }] } })
  await expect.poll(() => count('unread_messages'), patience).toBeLessThan(messages)
  const waiting = `pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(() => count(waiting), patience).toBeGreaterThan(0)
  await first.end('SIGKILL')
  const left = await count('unread_messages')
  expect(left).toBeGreaterThan(messages - 700 - 1)
  await holder.query('rollback')
  // Nobody waits here for the leases of the killed process.
  await database.pool.query('update duties set lease_owner = null, lease_until = null')

  const second = await startHubProcess(database.url, folder)
  await expect.poll(() => count('unread_messages'), { timeout: 120_000, interval: 200 }).toBe(0)
  await expect.poll(() => count('events'), patience).toBe(messages)
  const { rows } = await database.pool.query<{ text: string }>('select text from events order by happened_at')
  expect(rows.map(({ text }) => text)).toEqual(Array.from({ length: messages }, (_, n) => `Event ${n}`))
  expect(await count('unread_groups')).toBe(0)
  expect((await second.ok('GET', `/api/v1/sources/${id}/inbox`)).waiting).toBe(0)
  await second.end('SIGTERM')
})
