import type { Connections } from '../src/db/sql.ts'

/** What the console is measured with: a provider of 400 clients on a very bad day, with a month of history. */
export type ConsoleSize = {
  readonly tenants: number
  readonly accounts: number
  /** Conditions that hold, each with an open ticket. */
  readonly open: number
  /** Tickets that are done, over the last thirty days. */
  readonly done: number
  readonly events: number
}

/** As long as those of a real desk: the width of a row is part of what is measured. */
const description = 'Reported by the security product through Tocsin. '.repeat(20)
const fields = JSON.stringify({ queue: '29682833', priority: '1', dueHours: '8', issueType: '10', subIssueType: '136' })

/** Fills an empty database; each statement by itself, as one of the benchmark's own. */
export async function fillConsole(pool: Connections, size: ConsoleSize, deskUrl: string): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await fill((text, ...values) => client.query(text, values), size, deskUrl)
  } finally {
    client.release(true)
  }
}

type Run = (text: string, ...values: unknown[]) => Promise<unknown>

async function fill(run: Run, size: ConsoleSize, deskUrl: string): Promise<void> {
  const now = new Date()
  await run(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('bench-list', 'Security product', $2, '{}', $1, $1)`,
    now,
    JSON.stringify({ computers: size.open, tenants: size.tenants }),
  )
  await run(
    `insert into psas (connector, name, settings, secrets, accounts_at, created_at, updated_at)
     values ('bench-desk', 'Desk', $2, '{}', $1::timestamptz + interval '1 day', $1, $1)`,
    now,
    JSON.stringify({ url: deskUrl, threads: 3, perHour: 10_000 }),
  )
  await run(
    `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes, created_at, updated_at)
     values ('Endpoint security', 1, 1, '{}', '{{what}} on {{computer}}', '{{what}}', 'note', 30, $1, $1)`,
    now,
  )
  await run(
    `insert into tenants (source_id, key, name, enabled, first_seen_at, baseline_at)
     select 1, 'tenant-' || n, 'Client ' || to_hex(n * 7919) || ' Ltd', true, $1, $1 from generate_series(1, $2::int) n`,
    now,
    size.tenants,
  )
  await run(
    `insert into desk_accounts (psa_id, account_id, name, number)
     select 1, n::text, 'CLIENT ' || to_hex(n * 7919), 'C' || n from generate_series(1, $1::int) n`,
    size.accounts,
  )
  // Every eighth client is not mapped.
  await run(
    `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at)
     select 1, id, id::text, name, $1 from tenants where id % 8 <> 0`,
    now,
  )
  await run(
    `insert into rules (integration_id, section, key, enabled, fields, updated_at)
     select 1, section, 'databases-outdated', true, $2, $1 from unnest(array['warning', 'critical']) section`,
    now,
    fields,
  )
  await run(
    `insert into computers (source_id, key, tenant_id, name, level, reasons, link, first_seen_at, changed_at)
     select 1, 'computer-' || n, 1 + n % $3::int, 'PC-' || n, 'warning', '[]', '', $1, $1 from generate_series(1, $2::int) n`,
    now,
    size.open,
    size.tenants,
  )
  await run(
    `insert into conditions (source_id, tenant_id, computer_key, computer_name, status_key, text, link, level, began_at, held_before, ended_at, end_reason)
     select 1, 1 + n % $4::int, 'computer-' || n, 'PC-' || n, 'databases-outdated', 'The databases are 9 days old.', '',
       case when n % 5 = 0 then 'critical' else 'warning' end, $1::timestamptz - n * interval '25 seconds', false,
       case when n > $2 then $1::timestamptz - n * interval '20 seconds' end, case when n > $2 then 'no-longer-applies' end
     from generate_series(1, $2::int + $3::int) n order by n desc`,
    now,
    size.open,
    size.done,
    size.tenants,
  )
  await run(
    `insert into tickets (psa_id, integration_id, tenant_id, condition_id, identity, reference, account_id, what, title, description, general,
       created_at, want, level, fields, written, phase, desk_ticket_id, desk_number, lane, opened_at, closed_at, closed_by, done_at, outcome,
       stuck, failure)
     select 1, 1, c.tenant_id, c.id, 'identity-' || c.id, 'TOCSIN-' || md5(c.id::text), c.tenant_id::text, 'Databases are outdated',
       'Databases are outdated on ' || c.computer_name, $1, '{"newStatus": "1", "closedStatus": "5"}', c.began_at,
       case when c.ended_at is null then 'open' else 'closed' end, c.level, $2, $2,
       case when c.ended_at is null then 'open' else 'closed' end, c.id::text, 'T' || c.id, 2, c.began_at, c.ended_at,
       case when c.ended_at is null then null when c.id % 9 = 0 then 'person' else 'us' end, c.ended_at,
       case when c.ended_at is null then null when c.id % 9 = 0 then 'closed-by-person' else 'closed-by-us' end,
       c.ended_at is null and c.id % 500 = 0,
       case when c.ended_at is null and c.id % 500 = 0
         then '{"kind": "refused", "reason": "invalid-value", "message": "The queue does not exist any more."}'::jsonb end
     from conditions c order by c.id`,
    description,
    fields,
  )
  await run(
    `insert into decisions (at, integration_id, condition_id, ticket_id, outcome, reason)
     select created_at, 1, condition_id, id, 'open', 'rule-on' from tickets order by id`,
  )
  await run(
    `insert into ticket_steps (ticket_id, at, step, reason, result, message, duration_ms)
     select id, opened_at, step, 'begun', 'done', '', 80 from tickets, unnest(array['create', 'close']) step
     where step = 'create' or closed_at is not null order by id`,
  )
  await run(
    `insert into events (source_id, tenant_id, key, type, type_name, severity, computer_key, computer_name, text, happened_at, stored_at, received_at)
     select 1, 1 + n % $3::int, 'event-' || n, 'KLPRCI_TaskState', 'Task failed', 'critical', 'computer-' || n, 'PC-' || n,
       'The task failed.', $1, $1, $1 from generate_series(1, $2::int) n`,
    now,
    size.events,
    size.tenants,
  )
  for (const kind of ['poll-computers', 'poll-events', 'read-changes', 'read-options']) {
    await run(
      `insert into duties (kind, subject_id, due_at, last_good_at, last_duration_ms) values ($1, 1, $2::timestamptz + interval '1 day', $2, 900)`,
      kind,
      now,
    )
  }
  await run('vacuum analyze')
}
