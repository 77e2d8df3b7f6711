import { afterAll, expect, test } from 'vitest'
import type { Database } from '../src/db/tables.ts'
import { checkSession } from '../src/usecases/check-session.ts'
import { signIn } from '../src/usecases/sign-in.ts'
import { createApiBench } from '../test/support/api-bench.ts'
import { testDatabase } from '../test/support/database.ts'
import { createFakeClock } from '../test/support/fake-clock.ts'
import { createDemoPerson } from './demo-person.ts'

const database = await testDatabase<Database>()
const clock = createFakeClock('2026-03-02T06:00:00Z')
const bench = await createApiBench(database, { clock })
afterAll(() => bench.stop())

test('the demo’s administrator can sign in, and stays so while a month goes by in minutes', async () => {
  const deps = { ...bench.deps, demo: true }
  const { email, password } = await createDemoPerson(deps)
  const { cookie } = await signIn(deps, { email, password, visitor: { address: '127.0.0.1', userAgent: 'test' } })
  clock.advance(40 * 86_400_000)
  expect(await checkSession(bench.deps, cookie)).toBeNull()
  expect(await checkSession(deps, cookie)).toMatchObject({ personName: 'Dana Demo', role: 'administrator' })
})
