import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { clearPutOffCompanies, ensureCompanies, markCompanyFailing } from './pushed-companies.ts'
import { withTransaction } from './transaction.ts'

const { pool } = await testDatabase()
const now = new Date('2026-03-02T06:00:00Z')

test('taking back what was said of companies waits for nobody who only refers to them', async () => {
  const { rows } = await pool.query<{ id: number }>(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at)
     values ('kaspersky-hub', 'Hub', '{}', '{}', $1, $1) returning id`,
    [now],
  )
  const sourceId = rows[0]?.id ?? 0
  const ids = await ensureCompanies(pool, sourceId, [{ key: 'amber', name: 'Amber' }], now)
  const tenantId = ids.get('amber') ?? 0
  await markCompanyFailing(pool, tenantId, 'put off', now)
  const other = await pool.connect()
  try {
    await other.query('begin')
    await other.query(`insert into pushed_heard (tenant_id, computer_key) values ($1, 'one')`, [tenantId])
    await withTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '2s'`)
      await clearPutOffCompanies(client, sourceId, 'put off')
    })
  } finally {
    await other.query('rollback')
    other.release()
  }
  const { rows: tenants } = await pool.query('select failing_message from tenants')
  expect(tenants).toEqual([{ failing_message: null }])
})
