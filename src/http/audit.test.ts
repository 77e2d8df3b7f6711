import { createHash } from 'node:crypto'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  firstAdministrator,
  goodPassword,
  newcomer,
  type SignedIn,
  setupCode,
  signedInBy,
  signIn,
} from '../../test/support/api-people.ts'
import { companies, createApiWorld } from '../../test/support/api-world.ts'
import { createMoreDoings, type Doing } from '../../test/support/audited-acts.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { Database } from '../db/tables.ts'
import { verifyAudit } from '../usecases/verify-audit.ts'
import { openapiDocument } from './openapi-document.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { ok, integrationId, psaId, sourceId } = world

type Row = {
  id: number
  actor: { kind: string; name: string }
  action: string
  subject: { kind: string; id: string; name: string }
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/** What changes nothing that lasts. */
const excused: Readonly<Record<string, string>> = {
  'check-source': 'tries a connection and stores nothing',
  'check-psa': 'tries a connection and stores nothing',
  'preview-rules': 'counts and stores nothing',
  'try-mail': 'reads a pasted mail and stores nothing',
  'take-hint': 'a message of a desk, not of a person',
  ...Object.fromEntries(
    ['take-computers', 'take-changes', 'take-events', 'take-mailboxes'].map((name) => [name, 'a source, not a person']),
  ),
  'preview-ticket-text': 'makes a text and stores nothing',
  'rate-password': 'rates a password and stores nothing',
  'try-webhook': 'sends a test message and stores nothing',
  'accept-invitation-by-oidc': 'begins what finish-oidc ends, which is audited',
  'begin-totp': 'counts only once confirm-totp has seen a code, which is audited',
}

let ada: SignedIn
const path = `/api/v1/integrations/${integrationId}`
const things = new Map<string, number>()
const thing = (name: string) => things.get(name) ?? 0
const secrets: string[] = [goodPassword, setupCode(world), world.token]

/** Everything that people can change, as one digest. */
async function stateDigest(): Promise<string> {
  const tables = [
    'people',
    'sessions',
    'invitations',
    'api_tokens',
    'oidc',
    'sources',
    'mappings',
    'rules',
    'tickets',
    'duties',
    'source_tokens',
    'unread_messages',
    'inbox',
    'parcels_set_aside',
    'left_out_tenants',
  ]
  const parts = [...tables, 'ticket_steps', 'integrations', 'audit'].map(
    (table) =>
      `select '${table}' as t, coalesce(md5(string_agg(x::text, '|' order by x::text)), '') as d from ${table} x`,
  )
  const { rows } = await database.pool.query(
    `${parts.join(' union all ')} union all select 'psas', md5(string_agg(concat_ws('|', id, name, settings, secrets), '|' order by id)) from psas`,
  )
  return JSON.stringify(rows)
}

async function ticketAt(index: number): Promise<number> {
  const { items } = await ok('GET', '/api/v1/tickets?state=waiting')
  return Number(items[index].id)
}

const person = (name: string) => people.get(name) ?? ada
const people = new Map<string, SignedIn>()
async function newPerson(name: string): Promise<void> {
  people.set(name, await newcomer(world, ada, 'operator', `${name}@example.com`))
}

const code = (invited: { path: string }) => invited.path.split('#')[1] ?? ''
const remember = async (key: string, answer: Promise<{ body: { id?: number; connection?: { id: number } } }>) => {
  const { body } = await answer
  things.set(key, Number(body.connection?.id ?? body.id))
}
let rows: object[] = []
let totpSecret = ''
let invitationCode = ''
let leaving: SignedIn
const byAda = { actor: { kind: 'person', name: 'Ada' } }

const doings: readonly Doing[] = [
  {
    action: 'sign-in',
    act: () => signIn(world, ada.email, goodPassword),
    row: { ...byAda, after: { by: 'password', address: '127.0.0.1' } },
  },
  {
    action: 'sign-out',
    prepare: async () => {
      leaving = signedInBy(world, await signIn(world, ada.email, goodPassword), ada.email, goodPassword)
    },
    act: () => leaving.ask('DELETE', '/api/v1/session'),
    row: byAda,
  },
  {
    action: 'invite-person',
    act: () => ada.ask('POST', '/api/v1/invitations', { email: 'ivy@example.com', name: 'Ivy', role: 'operator' }),
    row: { ...byAda, subject: { kind: 'invitation', name: 'ivy@example.com' }, after: { role: 'operator' } },
  },
  {
    action: 'revoke-invitation',
    prepare: () =>
      remember(
        'invitation',
        ada.ask('POST', '/api/v1/invitations', { email: 'ivy@example.com', name: 'Ivy', role: 'operator' }),
      ),
    act: () => ada.ask('DELETE', `/api/v1/invitations/${thing('invitation')}`),
    row: { before: { email: 'ivy@example.com', role: 'operator' }, after: null },
  },
  {
    action: 'accept-invitation',
    prepare: async () => {
      const body = { email: 'joy@example.com', name: 'Joy', role: 'read-only' }
      invitationCode = code((await ada.ask('POST', '/api/v1/invitations', body)).body)
      secrets.push(invitationCode)
    },
    act: () =>
      world.send({
        method: 'POST',
        url: '/api/v1/invitations/accept',
        body: { code: invitationCode, password: goodPassword },
      }),
    row: { actor: { kind: 'person', name: 'Joy' }, after: { email: 'joy@example.com', role: 'read-only' } },
  },
  {
    action: 'update-person',
    prepare: () => newPerson('pat'),
    act: () => ada.ask('PATCH', `/api/v1/people/${person('pat').id}`, { role: 'read-only', disabled: true }),
    row: {
      subject: { name: 'pat@example.com' },
      before: { role: 'operator', disabled: false },
      after: { role: 'read-only', disabled: true },
    },
  },
  {
    action: 'delete-person',
    act: () => ada.ask('DELETE', `/api/v1/people/${person('pat').id}`),
    row: { before: { email: 'pat@example.com', role: 'read-only' }, after: null },
  },
  {
    action: 'confirm-totp',
    prepare: async () => {
      await newPerson('tia')
      totpSecret = (await person('tia').ask('POST', '/api/v1/account/totp')).body.secret
      secrets.push(totpSecret)
    },
    act: () => {
      const now = { timestamp: world.clock.now().getTime() }
      return person('tia').ask('PUT', '/api/v1/account/totp', { code: new TOTP({ secret: totpSecret }).generate(now) })
    },
    row: { subject: { name: 'tia@example.com' }, after: { secondFactor: true } },
  },
  {
    action: 'remove-totp',
    act: () => person('tia').ask('POST', '/api/v1/account/totp/removal', { password: goodPassword }),
    row: { before: { secondFactor: true }, after: { secondFactor: false } },
  },
  {
    action: 'change-password',
    act: () =>
      person('tia').ask('POST', '/api/v1/account/password', {
        current: goodPassword,
        next: 'nine purple engines sleep',
      }),
    row: { subject: { name: 'tia@example.com' }, after: { password: '(changed)' } },
  },
  {
    action: 'revoke-session',
    prepare: async () => {
      const all = (await ada.ask('GET', '/api/v1/sessions?all=true')).body as { id: number; personId: number }[]
      things.set('session', Number(all.find(({ personId }) => personId === person('tia').id)?.id))
    },
    act: () => ada.ask('DELETE', `/api/v1/sessions/${thing('session')}`),
    row: { subject: { name: 'tia' }, before: { person: 'tia', address: '127.0.0.1' } },
  },
  {
    action: 'save-oidc',
    act: () => {
      const provider = { name: 'Acme', issuer: 'https://oidc.example', clientId: 'c', check: false }
      return ada.ask('PUT', '/api/v1/oidc', { ...provider, clientSecret: 'a-secret-of-the-provider' })
    },
    row: {
      subject: { kind: 'settings', id: 'oidc' },
      before: null,
      after: { name: 'Acme', clientSecret: '(changed)' },
    },
  },
  {
    action: 'delete-oidc',
    act: () => ada.ask('DELETE', '/api/v1/oidc'),
    row: { before: { name: 'Acme', issuer: 'https://oidc.example' }, after: null },
  },
  {
    action: 'create-token',
    act: async () => {
      const answer = await ada.ask('POST', '/api/v1/tokens', { name: 'report', scope: 'read-only', endsAt: null })
      if (answer.status === 200) secrets.push(answer.body.secret)
      things.set('token', Number(answer.body.token?.id))
      return answer
    },
    row: { subject: { kind: 'token', name: 'report' }, after: { scope: 'read-only', endsAt: null } },
  },
  {
    action: 'revoke-token',
    act: () => ada.ask('DELETE', `/api/v1/tokens/${thing('token')}`),
    row: { before: { name: 'report', scope: 'read-only' }, after: null },
  },
  {
    action: 'create-source',
    act: async () => {
      const body = { connector: 'ksc', name: 'Second', settings: world.kscSettings(), check: false }
      const answer = await ada.ask('POST', '/api/v1/sources', body)
      things.set('source', Number(answer.body.connection?.id))
      return answer
    },
    row: { subject: { kind: 'source', name: 'Second' }, after: { address: '127.0.0.1', password: '(entered)' } },
  },
  {
    action: 'update-source',
    act: () =>
      ada.ask('PATCH', `/api/v1/sources/${thing('source')}`, {
        settings: { password: 'a-new-secret-of-ksc', user: 'other' },
        check: false,
      }),
    row: {
      before: { user: world.ksc.ready.user, password: '(before)' },
      after: { user: 'other', password: '(changed)' },
    },
  },
  {
    action: 'delete-source',
    act: () => ada.ask('DELETE', `/api/v1/sources/${thing('source')}`),
    row: { before: { name: 'Second', connector: 'ksc', user: 'other' }, after: null },
  },
  {
    action: 'create-psa',
    act: async () => {
      const body = { connector: 'autotask', name: 'Second desk', settings: world.autotaskSettings(), check: false }
      const answer = await ada.ask('POST', '/api/v1/psas', body)
      things.set('psa', Number(answer.body.connection?.id))
      return answer
    },
    row: { subject: { kind: 'psa', name: 'Second desk' }, after: { secret: '(entered)' } },
  },
  {
    action: 'update-psa',
    act: () =>
      ada.ask('PATCH', `/api/v1/psas/${thing('psa')}`, {
        name: 'Renamed',
        settings: { secret: 'a-new-secret-of-the-desk' },
        check: false,
      }),
    row: {
      before: { name: 'Second desk', secret: '(before)' },
      after: { name: 'Renamed', secret: '(changed)' },
    },
  },
  {
    action: 'delete-psa',
    act: () => ada.ask('DELETE', `/api/v1/psas/${thing('psa')}`),
    row: { before: { name: 'Renamed', connector: 'autotask' }, after: null },
  },
  {
    action: 'create-integration',
    act: async () => {
      const answer = await ada.ask('POST', '/api/v1/integrations', { name: 'Night', sourceId, psaId })
      things.set('integration', Number(answer.body.id))
      return answer
    },
    row: { subject: { kind: 'integration', name: 'Night' }, after: { sourceId, psaId, repeats: 'note' } },
  },
  {
    action: 'update-integration',
    act: () => ada.ask('PATCH', `/api/v1/integrations/${thing('integration')}`, { repeats: 'ticket' }),
    row: { before: { repeats: 'note' }, after: { repeats: 'ticket' } },
  },
  {
    action: 'delete-integration',
    act: () => ada.ask('DELETE', `/api/v1/integrations/${thing('integration')}`),
    row: { before: { name: 'Night', source: 'KSC', psa: 'Autotask' }, after: null },
  },
  {
    action: 'map-tenant',
    prepare: async () => {
      const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
      const { items } = await ok('GET', '/api/v1/tenants')
      things.set('account', Number(accounts.find(({ name }: { name: string }) => name === companies[0]).id))
      things.set('tenant', Number(items.find(({ key }: { key: string }) => key !== 'main').id))
    },
    act: () =>
      ada.ask('PUT', `/api/v1/tenants/${thing('tenant')}/mapping`, {
        integrationId,
        accountId: String(thing('account')),
      }),
    row: { before: null, after: { integration: 'Endpoint security', accountName: companies[0] } },
  },
  {
    action: 'save-rules',
    prepare: async () => {
      const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
      const priority = choices.priority.find(({ label }: { label: string }) => label === 'High').value
      const { sections } = await ok('GET', `${path}/rules`)
      rows = (['warning', 'critical'] as const).flatMap((section) =>
        sections[section].map(({ key, fields }: { key: string; fields: object }) => {
          return { section, key, enabled: true, fields: { ...fields, priority } }
        }),
      )
    },
    act: async () => {
      const { version } = await ok('GET', `${path}/rules`)
      return ada.ask('PUT', `${path}/rules`, { version, rows })
    },
    row: {
      subject: { name: 'Endpoint security' },
      before: { 'warning/databases-outdated': null },
      after: { 'warning/databases-outdated': { enabled: true, delayMinutes: 0 } },
    },
  },
  {
    action: 'open-held',
    prepare: async () => {
      things.set('held', Number((await ok('GET', `${path}/held?tenantId=${thing('tenant')}`)).total))
      expect(thing('held')).toBeGreaterThan(1)
    },
    act: () => ada.ask('POST', `${path}/held`, { tenantId: thing('tenant'), expected: thing('held') }),
    row: { subject: { name: 'Endpoint security' }, after: { opened: expect.any(Number) } },
  },
  {
    action: 'retry-ticket',
    prepare: async () => things.set('ticket', await ticketAt(0)),
    act: () => ada.ask('POST', `/api/v1/tickets/${thing('ticket')}/retry`, { presentSettings: false }),
    row: { subject: { kind: 'ticket' }, after: { presentSettings: false } },
  },
  {
    action: 'give-up-ticket',
    act: () => ada.ask('POST', `/api/v1/tickets/${thing('ticket')}/give-up`, { reason: 'a test' }),
    row: { after: { reason: 'a test' } },
  },
  {
    action: 'unmap-tenant',
    act: () => ada.ask('DELETE', `/api/v1/tenants/${thing('tenant')}/mapping`),
    row: { before: { accountName: companies[0] }, after: null },
  },
  {
    action: 'hurry-duty',
    prepare: async () => world.clock.advance(1_000),
    act: () => ada.ask('POST', '/api/v1/duties/hurry', { kind: 'poll-computers', subjectId: sourceId }),
    row: { subject: { kind: 'duty', id: `poll-computers/${sourceId}` } },
  },
  {
    action: 'save-settings',
    act: () =>
      ada.ask('PUT', '/api/v1/settings', { retention: { eventsDays: 91, historyDays: 400, tenantsDays: 400 } }),
    row: { before: { eventsDays: 90 }, after: { eventsDays: 91 } },
  },
  {
    action: 'save-watch-settings',
    act: () => ada.ask('PUT', '/api/v1/settings/watch', {}),
    row: { subject: { kind: 'settings', id: 'watch' } },
  },
  {
    action: 'save-drill-plan',
    act: async () => {
      const [account] = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
      const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
      const fields = { priority: choices.priority[0].value }
      return ada.ask('PUT', `/api/v1/psas/${psaId}/drill`, { accountId: account.id, fields, schedule: null })
    },
    row: { subject: { kind: 'psa', id: String(psaId) } },
  },
  {
    action: 'run-drill',
    act: () => ada.ask('POST', `/api/v1/psas/${psaId}/drill/run`),
    row: { subject: { kind: 'psa', id: String(psaId) }, after: { drill: expect.any(Number) } },
  },
  ...createMoreDoings(world, () => ada),
]

const lastRow = async (): Promise<Row> => (await ada.ask('GET', '/api/v1/audit?limit=1')).body.items[0]

beforeAll(async () => {
  ada = await firstAdministrator(world)
})

describe('every change', () => {
  test('that the API knows is audited, or there is a reason why not', async () => {
    const { paths } = (await openapiDocument()) as { paths: Record<string, Record<string, { operationId: string }>> }
    const changing = Object.values(paths).flatMap((methods) =>
      Object.entries(methods).flatMap(([method, { operationId }]) => (method === 'get' ? [] : [operationId])),
    )
    const known = ['create-first-administrator', ...doings.map(({ action }) => action), ...Object.keys(excused)]
    expect(known.sort()).toEqual(changing.sort())
  })

  test('begins with the first administrator', async () => {
    const { items } = (await ada.ask('GET', '/api/v1/audit?action=create-first-administrator')).body
    expect(items).toMatchObject([{ ...byAda, after: { email: ada.email, role: 'administrator' } }])
    const [first] = (await ada.ask('GET', '/api/v1/audit?action=create-token')).body.items
    expect(first).toMatchObject({ id: 1, actor: { kind: 'system' }, after: { scope: 'administrator' } })
  })

  test.each(doings)('$action: with its row, or not at all', async ({ action, prepare, act, row }) => {
    await prepare?.()
    await database.pool.query(`
      create function fail_audit() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
      create trigger fail_audit before insert on audit for each statement execute function fail_audit()`)
    const before = await stateDigest()
    try {
      expect((await act()).status).toBe(500)
      expect(await stateDigest()).toBe(before)
    } finally {
      await database.pool.query('drop function fail_audit() cascade')
    }
    const done = await act()
    expect([200, 204], done.text).toContain(done.status)
    const [last, previous] = (await ada.ask('GET', '/api/v1/audit?limit=2')).body.items as Row[]
    // Whoever accepts an invitation is signed in by it too, which stands in a row of its own.
    expect(action === 'accept-invitation' ? previous : last).toMatchObject({ action, ...row })
    expect(await stateDigest()).not.toBe(before)
  })

  test('tells who it was: a token, by its name', async () => {
    await ok('POST', '/api/v1/duties/hurry', { kind: 'poll-computers', subjectId: sourceId })
    expect(await lastRow()).toMatchObject({ action: 'hurry-duty', actor: { kind: 'token', name: 'first' } })
  })

  test('that is refused leaves no row', async () => {
    const { id } = await lastRow()
    expect((await ada.ask('DELETE', '/api/v1/sources/4711')).status).toBe(404)
    expect((await ada.ask('POST', '/api/v1/duties/hurry', { kind: 'keep-house', subjectId: 4711 })).status).toBe(404)
    expect((await lastRow()).id).toBe(id)
  })

  test('tells no secret: not in the log, not in the audit log', async () => {
    const { rows: all } = await database.pool.query('select to_jsonb(a)::text as text from audit a')
    const text = `${all.map((one) => one.text).join('\n')}\n${JSON.stringify(world.lines())}`
    const entered = [world.ksc.ready.password, world.autotask.ready.secret, world.autotask.ready.integrationCode]
    const all2 = [
      ...secrets,
      ...entered,
      'a-new-secret-of-ksc',
      'a-new-secret-of-the-desk',
      'a-secret-of-the-provider',
      ada.csrf,
      ada.cookie,
    ]
    for (const secret of all2) {
      expect(secret.length).toBeGreaterThan(7)
      expect(text).not.toContain(secret)
    }
  })
})

describe('the audit log', () => {
  test('is searched, page by page', async () => {
    const all = (await ada.ask('GET', '/api/v1/audit?limit=500')).body.items as Row[]
    expect(all.map(({ id }) => id)).toEqual(all.map((_, n) => all.length - n))
    const page = (await ada.ask('GET', '/api/v1/audit?limit=10')).body
    expect(page.next).toBe(all.length - 9)
    expect((await ada.ask('GET', `/api/v1/audit?limit=10&cursor=${page.next}`)).body.items[0].id).toBe(page.next - 1)
    const found = async (query: string) => ((await ada.ask('GET', `/api/v1/audit?${query}`)).body.items as Row[]).length
    expect(await found('action=open-held')).toBe(1)
    expect(await found('subjectKind=ticket')).toBe(2)
    expect(await found('search=second%20DESK')).toBe(2)
    expect(await found('search=%25')).toBe(0)
    expect(await found(`from=${new Date(world.clock.now().getTime() + 1).toISOString()}`)).toBe(0)
  })

  test('cannot be changed or emptied', async () => {
    for (const statement of [`update audit set actor_name = 'x'`, 'delete from audit where id = 1', 'truncate audit']) {
      await expect(database.pool.query(statement)).rejects.toThrow('append-only')
    }
  })

  test('stays one chain when many write at the same time', async () => {
    const orders = Array.from({ length: 20 }, () =>
      ada.ask('POST', '/api/v1/duties/hurry', { kind: 'poll-computers', subjectId: sourceId }),
    )
    for (const { status } of await Promise.all(orders)) expect(status).toBe(200)
    expect((await ada.ask('GET', '/api/v1/audit/verification')).body).toMatchObject({ broken: null })
  })

  test('is exported whole, and its chain can be followed by anybody', async () => {
    const exported = await ada.ask('GET', '/api/v1/audit/export')
    expect(exported.headers['content-type']).toContain('application/x-ndjson')
    const lines = exported.text.trimEnd().split('\n')
    const { rows: lastHash, lastHash: expected } = (await ada.ask('GET', '/api/v1/audit/verification')).body
    expect(lines).toHaveLength(lastHash)
    const sorted = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(sorted)
      if (typeof part !== 'object' || part === null) return part
      return Object.fromEntries(
        Object.entries(part)
          .sort()
          .map(([key, value]) => [key, sorted(value)]),
      )
    }
    let hash = '0'.repeat(64)
    for (const line of lines) {
      const { id, at, actor, action, subject, before, after, hash: stored } = JSON.parse(line)
      const told = [id, at, actor.kind, actor.id, actor.name, action, subject.kind, subject.id, subject.name]
      const json = JSON.stringify([...told, sorted(before), sorted(after)])
      hash = createHash('sha256').update(`${hash}\n${json}`).digest('hex')
      expect(stored).toBe(hash)
    }
    expect(hash).toBe(expected)
  })

  const whole = 'insert into audit select * from audit_kept'
  test.each([
    ['a changed name', `update audit set actor_name = 'Eve' where id = 9`, 9],
    ['a changed time', `update audit set at = at + interval '1 ms' where id = 9`, 9],
    ['a changed actor', `update audit set actor_kind = 'system' where id = 9`, 9],
    ['a changed act', `update audit set action = 'nothing' where id = 9`, 9],
    ['a changed subject', `update audit set subject_id = '0' where id = 9`, 9],
    ['a changed before', `update audit set before = '{"a": 1}' where id = 9`, 9],
    ['a changed after', `update audit set after = null where id = 3`, 3],
    ['a changed hash', `update audit set hash = repeat('0', 64) where id = 9`, 9],
    ['a removed row', 'delete from audit where id = 9', 9],
    ['a removed first row', 'delete from audit where id = 1', 1],
    [
      'a removed row, the others moved up',
      'delete from audit where id = 9; update audit set id = -id where id > 9; update audit set id = -id - 1 where id < 0',
      9,
    ],
    [
      'a row before the first',
      'insert into audit select 0, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after, hash from audit where id = 1',
      1,
    ],
    [
      'a row after the last',
      'insert into audit select (select max(id) + 1 from audit), at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after, hash from audit where id = 9',
      -1,
    ],
  ])('shows %s', async (_, tamper, at) => {
    const { rows: count } = await verifyAudit(world.deps)
    await database.pool.query(`
      create table audit_kept as table audit;
      alter table audit disable trigger audit_is_append_only; alter table audit drop constraint audit_id_check`)
    try {
      await database.pool.query(tamper)
      const { broken } = await verifyAudit(world.deps)
      expect(broken?.id).toBe(at === -1 ? count + 1 : at)
      expect(broken?.words).toMatch(/^Row -?\d+ (is not what was written|is missing|was never written)\.$/)
    } finally {
      await database.pool.query(`
        truncate audit; ${whole}; drop table audit_kept;
        alter table audit enable trigger audit_is_append_only, add constraint audit_id_check check (id > 0)`)
    }
    expect(await verifyAudit(world.deps)).toMatchObject({ rows: count, broken: null })
  })
})
