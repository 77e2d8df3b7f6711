import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { startHubProcess } from '../support/hub-process.ts'

/** A listener of a real process that takes less than is sent to it: its silence is no time in which anything was heard. */

const database = await testDatabase<Database>()
const { pool } = database
const patience = { timeout: 30_000, interval: 100 }

const amber = {
  ...{ name: 'Amber', on: 'field', field: 'gn', match: 'exact' },
  ...{ value: 'Managed devices/Amber', company: 'amber', companyName: 'Amber' },
}
const line = (n: number) =>
  `<10>1 ${new Date().toISOString()} nb-9 1093|1.0.0.0 - FLOOD [event@23668 et="FLOOD" hdn="NB-9" gn="Managed devices/Amber"] Event ${n}\n`

test('while the inbox of one company is full nothing counts as heard, and once there is room it does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-held-up-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const server = await startHubProcess(database.url, folder)
  const source = { connector: 'kaspersky-hub', name: 'Hub', settings: { mostWaiting: 1_000 } }
  const sourceId = Number((await server.ok('POST', '/api/v1/sources', source)).connection.id)
  const syslog = { host: '127.0.0.1', port: 0, tls: null, companyRules: [amber] }
  await server.ok('PUT', `/api/v1/sources/${sourceId}/channels`, { version: 0, syslog })
  const state = async () => {
    const { rows } = await pool.query<{ address: string; heldUp: boolean }>(
      'select address, held_up as "heldUp" from channel_states',
    )
    return rows[0]
  }
  const until = async () => {
    const { rows } = await pool.query<{ until: Date }>('select until from channel_listening')
    return rows[0]?.until.getTime() ?? 0
  }
  await expect.poll(until, patience).toBeGreaterThan(0)
  expect((await state())?.heldUp).toBe(false)

  // A parcel that is put off keeps the share of its company full.
  await pool.query(
    `insert into inbox (source_id, lane, company, channel, form, items, body, received_at, failure, retry_at)
     values ($1, 'events', 'amber', 'syslog', 'events', 1000, '{"companyName": "", "events": []}', now(), 'put off', '2099-01-01')`,
    [sourceId],
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  const port = Number(/:(\d+)/.exec((await state())?.address ?? '')?.[1])
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(line(1))
  await expect.poll(async () => (await state())?.heldUp, patience).toBe(true)
  const before = await until()
  const seen = await pool.query('select seen_at as at from channel_states')
  // It goes on to report, and its time stands.
  await expect
    .poll(async () => (await pool.query('select seen_at as at from channel_states')).rows[0].at, patience)
    .not.toEqual(seen.rows[0].at)
  expect(await until()).toBe(before)

  await pool.query('delete from inbox')
  await expect.poll(async () => (await state())?.heldUp, { ...patience, timeout: 60_000 }).toBe(false)
  await expect.poll(until, patience).toBeGreaterThan(before)
  const known = async () => (await pool.query(`select from events where type = 'FLOOD'`)).rowCount
  await expect.poll(known, patience).toBe(1)
  socket.destroy()
  expect(await server.end('SIGTERM')).toBe(0)
}, 180_000)
