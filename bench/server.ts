import { createApp } from '../src/app.ts'
import type { PsaConnector } from '../src/connectors/psa.ts'
import type { SourceConnector } from '../src/connectors/source.ts'
import { ensureDuty, hurryDuty } from '../src/db/duties.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { benchDesk } from './desk-connector.ts'
import { createListSource, type Listed } from './list-source.ts'

/**
 * The server under test, in a process of its own: the whole worker with its embedded database, and the benchmark's
 * source and desk in place of vendors. The driver speaks to it over IPC.
 */

export type Order =
  | { readonly do: 'set-up'; readonly deskUrl: string; readonly computers: number; readonly threads: number }
  | { readonly do: 'go-on' }
  | { readonly do: 'sick'; readonly count: number }
  | { readonly do: 'urgent' }
  | { readonly do: 'state' }
  | { readonly do: 'stop' }

export type ServerState = {
  /** The source has been read. */
  readonly polled: boolean
  /** Tickets that should be closed, or are. */
  readonly unwanted: number
}

const [dataFolder = 'data', source] = process.argv.slice(2)
const listed: Listed = { sick: 0, urgent: false, gone: source === 'source-gone' }

const app = await createApp({
  config: {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: null,
    dataFolder,
    role: 'worker',
    secret: 'benchmark-benchmark-benchmark-benchmark',
    logLevel: 'warn',
  },
  log: createLog('warn'),
  sources: new Map([['bench-list', createListSource(listed) as SourceConnector]]),
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
    `insert into rules (integration_id, section, key, enabled, fields, updated_at) values
       (1, 'warning', 'databases-outdated', true, '{}', $1), (1, 'critical', 'databases-outdated', true, '{}', $1)`,
    [now],
  )
  await ensureDuty(pool, 'poll-computers', 1, now)
  await app.start()
}

async function state(): Promise<ServerState> {
  const { rows } = await pool.query<ServerState>(
    `select (select last_good_at is not null from duties where kind = 'poll-computers') as polled,
       (select count(*)::int from tickets where want <> 'open') as unwanted`,
  )
  return rows[0] ?? { polled: false, unwanted: 0 }
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'set-up':
      return setUp(order)
    case 'go-on':
      await app.start()
      return null
    case 'state':
      return state()
    case 'stop':
      return app.stop()
    case 'sick':
      listed.sick = order.count
      return hurryDuty(pool, 'poll-computers', 1, new Date())
    case 'urgent':
      listed.urgent = true
      return hurryDuty(pool, 'poll-computers', 1, new Date())
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (value) => {
      process.send?.({ value: value ?? null })
      if (order.do === 'stop') process.disconnect()
    },
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})
// The driver is gone, or has had all it wanted.
process.once('disconnect', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
process.send?.({ value: 'ready' })
