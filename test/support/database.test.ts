import { expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const one = await testDatabase()
const other = await testDatabase()

test('each file has a database of its own, migrated, with the rights of the program', async () => {
  const { rows } = await one.pool.query('select count(*) as n from schema_migrations')
  expect(rows[0].n).toBeGreaterThan(0)
  await one.pool.query('create table mine (id int)')
  await expect(other.pool.query('select from mine')).rejects.toMatchObject({ code: '42P01' })
  await expect(one.pool.query('create role intruder')).rejects.toMatchObject({ code: '42501' })
})
