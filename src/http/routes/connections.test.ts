import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { psaConnectors, sourceConnectors } from '../../connectors/registry.ts'
import type { Database } from '../../db/tables.ts'
import { ensureDuties } from '../../usecases/ensure-duties.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok } = world

/** A KSC connection that is not tried. */
const unchecked = (name: string, settings: object = {}) => ({
  connector: 'ksc',
  name,
  settings: { ...world.kscSettings(), ...settings },
  check: false,
})

describe('connectors', () => {
  test('are listed with all that forms need', async () => {
    const { sources, psas, templates } = await ok('GET', '/api/v1/connectors')
    expect(sources.map(({ id }: { id: string }) => id)).toEqual([...sourceConnectors.keys(), 'tocsin', 'tocsin-drill'])
    expect(psas.map(({ id }: { id: string }) => id)).toEqual([...psaConnectors.keys()])
    const fields = new Map(sources[0].settings.map((field: { key: string }) => [field.key, field]))
    expect(fields.get('password')).toMatchObject({ secret: true, required: true, kind: 'text', title: 'Password' })
    expect(fields.get('port')).toMatchObject({ kind: 'integer', default: 13_299, minimum: 1, maximum: 65_535 })
    expect(fields.get('trust')).toMatchObject({ kind: 'choice', choices: ['fingerprint', 'ca'] })
    expect(fields.get('internalUser')).toMatchObject({ kind: 'boolean', default: true })
    expect(fields.get('caPem')).toMatchObject({ multiline: true, required: false })
    const places = (connector: { settings: { key: string; place: boolean }[] }) =>
      connector.settings.filter(({ place }) => place).map(({ key }) => key)
    expect(places(sources[0])).toEqual(['address', 'port', 'trust', 'fingerprint', 'caPem', 'proxyAddress'])
    expect(places(psas[0])).toEqual(['baseUrl', 'certificate', 'proxyUrl'])
    expect(psas[0].ruleFields[0]).toMatchObject({ key: 'queue', default: { label: 'Monitoring Alert' } })
    expect(templates.fields).toContainEqual({ key: 'computer', help: 'name of the computer' })
  })
})

describe('checking before saving', () => {
  test('says what was seen at the KSC', async () => {
    const report = await ok('POST', '/api/v1/sources/check', { connector: 'ksc', settings: world.kscSettings() })
    expect(report.facts.length).toBeGreaterThan(1)
    expect(report.problems).toEqual([])
  })

  test('says what was seen at Autotask', async () => {
    const settings = world.autotaskSettings()
    const report = await ok('POST', '/api/v1/psas/check', { connector: 'autotask', settings })
    expect(report.facts).toContainEqual({ title: 'API user', value: world.autotask.ready.user })
  })

  test('tries a stored connection with changes laid over it', async () => {
    const { sourceId, psaId } = world
    expect((await ok('POST', '/api/v1/sources/check', { id: sourceId })).problems).toEqual([])
    expect((await ok('POST', '/api/v1/psas/check', { id: psaId })).facts.length).toBeGreaterThan(1)
    const wrong = { id: psaId, settings: { secret: 'wr0ng-secret' } }
    expect(await call('POST', '/api/v1/psas/check', wrong)).toMatchObject({
      status: 422,
      body: { code: 'check-failed', failure: { kind: 'denied', reason: 'bad-credentials' } },
    })
  })

  test.each([
    ['the wrong password', { password: 'wr0ng-pass' }, 'denied', 'bad-credentials'],
    ['another certificate', { fingerprint: 'AA'.repeat(32) }, 'denied', 'untrusted-certificate'],
    ['nobody listening', { port: 1 }, 'later', 'unreachable'],
    ['a host that does not exist', { address: 'no-such-host.invalid' }, 'later', 'unreachable'],
  ])('refuses to save with %s, in words that say what to do', async (_, settings, kind, reason) => {
    const body = { connector: 'ksc', name: 'Not to be saved', settings: { ...world.kscSettings(), ...settings } }
    const answer = await call('POST', '/api/v1/sources', body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'check-failed', failure: { kind, reason } } })
    expect(answer.body.detail.length).toBeGreaterThan(20)
    const names = (await ok('GET', '/api/v1/sources')).map(({ name }: { name: string }) => name)
    expect(names).not.toContain('Not to be saved')
  })

  test('wants to know what to check', async () => {
    expect(await call('POST', '/api/v1/sources/check', {})).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'id' }] },
    })
    expect(await call('POST', '/api/v1/psas/check', {})).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'id' }] },
    })
    expect(await call('POST', '/api/v1/psas/check', { id: 4711 })).toMatchObject({ status: 404 })
  })
})

describe('settings', () => {
  test.each([
    [{ port: 70_000 }, 'settings.port', 'This must be at most 65535.'],
    [{ port: 'many' }, 'settings.port', 'This must be a number.'],
    [{ address: 'https://ksc.example/' }, 'settings.address', /Write only the host name/],
    [{ password: '' }, 'settings.password', 'Enter the password of the account.'],
    [{ trust: 'anything' }, 'settings.trust', 'This must be one of fingerprint, ca.'],
    [{ fingerprint: 'short' }, 'settings.fingerprint', /64 hexadecimal digits/],
    [{ acceptAnything: true }, 'settings.acceptAnything', /no such setting/],
  ])('%j is refused by field', async (wrong, field, message) => {
    const { status, body } = await call('POST', '/api/v1/sources', unchecked('Wrong', wrong))
    expect(status).toBe(400)
    const said = body.errors.filter((error: { field: string }) => error.field === field)
    expect(said).toEqual([{ field, message: typeof message === 'string' ? message : expect.stringMatching(message) }])
  })

  test('a missing secret is asked for by name', async () => {
    const { password, ...settings } = world.kscSettings()
    expect(password).toBeTypeOf('string')
    const { body } = await call('POST', '/api/v1/sources', { connector: 'ksc', name: 'Wrong', settings })
    expect(body.errors).toEqual([{ field: 'settings.password', message: 'Fill this in: it is required.' }])
  })

  test('a connector that does not exist is refused', async () => {
    const { body } = await call('POST', '/api/v1/sources', { ...unchecked('Wrong'), connector: 'autotask' })
    expect(body.errors[0].message).toContain('There are: ksc')
    const psa = { connector: 'ksc', name: 'Wrong', settings: {} }
    expect((await call('POST', '/api/v1/psas', psa)).body.errors[0].message).toContain('There are: autotask')
  })

  test('a name is taken once', async () => {
    const answer = await call('POST', '/api/v1/sources', unchecked('KSC'))
    expect(answer).toMatchObject({ status: 409, body: { code: 'name-taken' } })
    const psa = { connector: 'autotask', name: 'Autotask', settings: world.autotaskSettings(), check: false }
    expect(await call('POST', '/api/v1/psas', psa)).toMatchObject({ status: 409, body: { code: 'name-taken' } })
  })
})

describe('changing a connection', () => {
  test('absent and null keep a secret, null sets other fields to their default, a value replaces', async () => {
    const settings = { port: world.ksc.port, timeoutSeconds: 5, proxyPassword: 'pr0xy' }
    const made = await ok('POST', '/api/v1/sources', unchecked('To change', settings))
    const { id } = made.connection
    expect(made.connection.secretsSet).toEqual(['password', 'proxyPassword'])
    const path = `/api/v1/sources/${id}`
    const kept = await ok('PATCH', path, {
      name: 'Changed',
      settings: { timeoutSeconds: null, password: null },
      check: false,
    })
    expect(kept.connection).toMatchObject({ name: 'Changed', settings: { timeoutSeconds: 60, address: '127.0.0.1' } })
    expect(kept.connection.secretsSet).toEqual(['password', 'proxyPassword'])
    const cleared = await ok('PATCH', path, { settings: { proxyPassword: '' }, check: false })
    expect(cleared.connection.secretsSet).toEqual(['password'])
    // The kept password is still the right one.
    const tried = await ok('PATCH', path, { settings: { pageSize: 500 } })
    expect(tried.report.problems).toEqual([])
    expect(await call('PATCH', path, { settings: { password: 'wr0ng-pass' } })).toMatchObject({ status: 422 })
    expect((await ok('POST', '/api/v1/sources/check', { id })).problems).toEqual([])
    expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' })
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(await call('PATCH', path, {})).toMatchObject({ status: 404 })
    expect(await call('DELETE', path)).toMatchObject({ status: 404 })
  })

  describe('a secret is never sent to another place than it was entered for', () => {
    const said = (titles: string) => `Enter the secret again, because the address changed (${titles}).`

    test.each([
      ['the address', { address: 'localhost' }, 'Administration Server'],
      ['the port', { port: 1 }, 'Port'],
      ['the port, to its default', { port: null }, 'Port'],
      ['the certificate', { fingerprint: 'AB'.repeat(32) }, 'SHA-256 fingerprint'],
      [
        'the kind of trust',
        { trust: 'ca', caPem: '-----BEGIN CERTIFICATE-----' },
        'Trust the server by, Certificate (PEM)',
      ],
      ['the proxy', { proxyAddress: 'http://127.0.0.1:1' }, 'HTTP proxy'],
    ])('a KSC keeps %s unless its password is given', async (_, settings, titles) => {
      const refused = { status: 400, body: { errors: [{ field: 'settings.password', message: said(titles) }] } }
      const path = `/api/v1/sources/${world.sourceId}`
      const before = await ok('GET', path)
      expect(await call('PATCH', path, { settings })).toMatchObject(refused)
      expect(await call('PATCH', path, { settings: { ...settings, password: null }, check: false })).toMatchObject(
        refused,
      )
      expect(await call('POST', '/api/v1/sources/check', { id: world.sourceId, settings })).toMatchObject(refused)
      expect(await ok('GET', path)).toEqual(before)
    })

    test.each([
      ['address', { baseUrl: '' }, 'Zone look-up address'],
      ['certificate', { certificate: '-----BEGIN CERTIFICATE-----' }, 'Additional root certificate'],
      ['proxy', { proxyUrl: 'http://127.0.0.1:1' }, 'HTTP proxy'],
    ])('an Autotask keeps its %s unless both secrets are given', async (_, settings, titles) => {
      const message = said(titles)
      const path = `/api/v1/psas/${world.psaId}`
      const { secret, integrationCode } = world.autotask.ready
      const both = { errors: ['secret', 'integrationCode'].map((key) => ({ field: `settings.${key}`, message })) }
      expect(await call('PATCH', path, { settings, check: false })).toMatchObject({ status: 400, body: both })
      const check = { id: world.psaId, settings }
      expect(await call('POST', '/api/v1/psas/check', check)).toMatchObject({ status: 400, body: both })
      const one = { ...settings, secret }
      const answer = await call('PATCH', path, { settings: one, check: false })
      expect(answer.body.errors).toEqual([{ field: 'settings.integrationCode', message }])
      // Nothing is kept here, so the same place may be left with both.
      const same = { secret, integrationCode, baseUrl: world.autotaskSettings().baseUrl }
      expect(
        (await ok('POST', '/api/v1/psas/check', { id: world.psaId, settings: same })).facts.length,
      ).toBeGreaterThan(1)
    })

    test('with its secrets, or with a secret cleared, a connection may move', async () => {
      const { id } = (await ok('POST', '/api/v1/sources', unchecked('Moving', { port: 1234, proxyPassword: 'pr0xy' })))
        .connection
      const path = `/api/v1/sources/${id}`
      const { password } = world.kscSettings()
      const port = world.ksc.port
      const half = await call('PATCH', path, { settings: { port, password }, check: false })
      expect(half.body.errors).toEqual([{ field: 'settings.proxyPassword', message: said('Port') }])
      const moved = await ok('PATCH', path, { settings: { port, password, proxyPassword: '' } })
      expect(moved.connection).toMatchObject({ settings: { port }, secretsSet: ['password'] })
      // The same value written again moves nothing.
      await ok('PATCH', path, { settings: { port, pageSize: 10 }, check: false })
      await ok('DELETE', path)
    })
  })

  test('of two savers at once, one is told', async () => {
    const { id } = (await ok('POST', '/api/v1/sources', unchecked('Contended'))).connection
    const path = `/api/v1/sources/${id}`
    const statuses = await Promise.all(
      [2001, 2002, 2003, 2004].map((port) => call('PATCH', path, { settings: { pageSize: port }, check: false })),
    )
    const good = statuses.filter(({ status }) => status === 200)
    expect(good.length).toBeGreaterThan(0)
    for (const { status, body } of statuses) {
      if (status !== 200) expect([status, body.code]).toEqual([409, 'changed-meanwhile'])
    }
    await ok('DELETE', path)
  })

  test('a PSA that was held is free again, and its lists are read anew', async () => {
    const { psaId } = world
    const failure = JSON.stringify({
      kind: 'denied',
      reason: 'bad-credentials',
      outcome: 'not-done',
      message: 'No.',
      until: null,
    })
    const until = new Date(world.clock.now().getTime() + 3_600_000)
    await database.pool.query('update psas set held_until = $2, held_failure = $3 where id = $1', [
      psaId,
      until,
      failure,
    ])
    const statusOf = async () => (await ok('GET', '/api/v1/status')).psas.find(({ id }: { id: number }) => id === psaId)
    expect(await statusOf()).toMatchObject({ heldUntil: until.toISOString(), heldFailure: { message: 'No.' } })
    const saved = await ok('PATCH', `/api/v1/psas/${psaId}`, { settings: { secret: world.autotask.ready.secret } })
    expect(saved.report.facts.length).toBeGreaterThan(1)
    const after = await statusOf()
    expect(after).toMatchObject({ heldUntil: null, heldFailure: null, problem: null })
    for (const { dueAt } of after.duties)
      expect(new Date(dueAt).getTime()).toBeLessThanOrEqual(world.clock.now().getTime())
  })

  test('a secret that cannot be opened is asked for again', async () => {
    const { id } = (await ok('POST', '/api/v1/sources', unchecked('Other key'))).connection
    await database.pool.query(`update sources set secrets = '{"password":"v1.AAAA.AAAA"}' where id = $1`, [id])
    const path = `/api/v1/sources/${id}`
    const { status, body } = await call('PATCH', path, { name: 'Renamed', check: false })
    expect([status, body.errors[0].field]).toEqual([400, 'settings.password'])
    expect(body.errors[0].message).toContain('TOCSIN_SECRET')
    const source = (await ok('GET', '/api/v1/status')).sources.find((one: { id: number }) => one.id === id)
    expect(source.problem).toContain('TOCSIN_SECRET')
    const { password } = world.kscSettings()
    await ok('PATCH', path, { settings: { password }, check: false })
    expect((await ok('POST', '/api/v1/sources/check', { id })).problems).toEqual([])
    await ok('DELETE', path)
  })

  test('what is used cannot be deleted', async () => {
    for (const path of [`/api/v1/sources/${world.sourceId}`, `/api/v1/psas/${world.psaId}`]) {
      const { status, body } = await call('DELETE', path)
      expect([status, body.code, body.integrations]).toEqual([409, 'in-use', ['Endpoint security']])
      expect(body.openTickets).toBe(0)
    }
  })
})

describe('duties', () => {
  test('come and go with their connection', async () => {
    const { id } = (await ok('POST', '/api/v1/sources', unchecked('With duties'))).connection
    const dutiesOf = async () => {
      const { rows } = await database.pool.query('select kind from duties where subject_id = $1 order by kind', [id])
      return rows.map(({ kind }) => kind)
    }
    const mine = (await ok('GET', '/api/v1/status')).sources.find((one: { id: number }) => one.id === id)
    expect(mine.duties.map(({ kind }: { kind: string }) => kind)).toEqual(['poll-computers', 'poll-events'])
    await ok('DELETE', `/api/v1/sources/${id}`)
    expect((await dutiesOf()).filter((kind) => kind.startsWith('poll'))).toEqual([])
    const house = await database.pool.query(`select subject_id from duties where kind = 'keep-house'`)
    expect(house.rows).toEqual([{ subject_id: 0 }])
  })

  test('are made again for connections that lack them', async () => {
    await database.pool.query(
      `delete from duties where kind in ('forget-old', 'keep-house', 'poll-events', 'read-options')`,
    )
    await ensureDuties(world.deps)
    const { rows } = await database.pool.query('select kind, subject_id as id from duties order by kind')
    expect(rows).toEqual([
      { kind: 'forget-old', id: 0 },
      { kind: 'keep-house', id: 0 },
      { kind: 'poll-computers', id: world.sourceId },
      { kind: 'poll-events', id: world.sourceId },
      { kind: 'read-changes', id: world.psaId },
      { kind: 'read-options', id: world.psaId },
      { kind: 'tell-webhook', id: 0 },
      { kind: 'watch-self', id: 0 },
    ])
  })

  test('can be hurried', async () => {
    await world.work()
    const { dueAt, running } = await ok('POST', '/api/v1/duties/hurry', {
      kind: 'poll-computers',
      subjectId: world.sourceId,
    })
    expect([new Date(dueAt).getTime() <= world.clock.now().getTime(), running]).toEqual([true, false])
    expect(await call('POST', '/api/v1/duties/hurry', { kind: 'poll-computers', subjectId: 4711 })).toMatchObject({
      status: 404,
    })
    expect(await call('POST', '/api/v1/duties/hurry', { kind: 'poll-everything', subjectId: 1 })).toMatchObject({
      status: 400,
    })
  })
})

describe('the desk, read live', () => {
  test('accounts are found by part of their name', async () => {
    const { psaId } = world
    const all = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
    expect(all.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['Alder & Sons', 'Birch "Bros"']),
    )
    const found = await ok('GET', `/api/v1/psas/${psaId}/accounts?search=${encodeURIComponent('BIRCH "')}`)
    expect(found.map(({ name }: { name: string }) => name)).toEqual(['Birch "Bros"'])
    expect(await call('GET', '/api/v1/psas/4711/accounts')).toMatchObject({ status: 404 })
  })

  test('lists come as last read, or anew', async () => {
    const path = `/api/v1/psas/${world.psaId}/options`
    const first = await ok('GET', path)
    expect(first.choices.queue).toContainEqual(expect.objectContaining({ label: 'Monitoring Alert', active: true }))
    world.clock.advance(60_000)
    expect((await ok('GET', path)).readAt).toBe(first.readAt)
    expect((await ok('GET', `${path}?refresh=true`)).readAt).toBe(world.clock.now().toISOString())
  })

  test('a desk that cannot be asked is told with its reason', async () => {
    world.autotask.control.setFaults({ dead: { mode: 'refuse' } })
    try {
      const { status, body } = await call('GET', `/api/v1/psas/${world.psaId}/accounts`)
      expect([status, body.code, body.failure.kind]).toEqual([502, 'connection-failed', 'later'])
    } finally {
      world.autotask.control.setFaults({})
    }
  })
})

describe('secrets', () => {
  // Shapes that could slip through a redaction: quotes, unicode, base64 padding, regular expressions, JSON.
  const shapes = [
    (core: string) => core,
    (core: string) => `${core}"\\&/+`,
    (core: string) => `${core} ü🚨`,
    (core: string) => `$(${core})[.*]`,
    (core: string) => `{"${core}":1}`,
  ]

  test.each(shapes.map((shape) => shape(`s3cr3t-${randomBytes(12).toString('hex')}`)))(
    'are in no answer and no log: %s',
    async (secret) => {
      const core = /s3cr3t-[0-9a-f]{24}/.exec(secret)?.[0] ?? ''
      const source = await ok(
        'POST',
        '/api/v1/sources',
        unchecked(`S ${core.slice(-6)}`, { password: secret, proxyPassword: secret }),
      )
      const psa = await ok('POST', '/api/v1/psas', {
        connector: 'autotask',
        name: `P ${core.slice(-6)}`,
        settings: { ...world.autotaskSettings(), secret: core, integrationCode: core, proxyPassword: secret },
        check: false,
      })
      const sourcePath = `/api/v1/sources/${source.connection.id}`
      const psaPath = `/api/v1/psas/${psa.connection.id}`
      await call('PATCH', sourcePath, { settings: { password: secret } })
      await call('PATCH', sourcePath, { settings: { proxyAddress: 'http://127.0.0.1:1', proxyUser: 'me' } })
      await call('POST', '/api/v1/sources', { ...unchecked('KSC', { password: secret }), check: true })
      await call('POST', '/api/v1/sources', unchecked('KSC', { password: secret, port: secret }))
      await call('POST', '/api/v1/sources', { connector: secret.slice(0, 1), settings: { password: secret } })
      await call('PATCH', psaPath, { settings: { secret: core } })
      await call('GET', `${psaPath}/accounts`)
      await call('GET', `${psaPath}/options`)
      await ok('GET', sourcePath)
      await ok('GET', psaPath)
      await ok('GET', '/api/v1/sources')
      await ok('GET', '/api/v1/psas')
      await ok('GET', '/api/v1/connectors')
      await ok('GET', '/api/v1/status')
      await call('GET', '/metrics')
      await world.work()
      await ok('GET', '/api/v1/status')
      await ok('DELETE', sourcePath)
      await ok('DELETE', psaPath)
      const said = world.said()
      for (const form of [core, Buffer.from(core).toString('base64').slice(0, 30), Buffer.from(core).toString('hex')]) {
        expect(said.includes(form)).toBe(false)
      }
    },
  )

  test('are sealed in the database', async () => {
    const { rows } = await database.pool.query(
      'select settings, secrets from sources union all select settings, secrets from psas',
    )
    const stored = JSON.stringify(rows)
    expect(stored).not.toContain(world.ksc.ready.password)
    expect(stored).not.toContain(world.autotask.ready.secret)
    expect(rows.every(({ secrets }) => Object.values(secrets).every((text) => String(text).startsWith('v1.')))).toBe(
      true,
    )
  })
})
