import { afterAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../../test/support/api-bench.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'
import { channelSecretPlace } from '../../usecases/channel-settings.ts'

/** How a mailbox lets us in: by its password, or by an application. */

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

let sources = 0
async function newSource(): Promise<number> {
  sources += 1
  const body = { connector: 'kaspersky-hub', name: `Hub ${sources}`, settings: {} }
  return Number((await bench.ok('POST', '/api/v1/sources', body)).connection.id)
}

const at = (id: number) => `/api/v1/sources/${id}/channels`
const show = (id: number) => bench.ok('GET', at(id))

async function put(id: number, mailbox: object) {
  const { version } = await show(id)
  return bench.call('PUT', at(id), { version, mailbox })
}

async function save(id: number, mailbox: object) {
  const answer = await put(id, mailbox)
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body.mailbox
}

/** Fields and words of what is wrong. */
async function refused(id: number, mailbox: object): Promise<Record<string, string>> {
  const before = await show(id)
  const answer = await put(id, mailbox)
  expect(answer.status, answer.text).toBe(400)
  expect(await show(id)).toEqual({ ...before, states: expect.anything() })
  return Object.fromEntries(
    answer.body.errors.map(({ field, message }: { field: string; message: string }) => [field, message]),
  )
}

const secret = 'IrxHB~P6uh_5g0Q'
const application = (changes: object = {}) => ({
  host: 'outlook.office365.com',
  user: 'hub@contoso.example',
  signIn: 'application',
  tenant: 'contoso.onmicrosoft.com',
  clientId: '11111111-2222-3333-4444-555555555555',
  password: secret,
  ...changes,
})
const { password: _, ...asStored } = application()

async function sealedSecret(id: number): Promise<string> {
  const { rows } = await database.pool.query('select secrets from source_channels where source_id = $1', [id])
  return bench.deps.box.open(rows[0].secrets.mailboxPassword, channelSecretPlace(id, 'mailboxPassword'))
}

test('a form begins with the password, and with the authority of most', async () => {
  const { usual } = await show(await newSource())
  expect(usual.mailbox).toMatchObject({
    signIn: 'password',
    authority: 'https://login.microsoftonline.com',
    tenant: '',
    clientId: '',
  })
})

describe('an application', () => {
  test('is stored and shown, and its secret is sealed and told nowhere', async () => {
    const id = await newSource()
    const saved = await save(id, application())
    expect(saved).toMatchObject({
      signIn: 'application',
      authority: 'https://login.microsoftonline.com',
      tenant: 'contoso.onmicrosoft.com',
      clientId: '11111111-2222-3333-4444-555555555555',
      passwordSet: true,
    })
    expect(saved).not.toHaveProperty('password')
    expect(await sealedSecret(id)).toBe(secret)
    const { items } = await bench.ok('GET', '/api/v1/audit?limit=1')
    expect(items[0]).toMatchObject({
      action: 'save-channels',
      after: {
        'mailbox.signIn': 'application',
        'mailbox.tenant': 'contoso.onmicrosoft.com',
        'mailbox.password': '(changed)',
      },
    })
    expect(bench.said()).not.toContain(secret)
  })

  test('keeps its secret for what it is for', async () => {
    const id = await newSource()
    await save(id, application())
    // A tenant or an application that was mistyped: the secret goes to the same authority.
    await save(id, { ...asStored, folder: 'Hub', tenant: 'contoso.example' })
    expect(await sealedSecret(id)).toBe(secret)
    for (const elsewhere of [
      { host: 'imap.evil.example' },
      { authority: 'https://login.evil.example' },
      { signIn: 'password' },
      { authorities: '-----BEGIN CERTIFICATE-----' },
    ]) {
      const errors = await refused(id, { ...asStored, tenant: 'contoso.example', ...elsewhere })
      expect(errors['mailbox.password'], JSON.stringify(elsewhere)).toMatch(/Enter the .* again/)
    }
    await save(id, application({ authority: 'https://login.microsoftonline.us/', password: 'another' }))
    expect(await sealedSecret(id)).toBe('another')
  })

  test('does not get the password that was stored before', async () => {
    const id = await newSource()
    await save(id, { host: 'outlook.office365.com', user: 'hub@contoso.example', password: 'pass word' })
    expect(await refused(id, asStored)).toEqual({
      'mailbox.password': expect.stringContaining('Enter the client secret'),
    })
    await save(id, application())
    expect(await sealedSecret(id)).toBe(secret)
  })

  test.each<[string, object, Record<string, RegExp>]>([
    [
      'nothing',
      { tenant: '', clientId: '', password: '', user: ' ' },
      {
        tenant: /Directory \(tenant\) ID/,
        clientId: /Application \(client\) ID/,
        password: /client secret .* Value/,
        user: /address of the mailbox/,
      },
    ],
    ['a tenant that names none', { tenant: 'organizations' }, { tenant: /Directory/ }],
    ['a tenant that leads elsewhere', { tenant: '../x.example' }, { tenant: /Directory/ }],
    ['the name of the application', { clientId: 'Tocsin' }, { clientId: /Application \(client\) ID/ }],
    [
      'the tenant in the authority',
      { authority: 'https://login.microsoftonline.com/contoso.example' },
      { authority: /without anything after the host/ },
    ],
    ['an authority without TLS', { authority: 'http://login.microsoftonline.com' }, { authority: /https:/ }],
    ['an authority with a password', { authority: 'https://a:b@login.example' }, { authority: /https:/ }],
    ['an authority that is no address', { authority: 'login.microsoftonline.com' }, { authority: /https:/ }],
    [
      'an authority where machines tell of themselves',
      { authority: 'https://169.254.169.254' },
      { authority: /machines tell about themselves/ },
    ],
    ['the same as IPv6', { authority: 'https://[fd00:ec2::254]' }, { authority: /machines tell about themselves/ }],
    ['a control character in the user', { user: 'hub\u0001auth=Bearer x' }, { user: /control characters/ }],
    ['no encryption', { encryption: 'none' }, { encryption: /reads the password/ }],
  ])('with %s is refused in words', async (_, changes, expected) => {
    const errors = await refused(await newSource(), application(changes))
    expect(Object.keys(errors).sort()).toEqual(
      Object.keys(expected)
        .map((field) => `mailbox.${field}`)
        .sort(),
    )
    for (const [field, words] of Object.entries(expected)) expect(errors[`mailbox.${field}`]).toMatch(words)
  })

  test('may ask an authority on this machine without TLS', async () => {
    for (const authority of ['http://127.0.0.1:8000', 'http://localhost', 'http://[::1]:8000/']) {
      expect(await save(await newSource(), application({ authority }))).toMatchObject({ authority })
    }
  })
})

test('a mailbox that was stored before applications could sign in has its password', async () => {
  const id = await newSource()
  const { passwordSet: __, ...mailbox } = await save(id, { host: 'imap.example', user: 'hub', password: 'pass word' })
  await database.pool.query(
    `update source_channels set settings = jsonb_set(settings, '{mailbox}', (settings->'mailbox') - 'signIn' - 'authority' - 'tenant' - 'clientId')
     where source_id = $1`,
    [id],
  )
  expect((await show(id)).mailbox).toEqual({ ...mailbox, passwordSet: true })
  await save(id, { ...mailbox, folder: 'Hub' })
  expect(await sealedSecret(id)).toBe('pass word')
})
