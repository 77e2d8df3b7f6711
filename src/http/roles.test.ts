import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { firstAdministrator, newcomer, type SignedIn } from '../../test/support/api-people.ts'
import { testDatabase } from '../../test/support/database.ts'
import { mayAct, type Role, roles } from '../core/role.ts'
import type { Database } from '../db/tables.ts'
import { roleNeeded } from '../usecases/roles.ts'
import { openapiDocument } from './openapi-document.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

type Operation = { operationId: string; security?: unknown[] }
const document = (await openapiDocument()) as { paths: Record<string, Record<string, Operation>> }
const guarded = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { security }]) => security === undefined)
    .map(([method, { operationId }]) => ({
      operationId,
      method: method.toUpperCase() as 'GET',
      url: path.replace(/\{[^}]+\}/g, '987654'),
    })),
)
const leastOf = (operationId: string) => roles.find((role) => roleNeeded(operationId, role) === null)

let people: Record<Role, SignedIn>
let tokens: Record<Role, string>
beforeAll(async () => {
  const administrator = await firstAdministrator(bench)
  people = {
    administrator,
    operator: await newcomer(bench, administrator, 'operator', 'olga@example.com'),
    'read-only': await newcomer(bench, administrator, 'read-only', 'rita@example.com'),
  }
  const tokenFor = async (scope: Role) =>
    String((await administrator.ask('POST', '/api/v1/tokens', { name: scope, scope, endsAt: null })).body.secret)
  tokens = {
    administrator: await tokenFor('administrator'),
    operator: await tokenFor('operator'),
    'read-only': await tokenFor('read-only'),
  }
})

test.each(guarded)('$operationId is in the table of roles', ({ operationId }) => {
  expect(leastOf(operationId)).toBeDefined()
  expect(roleNeeded('no-such-use-case', 'administrator')).toBe('nobody')
})

test('what changes something is for nobody who may only read, but for one’s own account', () => {
  const open = guarded.filter(({ method, operationId }) => method !== 'GET' && leastOf(operationId) === 'read-only')
  expect(open.map(({ operationId }) => operationId).sort()).toEqual([
    'begin-totp',
    'change-password',
    'confirm-totp',
    'preview-rules',
    'preview-ticket-text',
    'remove-totp',
    'revoke-session',
    'sign-out',
  ])
})

describe.each(roles)('%s', (role) => {
  const forbidden = guarded.filter(({ operationId }) => !mayAct(role, leastOf(operationId) ?? 'administrator'))
  const allowed = guarded.filter((one) => !forbidden.includes(one))

  test('is refused by the server what it may not, signed in and by token', async () => {
    expect(forbidden.length === 0).toBe(role === 'administrator')
    for (const { operationId, method, url } of forbidden) {
      const asked = [
        await people[role].ask(method, url),
        await bench.send({ method, url, headers: { authorization: `Bearer ${tokens[role]}` } }),
      ]
      for (const { status, body } of asked) {
        expect([operationId, status, body.code]).toEqual([operationId, 403, 'not-allowed'])
        expect(body.detail).toContain(`“${leastOf(operationId)}”`)
      }
      const refused = {
        level: 'warn',
        message: 'request refused',
        fields: expect.objectContaining({ route: operationId }),
      }
      expect(bench.lines()).toContainEqual(expect.objectContaining(refused))
    }
  })

  test('is let through to all else', async () => {
    for (const { operationId, method, url } of allowed) {
      // A token: it has no session that one of these could end. No body: each stops at its own input.
      const { status, body } = await bench.send({ method, url, headers: { authorization: `Bearer ${tokens[role]}` } })
      const isOfPeople = body?.detail?.includes('not for tokens') === true
      expect([operationId, isOfPeople || (status !== 401 && status !== 403)]).toEqual([operationId, true])
    }
  })

  test('a change of role counts at once', async () => {
    const { administrator, operator } = people
    if (role === 'administrator') return
    await administrator.ask('PATCH', `/api/v1/people/${operator.id}`, { role })
    const answer = await operator.ask('POST', '/api/v1/duties/hurry', { kind: 'keep-house', subjectId: 9 })
    expect(answer.status).toBe(role === 'operator' ? 404 : 403)
    await administrator.ask('PATCH', `/api/v1/people/${operator.id}`, { role: 'operator' })
  })
})
