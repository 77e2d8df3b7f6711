import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/embedded-postgres-process.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { migrate, migrationsFolder } from './migrate.ts'

/** What migrations make of rows that older versions wrote. */

const { pool } = await testDatabase({ empty: true })
const log = recordingLog()

/** The database as the version before the migration with this number had it. */
async function before(number: number): Promise<void> {
  await using folder = await temporaryFolder()
  await cp(migrationsFolder, folder.path, { recursive: true })
  for (const name of await readdir(folder.path)) {
    if (Number(name.slice(0, 4)) >= number) await rm(join(folder.path, name))
  }
  await migrate({ pool, log }, folder.path)
}

test('0016: words that nothing takes back are cleared, holds are of a channel that is there, and times are carried over', async () => {
  await before(16)
  await pool.query(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at)
       select 'kaspersky-hub', 'Hub ' || n, '{}', '{}', now(), now() from generate_series(1, 3) n;
     insert into source_channels (source_id, version, settings, updated_at)
       values (1, 1, '{"syslog": {"enabled": true}}', now()), (2, 1, '{"syslog": {"enabled": false}}', now()),
         (3, 1, '{"syslog": null}', now());
     insert into tenants (source_id, key, name, enabled, first_seen_at, failing_since, failing_message)
       values (1, 'a', 'A', true, now(), now(), 'Something it sent (parcel 12) cannot be settled: see the log.'),
         (2, 'b', 'B', true, now(), now(), 'It does not answer.'), (3, 'c', 'C', true, now(), null, null);
     insert into pushed_companies (tenant_id, listed_at, heard_at) select id, '2026-01-01T10:00:00Z', now() from tenants;
     insert into pushed_holds (tenant_id, computer_key, status_key, source_id, said_at, channel)
       select id, 'pc', 's', source_id, '2026-01-01T11:00:00Z', 'syslog' from tenants;
     insert into computers (source_id, key, tenant_id, name, level, reasons, link, first_seen_at, changed_at)
       select source_id, 'pc', id, 'PC', 'ok', '[]', '', now(), '2026-01-01T12:00:00Z' from tenants`,
  )
  expect((await migrate({ pool, log })).applied).toContain('0016-order')
  const { rows } = await pool.query(
    `select t.key, t.failing_message as message, t.failing_since is not null as failing, o.channel,
       h.changed_at as changed, h.said_at as said, p.list_received_at as listed
     from tenants t join pushed_holds o on o.tenant_id = t.id join pushed_heard h on h.tenant_id = t.id
       join pushed_companies p on p.tenant_id = t.id order by t.key`,
  )
  const [listed, said, changed] = [10, 11, 12].map((hour) => new Date(`2026-01-01T${hour}:00:00Z`))
  expect(rows).toEqual([
    { key: 'a', message: null, failing: false, channel: 'syslog', changed, said, listed },
    { key: 'b', message: 'It does not answer.', failing: true, channel: 'mail', changed, said, listed },
    { key: 'c', message: null, failing: false, channel: 'mail', changed, said, listed },
  ])
})
