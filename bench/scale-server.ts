import pg from 'pg'
import { createApp } from '../src/app.ts'
import type { PsaConnector } from '../src/connectors/psa.ts'
import type { SourceConnector } from '../src/connectors/source.ts'
import { ensureDuty, hurryDuty } from '../src/db/duties.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { benchDesk } from './desk-connector.ts'
import { createListSource, type Listed } from './list-source.ts'

/**
 * One of several workers on one database, for `bench/scale.ts`: the whole worker with the benchmark's source and desk in
 * place of vendors. The driver speaks to it over IPC. It counts the statements that it sends.
 */

export type ScaleOrder =
  /** Connects source and desk; asked of one worker only. */
  | { readonly do: 'set-up'; readonly deskUrl: string; readonly computers: number; readonly threads: number }
  | { readonly do: 'start' }
  /** So many computers are at Warning; told to all, since any may be the one that polls. */
  | { readonly do: 'sick'; readonly count: number }
  | { readonly do: 'hurry' }
  | { readonly do: 'count' }
  | { readonly do: 'stop' }

export type ScaleCount = { readonly statements: number; readonly connections: number }

const [databaseUrl = '', dataFolder = ''] = process.argv.slice(2)
const listed: Listed = { sick: 0, urgent: false, gone: false }
let statements = 0
let connections = 0

const send = pg.Client.prototype.query as (...given: unknown[]) => unknown
pg.Client.prototype.query = function counted(this: unknown, ...given: unknown[]) {
  statements += 1
  return send.apply(this, given)
} as typeof pg.Client.prototype.query

const app = await createApp({
  config: {
    host: '127.0.0.1',
    port: null,
    databaseUrl,
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
setInterval(() => {
  connections = Math.max(connections, pool.totalCount)
}, 50).unref()

async function setUp({ deskUrl, computers, threads }: Extract<ScaleOrder, { do: 'set-up' }>): Promise<void> {
  const now = new Date()
  const parts: readonly [string, ...unknown[]][] = [
    [
      `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('bench-list', 'List', $2, '{}', $1, $1)`,
      JSON.stringify({ computers, tenants: 20 }),
    ],
    [
      `insert into psas (connector, name, settings, secrets, created_at, updated_at) values ('bench-desk', 'Desk', $2, '{}', $1, $1)`,
      JSON.stringify({ url: deskUrl, threads, perHour: 0 }),
    ],
    [
      `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes, created_at, updated_at)
       values ('Bench', 1, 1, '{}', '{{what}} on {{computer}}', '{{what}} on {{computer}} since {{since}}', 'note', 30, $1, $1)`,
    ],
    [
      `insert into tenants (source_id, key, name, enabled, first_seen_at, baseline_at)
       select 1, 'tenant-' || n, 'Tenant ' || n, true, $1, $1 from generate_series(0, 19) n`,
    ],
    [
      `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at)
       select 1, id, 'account-' || id, name, $1 from tenants`,
    ],
    [
      `insert into rules (integration_id, section, key, enabled, fields, updated_at)
       values (1, 'warning', 'databases-outdated', true, '{}', $1)`,
    ],
  ]
  for (const [text, ...values] of parts) await pool.query(text, [now, ...values])
  await ensureDuty(pool, 'poll-computers', 1, now)
}

async function obey(order: ScaleOrder): Promise<unknown> {
  switch (order.do) {
    case 'set-up':
      return setUp(order)
    case 'start':
      return app.start()
    case 'sick':
      listed.sick = order.count
      return null
    case 'hurry':
      return hurryDuty(pool, 'poll-computers', 1, new Date())
    case 'count':
      return { statements, connections } satisfies ScaleCount
    case 'stop':
      return app.stop()
  }
}

process.on('message', (order: ScaleOrder) => {
  obey(order).then(
    (value) => {
      process.send?.({ value: value ?? null })
      if (order.do === 'stop') process.disconnect()
    },
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.send?.({ value: 'ready' })
