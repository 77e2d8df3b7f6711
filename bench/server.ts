import { createApp } from '../src/app.ts'
import type { PsaConnector } from '../src/connectors/psa.ts'
import type { SourceConnector } from '../src/connectors/source.ts'
import { ensureDuty, hurryDuty } from '../src/db/duties.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { benchDesk } from './desk-connector.ts'
import { createListSource } from './list-source.ts'

/**
 * The server under test, in a process of its own: the whole worker with its embedded database, and the benchmark's
 * source and desk in place of vendors. The driver speaks to it over IPC.
 */

export type Order =
  | { readonly do: 'set-up'; readonly deskUrl: string; readonly computers: number; readonly threads: number }
  | { readonly do: 'sick'; readonly count: number }
  | { readonly do: 'state' }
  | { readonly do: 'stop' }

let sick = 0

const app = await createApp({
  config: {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: null,
    dataFolder: process.argv[2] ?? 'data',
    role: 'worker',
    secret: 'benchmark-benchmark-benchmark-benchmark',
    logLevel: 'warn',
  },
  log: createLog('warn'),
  sources: new Map([['bench-list', createListSource(() => sick) as SourceConnector]]),
  psas: new Map([['bench-desk', benchDesk as PsaConnector]]),
})
const { pool } = app.deps

async function setUp({ deskUrl, computers, threads }: Extract<Order, { do: 'set-up' }>): Promise<void> {
  const now = new Date()
  const settings = JSON.stringify({ computers, tenants: 100 })
  const desk = JSON.stringify({ url: deskUrl, threads, perHour: 0 })
  await pool.query(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('bench-list', 'List', $1, '{}', $2, $2)`,
    [settings, now],
  )
  await pool.query(
    `insert into psas (connector, name, settings, secrets, created_at, updated_at) values ('bench-desk', 'Desk', $1, '{}', $2, $2)`,
    [desk, now],
  )
  await pool.query(
    `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes, created_at, updated_at)
     values ('Bench', 1, 1, '{}', '{{what}} on {{computer}}', '{{what}} on {{computer}} since {{since}}', 'note', 30, $1, $1)`,
    [now],
  )
  await pool.query(
    `insert into tenants (source_id, key, name, enabled, first_seen_at, baseline_at)
     select 1, 'tenant-' || n, 'Tenant ' || n, true, $1, $1 from generate_series(0, 99) n`,
    [now],
  )
  await pool.query(
    `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at)
     select 1, id, 'account-' || id, name, $1 from tenants`,
    [now],
  )
  await pool.query(
    `insert into rules (integration_id, section, key, enabled, fields, updated_at) values (1, 'warning', 'databases-outdated', true, '{}', $1)`,
    [now],
  )
  await ensureDuty(pool, 'poll-computers', 1, now)
  await app.start()
}

async function state(): Promise<object> {
  const { rows } = await pool.query(
    `select (select last_good_at from duties where kind = 'poll-computers') as polled,
       (select pid from pg_stat_activity where pid = pg_backend_pid()) as backend,
       (select count(*)::int from conditions where ended_at is null) as conditions,
       (select count(*)::int from tickets where due_at is not null) as due`,
  )
  return { ...rows[0], pid: process.pid }
}

process.on('message', (order: Order) => {
  const answer = async (): Promise<unknown> => {
    if (order.do === 'set-up') return setUp(order)
    if (order.do === 'state') return state()
    if (order.do === 'stop') return app.stop()
    sick = order.count
    await hurryDuty(pool, 'poll-computers', 1, new Date())
    return null
  }
  answer().then(
    (value) => {
      process.send?.({ value: value ?? null })
      if (order.do === 'stop') process.disconnect()
    },
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.send?.({ value: 'ready' })
