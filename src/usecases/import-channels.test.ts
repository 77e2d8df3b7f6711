import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createApiBench } from '../../test/support/api-bench.ts'
import { testDatabase } from '../../test/support/database.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { makeCertificate } from '../../test/support/servers.ts'
import type { Database } from '../db/tables.ts'
import { changeLine } from './config-diff.ts'
import { exportConfig, type WholeConfig } from './export-config.ts'
import { importConfig } from './import-config.ts'
import { openChannels } from './open-channels.ts'
import { RequestError } from './request-error.ts'

const clock = createFakeClock('2026-03-02T06:00:00Z')
const database = await testDatabase<Database>()
const bench = await createApiBench(database, { clock })
const emptyDatabase = await testDatabase<Database>()
const empty = await createApiBench(emptyDatabase, { clock })
afterAll(async () => {
  await empty.stop()
  await bench.stop()
})
const { ok, deps } = bench

let pair: { key: string; cert: string }
let sourceId = 0
const at = () => `/api/v1/sources/${sourceId}/channels`
const password = 'a pass word for the mailbox'

const rule = {
  name: 'Amber’s group',
  on: 'field',
  field: 'gn',
  match: 'pattern',
  value: '^Amber/(?<company>.+)$',
  company: '',
  companyName: '',
}
const readRule = {
  name: 'Firewall',
  enabled: false,
  when: [{ field: 'text', pattern: 'denied (?<computer>\\S+)' }],
  words: { type: 'FW', severity: 'warning', product: 'endpoint-security-cloud' },
}

beforeAll(async () => {
  pair = await makeCertificate(['hub.msp.example'])
  const made = await ok('POST', '/api/v1/sources', {
    connector: 'kaspersky-hub',
    name: 'Hub',
    settings: { statusEnds: 'said-or-held', statusHoldHours: 30 },
  })
  sourceId = Number(made.connection.id)
  await ok('POST', '/api/v1/sources', { connector: 'kaspersky-hub', name: 'Quiet hub', settings: {} })
  await ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Script' })
  const { mail } = await ok('GET', at())
  await ok('PUT', at(), {
    version: 0,
    mail: {
      ...mail,
      allowSenders: ['@vendor.example'],
      companyRules: [{ ...rule, on: 'recipient', field: '', match: 'exact', value: 'a@hub.example', company: '007' }],
    },
    syslog: {
      host: '127.0.0.1',
      port: 6514,
      tls: { certificate: pair.cert, key: pair.key, clientCertificates: 'required', clientAuthorities: pair.cert },
      allowFrom: ['203.0.113.0/24'],
      companyRules: [rule],
      readRules: [readRule],
      statusPhrases: [{ phrase: 'Datenbanken sind veraltet', statusKey: 'databases-outdated' }],
      zoneMinutes: 60,
    },
    smtp: {
      host: '127.0.0.1',
      port: 2525,
      name: 'hub.msp.example',
      domains: ['hub.msp.example'],
      encryption: 'required',
      certificate: { certificate: pair.cert, key: pair.key },
    },
    mailbox: { host: 'imap.example', user: 'hub@msp.example', password, notBefore: '2026-02-01', everySeconds: 90 },
  })
})

// biome-ignore lint/suspicious/noExplicitAny: the test writes good and bad values alike
type Mutable = any
const throughFile = (config: unknown): unknown => parse(stringify(config, { lineWidth: 0 }))
const textOf = async (of: typeof deps) => stringify(await exportConfig(of), { lineWidth: 0 })
const hubOf = (config: WholeConfig): Mutable => config.sources.find(({ name }) => name === 'Hub')
async function changed(change: (channels: Mutable, config: Mutable) => void): Promise<WholeConfig> {
  const config = structuredClone(await exportConfig(deps))
  change(hubOf(config).channels, config)
  return config
}
const imported = (config: unknown, dryRun = false) => importConfig(deps, { config: throughFile(config), dryRun })
const linesOf = async (config: unknown, dryRun = false) => (await imported(config, dryRun)).changes.map(changeLine)
async function errorsOf(config: unknown): Promise<{ field: string; message: string }[]> {
  const before = await textOf(deps)
  const error = await imported(config).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(await textOf(deps)).toBe(before)
  if (!(error instanceof RequestError)) throw error
  return (error.facts.errors ?? []).map(({ field, message }) => ({ field, message }))
}
const versionOf = async () => (await ok('GET', at())).version

describe('export', () => {
  test('holds the channels whole, and neither secrets nor tokens', async () => {
    const text = await textOf(deps)
    const config = parse(text) as WholeConfig
    expect(hubOf(config)).toMatchObject({
      settings: { statusEnds: 'said-or-held', statusHoldHours: 30 },
      channels: {
        mail: { allowSenders: ['@vendor.example'], companyRules: [{ company: '007' }], patterns: expect.any(Array) },
        syslog: {
          port: 6514,
          tls: { certificate: pair.cert.trim(), clientCertificates: 'required' },
          companyRules: [rule],
          readRules: [readRule],
          zoneMinutes: 60,
          limits: { messageBytes: 65_536 },
        },
        smtp: { port: 2525, encryption: 'required' },
        mailbox: { host: 'imap.example', user: 'hub@msp.example', notBefore: '2026-02-01', everySeconds: 90 },
      },
    })
    expect(config.sources.find(({ name }) => name === 'Quiet hub')).toMatchObject({ channels: null })
    for (const secret of [password, 'PRIVATE KEY', 'Script', 'tocsin_send_', 'v1.']) expect(text).not.toContain(secret)
    // A person reads it: fields in the order of the documents, not as the database keeps them.
    expect(Object.keys(hubOf(config).channels.syslog).slice(0, 4)).toEqual(['enabled', 'host', 'port', 'tls'])
  })
})

describe('import', () => {
  test('into an empty database, and exported again, is the same to the byte', async () => {
    const text = await textOf(deps)
    const config: unknown = parse(text)
    const first = await importConfig(empty.deps, { config, dryRun: false })
    expect(await textOf(empty.deps)).toBe(text)
    expect(first.secretsToEnter).toEqual([
      { table: 'sources', connection: 'Hub', field: 'channels.syslog.tls.key', title: expect.any(String) },
      { table: 'sources', connection: 'Hub', field: 'channels.smtp.certificate.key', title: expect.any(String) },
      { table: 'sources', connection: 'Hub', field: 'channels.mailbox.password', title: expect.any(String) },
    ])
    const again = await importConfig(empty.deps, { config, dryRun: false })
    expect([again.changes, again.secretsToEnter.length]).toEqual([[], 3])
  })

  test('lets what lacks its secret wait, and say so, until it is entered', async () => {
    const wanted = await openChannels(empty.deps)
    expect(wanted.map(({ channel, problem }) => [channel, problem])).toEqual([
      ['syslog', expect.stringContaining('is not stored: enter it')],
      ['smtp', expect.stringContaining('is not stored: enter it')],
    ])
    const [{ id }] = (await empty.ok('GET', '/api/v1/sources')).filter(({ name }: Mutable) => name === 'Hub')
    const { rows } = await emptyDatabase.pool.query(
      `select kind from duties where kind = 'poll-mailbox' and subject_id = $1`,
      [id],
    )
    expect(rows).toHaveLength(1)
    const path = `/api/v1/sources/${id}/channels`
    const { syslog, smtp, mailbox } = await empty.ok('GET', path)
    expect([syslog.tls.keySet, smtp.certificate.keySet, mailbox.passwordSet]).toEqual([false, false, false])
    const { keySet: _, chain: __, ...tls } = syslog.tls
    const { passwordSet: ___, ...plain } = mailbox
    // One by one, as the console does: none waits for the secret of another.
    for (const channel of [
      { syslog: { ...syslog, tls: { ...tls, key: pair.key } } },
      { smtp: { ...smtp, certificate: { key: pair.key } } },
      { mailbox: { ...plain, password } },
    ]) {
      const { version } = await empty.ok('GET', path)
      await empty.ok('PUT', path, { version, ...channel })
    }
    expect((await openChannels(empty.deps)).map(({ problem }) => problem)).toEqual([null, null])
    const config = throughFile(await exportConfig(deps))
    expect(await importConfig(empty.deps, { config, dryRun: true })).toEqual({ changes: [], secretsToEnter: [] })
  })

  test('of what was exported changes nothing, secrets included', async () => {
    const version = await versionOf()
    expect(await imported(await exportConfig(deps))).toEqual({ changes: [], secretsToEnter: [] })
    expect(await versionOf()).toBe(version)
  })

  test('says line by line what it changes in the channels, and keeps the secrets', async () => {
    const before = await exportConfig(deps)
    const other = await makeCertificate(['authority.example'])
    const config = await changed((channels) => {
      channels.syslog.port = 6515
      channels.syslog.companyRules[0].value = '^Basalt$'
      channels.syslog.companyRules[0].company = 'basalt'
      channels.syslog.tls.clientAuthorities = other.cert
      channels.mail.allowSenders.push('alert@other.example')
      channels.mailbox.everySeconds = 120
      channels.smtp = null
    })
    const lines = await linesOf(config, true)
    const place = 'sources / Hub / channels'
    expect(lines).toEqual(
      expect.arrayContaining([
        `+ ${place} / mail / allowSenders / 1: "alert@other.example"`,
        `~ ${place} / mailbox / everySeconds: 90 -> 120`,
        `+ ${place} / smtp: null`,
        `- ${place} / smtp / port: 2525`,
        `~ ${place} / syslog / companyRules / 0 / company: "" -> "basalt"`,
        `~ ${place} / syslog / companyRules / 0 / value: ${JSON.stringify(rule.value)} -> "^Basalt$"`,
        `~ ${place} / syslog / port: 6514 -> 6515`,
      ]),
    )
    const authority = lines.find((line) => line.includes('clientAuthorities'))
    expect(authority).toMatch(/\["sha256 [0-9A-F:]+"\] -> \["sha256 [0-9A-F:]+"\]$/)
    expect(lines.join('\n')).not.toContain('BEGIN CERTIFICATE')
    const version = await versionOf()
    expect(await exportConfig(deps)).toEqual(before)

    expect(await linesOf(config)).toEqual(lines)
    // Listeners see by the version that something is new.
    expect(await versionOf()).toBe(version + 1)
    expect(await linesOf(config)).toEqual([])
    const { items } = await ok('GET', '/api/v1/audit?limit=1')
    expect(items[0]).toMatchObject({ action: 'import-config', after: { [`${place} / syslog / port`]: '6515' } })
    const shown = await ok('GET', at())
    expect([shown.syslog.tls.keySet, shown.smtp, shown.mailbox.passwordSet]).toEqual([true, null, true])
    // The key of the mail server went with it.
    const back = await imported(before)
    expect(back.secretsToEnter.map(({ field }) => field)).toEqual(['channels.smtp.certificate.key'])
    const { version: now, smtp } = await ok('GET', at())
    await ok('PUT', at(), { version: now, smtp: { ...smtp, certificate: { key: pair.key } } })
  })

  test('null takes all channels away, absent leaves them, and what is left out of them is none', async () => {
    const before = await exportConfig(deps)
    const without = await changed((_, config) => Reflect.deleteProperty(hubOf(config), 'channels'))
    expect(await linesOf(without, true)).toEqual([])
    const none = await changed((_, config) => Object.assign(hubOf(config), { channels: null }))
    const lines = await linesOf(none, true)
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.every((line) => line.startsWith('- sources / Hub / channels / '))).toBe(true)
    const { syslog } = hubOf(before).channels
    const alone = await changed((_, config) => Object.assign(hubOf(config), { channels: { syslog } }))
    const removed = await linesOf(alone, true)
    expect(removed).toContain('+ sources / Hub / channels / mailbox: null')
    expect(removed).toContain('- sources / Hub / channels / mail / allowSenders / 0: "@vendor.example"')
    expect(removed.some((line) => line.includes('/ syslog'))).toBe(false)
  })

  test('ports may change hands within one file', async () => {
    const before = await exportConfig(deps)
    const quiet = { host: '127.0.0.1', port: 6514, tls: null }
    const config = await changed((channels, { sources }) => {
      channels.syslog.port = 7000
      sources.find(({ name }: Mutable) => name === 'Quiet hub').channels = { syslog: quiet }
    })
    expect(await linesOf(config)).toContain('~ sources / Hub / channels / syslog / port: 6514 -> 7000')
    await imported(before)
    const { rows } = await database.pool.query(
      `select c.settings->'syslog' as syslog from source_channels c join sources s on s.id = c.source_id where s.name = 'Quiet hub'`,
    )
    expect(rows).toEqual([{ syslog: null }])
  })

  const channels = 'sources.Hub.channels'
  test.each<[string, (channels: Mutable, config: Mutable) => void, string, RegExp]>([
    ['a bad port', ({ syslog }) => Object.assign(syslog, { port: 99_999 }), `${channels}.syslog.port`, /0 to 65535/],
    ['a port that is text', ({ syslog }) => Object.assign(syslog, { port: 'x' }), `${channels}.syslog.port`, /number/],
    ['no host', ({ mailbox }) => Object.assign(mailbox, { host: '' }), `${channels}.mailbox.host`, /not be empty/],
    ['a misspelt field', ({ smtp }) => Object.assign(smtp, { prot: 1 }), `${channels}.smtp`, /no field named “prot”/],
    ['an unknown way in', (all) => Object.assign(all, { fax: null }), channels, /no field named “fax”/],
    [
      'a pattern that is none',
      ({ mail }) => Object.assign(mail.patterns[0].when[0], { pattern: '(' }),
      `${channels}.mail.patterns.0.`,
      /pattern/i,
    ],
    [
      'a rule without a company',
      ({ syslog }) => Object.assign(syslog.companyRules[0], { value: 'plain' }),
      `${channels}.syslog.companyRules.0.`,
      /company/,
    ],
    [
      'a certificate that cannot be read, its key not there',
      ({ smtp }) =>
        Object.assign(smtp.certificate, {
          certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
        }),
      `${channels}.smtp.certificate.certificate`,
      /cannot be read/,
    ],
    [
      'a key in the file',
      ({ syslog }) => Object.assign(syslog.tls, { key: 'x' }),
      `${channels}.syslog.tls.key`,
      /Secrets do not belong/,
    ],
    [
      'a password in the file',
      ({ mailbox }) => Object.assign(mailbox, { password: 'x' }),
      `${channels}.mailbox.password`,
      /Secrets do not belong/,
    ],
    [
      'a certificate to be made',
      ({ smtp }) => Object.assign(smtp.certificate, { makeFor: ['a.example'] }),
      `${channels}.smtp.certificate.makeFor`,
      /made in the console/,
    ],
    [
      'another IMAP server for a password that is kept',
      ({ mailbox }) => Object.assign(mailbox, { host: 'elsewhere.example' }),
      `${channels}.mailbox.password`,
      /Enter the password again/,
    ],
    [
      'an application for a password that is kept',
      ({ mailbox }) =>
        Object.assign(mailbox, {
          signIn: 'application',
          tenant: 'contoso.example',
          clientId: '11111111-2222-3333-4444-555555555555',
        }),
      `${channels}.mailbox.password`,
      /Enter the client secret again/,
    ],
    [
      'a tenant that is none, its secret not there',
      (_, { sources }) =>
        Object.assign(
          sources.find(({ name }: Mutable) => name === 'Quiet hub'),
          { channels: { mailbox: { host: 'imap.example', user: 'hub', signIn: 'application', tenant: 'common' } } },
        ),
      'sources.Quiet hub.channels.mailbox.tenant',
      /Directory \(tenant\) ID/,
    ],
    [
      'one port for two sources',
      (_, { sources }) =>
        Object.assign(
          sources.find(({ name }: Mutable) => name === 'Quiet hub'),
          { channels: { syslog: { host: '0.0.0.0', port: 6514, tls: null } } },
        ),
      'sources.Quiet hub.channels.syslog.port',
      /“Hub” listens on this port/,
    ],
    [
      'channels of a source that is asked',
      (_, { sources }) => sources.push({ name: 'Own', connector: 'tocsin', settings: {}, channels: { syslog: null } }),
      'sources.Own.channels',
      /listens to nothing/,
    ],
    ['channels that are none', (_, config) => Object.assign(hubOf(config), { channels: 'all' }), 'sources.', /object/],
  ])('refuses %s and changes nothing', async (_, change, field, message) => {
    const errors = await errorsOf(await changed(change))
    expect(errors).toContainEqual({ field: expect.stringContaining(field), message: expect.stringMatching(message) })
  })

  test('refuses another certificate for a key that is kept', async () => {
    const other = await makeCertificate(['hub.msp.example'])
    const config = await changed(({ syslog }) => Object.assign(syslog.tls, { certificate: other.cert }))
    const errors = await errorsOf(config)
    const message = expect.stringContaining('not the one of the certificate')
    expect(errors).toEqual([{ field: `${channels}.syslog.tls.key`, message }])
  })
})

describe('a mailbox that an application signs in at', () => {
  const secret = 'IrxHB~P6uh_5g0Q'
  const application = {
    signIn: 'application',
    authority: 'https://login.microsoftonline.us',
    tenant: 'contoso.example',
    clientId: '11111111-2222-3333-4444-555555555555',
  }

  test('stands in a file without its secret, which is asked for by its name where the file is read', async () => {
    const { version, mailbox } = await ok('GET', at())
    const { passwordSet: _, ...plain } = mailbox
    await ok('PUT', at(), { version, mailbox: { ...plain, ...application, password: secret } })
    const text = await textOf(deps)
    expect(hubOf(parse(text)).channels.mailbox).toMatchObject(application)
    expect(text).not.toContain(secret)
    // What is kept there is the password of before.
    const config: unknown = parse(text)
    await expect(importConfig(empty.deps, { config, dryRun: false })).rejects.toMatchObject({
      facts: { errors: [{ field: 'sources.Hub.channels.mailbox.password' }] },
    })
    const without = await exportConfig(empty.deps)
    hubOf(without).channels.mailbox = null
    await importConfig(empty.deps, { config: throughFile(without), dryRun: false })
    const { secretsToEnter } = await importConfig(empty.deps, { config, dryRun: false })
    expect(await textOf(empty.deps)).toBe(text)
    expect(secretsToEnter).toEqual([
      {
        ...{ table: 'sources', connection: 'Hub', field: 'channels.mailbox.password' },
        title: 'Client secret of the application that signs in at the mailbox',
      },
    ])
    expect(await imported(config)).toEqual({ changes: [], secretsToEnter: [] })
    expect((await ok('GET', at())).mailbox).toMatchObject({ ...application, passwordSet: true })
  })

  test('is not what a file means that says nothing of it', async () => {
    const config = await changed(({ mailbox }) => {
      for (const field of Object.keys(application)) Reflect.deleteProperty(mailbox, field)
    })
    expect(await errorsOf(config)).toEqual([
      { field: 'sources.Hub.channels.mailbox.password', message: expect.stringContaining('Enter the password again') },
    ])
  })
})
