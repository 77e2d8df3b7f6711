import { createApp } from '../src/app.ts'
import type { PsaConnector } from '../src/connectors/psa.ts'
import { sourceConnectors } from '../src/connectors/registry.ts'
import { hurryDuty, removeDuties } from '../src/db/duties.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { createSource } from '../src/usecases/create-source.ts'
import { benchDesk } from './desk-connector.ts'

/**
 * The server of the polling rows, in a process of its own: the worker with its embedded database, as `npm start` runs it,
 * the real connector of Kaspersky Security Center, and the benchmarks' desk. Computers are polled when the driver says so.
 */

export type KscAddress = {
  readonly url: string
  readonly user: string
  readonly password: string
  readonly certificate: string
}

export type PollOrder =
  | { readonly do: 'set-up'; readonly ksc: KscAddress; readonly deskUrl: string }
  | { readonly do: 'map-tenants' }
  | { readonly do: 'poll' }
  | { readonly do: 'some-computers'; readonly count: number }
  | { readonly do: 'database-url' }
  | { readonly do: 'counts' }
  | { readonly do: 'stop' }

/** How a poll went: its time from the claim to the last stored decision, and what it found. */
export type PollEnd = { readonly durationMs: number; readonly failure: object | null; readonly detail: object }

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
  sources: sourceConnectors,
  psas: new Map([['bench-desk', benchDesk as PsaConnector]]),
})
const { pool } = app.deps
const sourceId = 1

async function setUp({ ksc, deskUrl }: Extract<PollOrder, { do: 'set-up' }>): Promise<void> {
  const now = new Date()
  const { hostname, port } = new URL(ksc.url)
  const { user, password, certificate: caPem } = ksc
  const address = { address: hostname, port: Number(port), user, password, trust: 'ca', caPem }
  const settings = { ...address, computersEverySeconds: 86_400, eventsEverySeconds: 86_400 }
  await createSource(app.deps, { connector: 'ksc', name: 'KSC', settings, check: false })
  await removeDuties(pool, ['poll-events'], sourceId)
  await pool.query(`update duties set due_at = 'infinity' where kind = 'poll-computers'`)
  await pool.query(
    `insert into psas (connector, name, settings, secrets, created_at, updated_at) values ('bench-desk', 'Desk', $1, '{}', $2, $2)`,
    [JSON.stringify({ url: deskUrl, threads: 0, perHour: 0 }), now],
  )
  await pool.query(
    `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes, created_at, updated_at)
     values ('Bench', $1, 1, '{}', '{{what}} on {{computer}}', '{{what}} on {{computer}} since {{since}}', 'note', 30, $2, $2)`,
    [sourceId, now],
  )
  await pool.query(
    `insert into rules (integration_id, section, key, enabled, fields, delay_minutes, updated_at)
     select 1, section, key, true, '{}', 60, $2 from unnest(array['warning', 'critical']) section, unnest($1::text[]) key`,
    [sourceConnectors.get('ksc')?.catalogue.statuses.map(({ key }) => key) ?? [], now],
  )
  await app.start()
}

async function mapTenants(): Promise<void> {
  await pool.query(
    `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at)
     select 1, id, 'account-' || id, name, $1 from tenants`,
    [new Date()],
  )
}

async function poll(): Promise<PollEnd> {
  const asked = new Date()
  await hurryDuty(pool, 'poll-computers', sourceId, asked)
  for (;;) {
    const { rows } = await pool.query<PollEnd & { running: boolean; begun: Date | null }>(
      `select last_begun_at as begun, lease_owner is not null as running, last_duration_ms as "durationMs", failure, detail
       from duties where kind = 'poll-computers' and subject_id = $1`,
      [sourceId],
    )
    const [row] = rows
    if (row !== undefined && !row.running && row.begun !== null && row.begun >= asked) return row
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Keys evenly over the whole fleet, the main server's own computers left out. */
async function someComputers(count: number): Promise<string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `select key from (
       select c.key, row_number() over (order by c.key) as n, count(*) over () as whole
       from computers c join tenants t on t.id = c.tenant_id where t.key <> 'main') c
     where n % greatest(1, whole / $1) = 0 limit $1`,
    [count],
  )
  return rows.map(({ key }) => key)
}

async function counts(): Promise<object | undefined> {
  const { rows } = await pool.query<object>(
    `select (select count(*)::int from computers) as computers, (select count(*)::int from tenants) as tenants,
       (select count(*)::int from conditions where ended_at is null) as conditions,
       (select count(*)::int from tickets) as tickets, (select count(*)::int from tickets where due_at is not null) as due,
       pg_database_size(current_database())::int8 as "databaseBytes"`,
  )
  return rows[0]
}

async function answer(order: PollOrder): Promise<unknown> {
  switch (order.do) {
    case 'set-up':
      return setUp(order)
    case 'map-tenants':
      return mapTenants()
    case 'poll':
      return poll()
    case 'some-computers':
      return someComputers(order.count)
    case 'database-url':
      return pool.options.connectionString
    case 'counts':
      return counts()
    case 'stop':
      return app.stop()
  }
}

process.on('message', (order: PollOrder) => {
  answer(order).then(
    (value) => {
      process.send?.({ value: value ?? null })
      if (order.do === 'stop') process.disconnect()
    },
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.send?.({ value: 'ready' })
