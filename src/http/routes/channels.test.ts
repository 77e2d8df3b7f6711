import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../../test/support/api-bench.ts'
import { firstAdministrator, newcomer, type SignedIn } from '../../../test/support/api-people.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { makeCertificate } from '../../../test/support/servers.ts'
import type { Database } from '../../db/tables.ts'
import { channelSecretPlace } from '../../usecases/channel-settings.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

let ada: SignedIn
let own: { key: string; cert: string }
let other: { key: string; cert: string }
beforeAll(async () => {
  ada = await firstAdministrator(bench)
  own = await makeCertificate(['hub.msp.example'])
  other = await makeCertificate(['other.example'])
})

let sources = 0
async function newSource(connector = 'kaspersky-hub'): Promise<number> {
  sources += 1
  const body = { connector, name: `Hub ${sources}`, settings: {}, check: false }
  return Number((await bench.ok('POST', '/api/v1/sources', body)).connection.id)
}

const at = (id: number) => `/api/v1/sources/${id}/channels`
const show = (id: number) => bench.ok('GET', at(id))
const put = (id: number, body: object) => bench.call('PUT', at(id), body)

async function save(id: number, body: object) {
  const { version } = await show(id)
  const answer = await put(id, { version, ...body })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body
}

async function refused(id: number, body: object): Promise<string[]> {
  const { version } = await show(id)
  const answer = await put(id, { version, ...body })
  expect(answer.status, answer.text).toBe(400)
  expect((await show(id)).version).toBe(version)
  return answer.body.errors.map(({ field }: { field: string }) => field)
}

const syslog = (changes: object = {}) => ({ host: '127.0.0.1', port: 0, tls: null, ...changes })
const smtp = (changes: object = {}) => ({
  host: '127.0.0.1',
  port: 0,
  name: 'hub.msp.example',
  domains: ['hub.msp.example'],
  encryption: 'none',
  ...changes,
})
const mailbox = (changes: object = {}) => ({
  host: 'imap.example',
  user: 'hub@msp.example',
  password: 'pass word',
  ...changes,
})
const rule = { name: 'all', on: 'peer', match: 'exact', value: '127.0.0.1', company: 'amber', companyName: 'Amber' }
const ownAddress = { ...rule, on: 'recipient', value: 'amber@hub.msp.example' }

async function storedSecrets(id: number): Promise<Record<string, string>> {
  const { rows } = await database.pool.query('select secrets from source_channels where source_id = $1', [id])
  return rows[0].secrets
}

async function lastAudit() {
  const { items } = await bench.ok('GET', '/api/v1/audit?limit=1')
  return items[0]
}

async function hasDuty(id: number): Promise<boolean> {
  const { rows } = await database.pool.query(
    `select from duties where kind = 'poll-mailbox' and subject_id = $1 and due_at <= now()`,
    [id],
  )
  return rows.length === 1
}

describe('showing and saving', () => {
  test('before the first saving there is no channel, and a form to begin with', async () => {
    const id = await newSource()
    expect(await show(id)).toMatchObject({
      version: 0,
      syslog: null,
      smtp: null,
      mailbox: null,
      states: [],
      mail: { allowSenders: [], patterns: expect.arrayContaining([expect.objectContaining({ enabled: true })]) },
      usual: { syslog: { port: 6514, udpPort: null }, smtp: { port: 25 }, mailbox: { port: 993, folder: 'INBOX' } },
      words: expect.arrayContaining(['product', 'computer']),
      mailFields: ['subject', 'from', 'to', 'body', 'text'],
    })
  })

  test('what is left out stays, null takes a channel away, and every saving counts', async () => {
    const id = await newSource()
    await save(id, { syslog: syslog({ companyRules: [rule] }), smtp: smtp() })
    const { mail } = await show(id)
    const after = await save(id, { mail: { ...mail, allowSenders: ['@vendor.example'] }, smtp: null })
    expect(after).toMatchObject({
      version: 2,
      syslog: { enabled: true, port: 0, udpPort: null, companyRules: [rule], limits: { messageBytes: 65_536 } },
      smtp: null,
      mail: { allowSenders: ['@vendor.example'], patterns: mail.patterns },
    })
  })

  test('who saves over another’s change is told', async () => {
    const id = await newSource()
    await save(id, { syslog: syslog() })
    const answer = await put(id, { version: 0, smtp: smtp() })
    expect(answer).toMatchObject({ status: 409, body: { code: 'changed-meanwhile', version: 1 } })
    expect((await show(id)).smtp).toBeNull()
  })

  test('administrators save, operators see and try, others neither', async () => {
    const id = await newSource()
    const operator = await newcomer(bench, ada, 'operator', 'oda@example.com')
    const reader = await newcomer(bench, ada, 'read-only', 'rea@example.com')
    const trial = `/api/v1/sources/${id}/mail-trial`
    expect((await operator.ask('GET', at(id))).status).toBe(200)
    expect((await operator.ask('POST', trial, { raw: 'x' })).status).toBe(200)
    expect((await operator.ask('PUT', at(id), { version: 0, syslog: syslog() })).status).toBe(403)
    expect((await reader.ask('GET', at(id))).status).toBe(403)
    expect((await reader.ask('POST', trial, { raw: 'x' })).status).toBe(403)
    expect((await ada.ask('PUT', at(id), { version: 0, syslog: syslog() })).status).toBe(200)
  })

  test('a source that is asked has no channels, nor has one that is not there', async () => {
    const id = await newSource('tocsin')
    expect(await bench.call('GET', at(id))).toMatchObject({ status: 400, body: { code: 'invalid-input' } })
    expect((await put(4711, { version: 0 })).status).toBe(404)
  })
})

describe('secrets', () => {
  test('keys and passwords are sealed for their place and never shown, logged or told', async () => {
    const id = await newSource()
    await save(id, {
      syslog: syslog({ tls: { certificate: own.cert, key: own.key } }),
      smtp: smtp({ encryption: 'offered', certificate: { certificate: other.cert, key: other.key } }),
      mailbox: mailbox({ password: 'a password of a mailbox' }),
    })
    const secrets = await storedSecrets(id)
    expect(Object.keys(secrets).sort()).toEqual(['mailboxPassword', 'smtpKey', 'syslogKey'])
    expect(bench.deps.box.open(secrets.syslogKey ?? '', channelSecretPlace(id, 'syslogKey'))).toBe(own.key.trim())
    expect(bench.deps.box.open(secrets.mailboxPassword ?? '', channelSecretPlace(id, 'mailboxPassword'))).toBe(
      'a password of a mailbox',
    )
    const shown = await show(id)
    expect(shown).toMatchObject({ syslog: { tls: { keySet: true } }, smtp: { certificate: { keySet: true } } })
    expect(shown.mailbox).toMatchObject({ passwordSet: true })
    const audit = await lastAudit()
    expect(audit).toMatchObject({
      action: 'save-channels',
      after: { 'syslog.tls.key': '(changed)', 'mailbox.password': '(changed)', 'mailbox.user': 'hub@msp.example' },
    })
    // Certificates by their fingerprints, not by a page of text.
    expect(JSON.stringify(audit)).not.toContain('BEGIN CERTIFICATE')
    const said = `${bench.said()}${JSON.stringify(audit)}`
    for (const secret of [own.key, other.key]) expect(said).not.toContain(secret.trim().split('\n')[2])
    expect(said).not.toContain('a password of a mailbox')
  })

  test('a key is kept where none is given, and one that does not fit the certificate is refused', async () => {
    const id = await newSource()
    await save(id, { syslog: syslog({ tls: { certificate: own.cert, key: own.key } }) })
    const before = await storedSecrets(id)
    await save(id, { syslog: syslog({ port: 1_514, tls: { certificate: own.cert } }) })
    expect(await storedSecrets(id)).toEqual(before)
    await save(id, { smtp: smtp() })
    expect(await storedSecrets(id)).toEqual(before)
    expect(await refused(id, { syslog: syslog({ tls: { certificate: other.cert } }) })).toEqual(['syslog.tls.key'])
    await save(id, { syslog: null })
    expect(await storedSecrets(id)).toEqual({})
  })

  test('a password is asked for again when the server changes, so that nobody can have it sent elsewhere', async () => {
    const id = await newSource()
    await save(id, { mailbox: mailbox() })
    const { password: _, ...kept } = mailbox()
    await save(id, { mailbox: { ...kept, folder: 'Hub' } })
    expect(await refused(id, { mailbox: { ...kept, host: 'imap.evil.example' } })).toEqual(['mailbox.password'])
    expect(await refused(id, { mailbox: { ...kept, encryption: 'none' } })).toEqual(['mailbox.password'])
    await save(id, { mailbox: mailbox({ host: 'imap2.example' }) })
    expect((await show(id)).mailbox).toMatchObject({ host: 'imap2.example', passwordSet: true })
  })

  test('a mailbox on this machine may be without encryption', async () => {
    const id = await newSource()
    const saved = await save(id, { mailbox: mailbox({ host: 'localhost', encryption: 'none' }) })
    expect(saved.mailbox).toMatchObject({ encryption: 'none', passwordSet: true })
  })

  test('a certificate is made on request, and its fingerprints are shown', async () => {
    const id = await newSource()
    const made = await save(id, { syslog: syslog({ tls: { makeFor: ['hub.msp.example', '192.0.2.7'] } }) })
    const { certificate, keySet, chain } = made.syslog.tls
    const seen = new X509Certificate(certificate)
    expect(keySet).toBe(true)
    expect(chain).toMatchObject([
      {
        subject: 'CN=hub.msp.example',
        names: ['hub.msp.example', '192.0.2.7'],
        sha1: seen.fingerprint,
        sha256: seen.fingerprint256,
      },
    ])
    expect(seen.checkHost('hub.msp.example')).toBe('hub.msp.example')
    expect(seen.checkIP('192.0.2.7')).toBe('192.0.2.7')
    const years = (seen.validToDate.getTime() - Date.now()) / (365 * 86_400_000)
    expect(years).toBeGreaterThan(2.9)
    // Saved again without asking for one, it stays.
    const again = await save(id, { syslog: syslog({ tls: {} }) })
    expect(again.syslog.tls.certificate).toBe(certificate)
    expect(await refused(id, { syslog: syslog({ tls: { makeFor: ['not a name'] } }) })).toEqual(['syslog.tls.makeFor'])
  })
})

describe('bad input', () => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  test.each<[string, () => object, string[]]>([
    ['a host that is no address', () => ({ syslog: syslog({ host: 'everywhere' }) }), ['syslog.host']],
    [
      'a port above the last',
      () => ({ syslog: syslog({ port: 65_536, udpPort: -1 }) }),
      ['syslog.port', 'syslog.udpPort'],
    ],
    [
      'TLS without a certificate',
      () => ({ syslog: syslog({ tls: {} }) }),
      ['syslog.tls.certificate', 'syslog.tls.key'],
    ],
    [
      'a certificate that is none',
      () => ({ syslog: syslog({ tls: { certificate: broken, key: own.key } }) }),
      ['syslog.tls.certificate'],
    ],
    [
      'a key that is none',
      () => ({ syslog: syslog({ tls: { certificate: own.cert, key: '-----BEGIN PRIVATE KEY-----\nx' } }) }),
      ['syslog.tls.key'],
    ],
    [
      'client certificates without an authority',
      () => ({ syslog: syslog({ tls: { makeFor: ['a.example'], clientCertificates: 'required' } }) }),
      ['syslog.tls.clientAuthorities'],
    ],
    [
      'an authority that is none',
      () => ({
        syslog: syslog({ tls: { makeFor: ['a.example'], clientCertificates: 'required', clientAuthorities: broken } }),
      }),
      ['syslog.tls.clientAuthorities'],
    ],
    ['a network that is none', () => ({ syslog: syslog({ allowFrom: ['10.0.0.0/40'] }) }), ['syslog.allowFrom']],
    [
      'a company rule without a value',
      () => ({ syslog: syslog({ companyRules: [rule, { ...rule, value: ' ' }] }) }),
      ['syslog.companyRules.1.value'],
    ],
    [
      'a pattern that cannot be matched in linear time',
      () => ({ syslog: syslog({ companyRules: [{ ...rule, match: 'pattern', value: '(?=x)y' }] }) }),
      ['syslog.companyRules.0.value'],
    ],
    [
      'a read rule without words',
      () => ({ syslog: syslog({ readRules: [{ name: 'x', when: [{ field: 'a', pattern: 'b' }], words: {} }] }) }),
      ['syslog.readRules.0.words'],
    ],
    [
      'a limit out of bounds',
      () => ({ syslog: syslog({ limits: { messageBytes: 1 } }) }),
      ['syslog.limits.messageBytes'],
    ],
    ['a field that there is not', () => ({ syslog: syslog({ colour: 'red' }) }), ['syslog']],
    ['mail for no domain', () => ({ smtp: smtp({ domains: [] }) }), ['smtp.domains']],
    ['STARTTLS without a certificate', () => ({ smtp: smtp({ encryption: 'required' }) }), ['smtp.certificate']],
    [
      'two listeners at one port',
      () => ({ syslog: syslog({ port: 2_525 }), smtp: smtp({ port: 2_525 }) }),
      ['smtp.port'],
    ],
    [
      'a mailbox whose password anybody on the way could read',
      () => ({ mailbox: mailbox({ encryption: 'none' }) }),
      ['mailbox.encryption'],
    ],
    ['a mailbox without a password', () => ({ mailbox: mailbox({ password: null }) }), ['mailbox.password']],
    [
      'a mailbox where machines tell of themselves',
      () => ({ mailbox: mailbox({ host: '169.254.169.254' }) }),
      ['mailbox.host'],
    ],
    [
      'a sender that is none, once for all ways',
      () => ({ smtp: smtp(), mailbox: mailbox(), mail: { patterns: [], allowSenders: ['vendor'] } }),
      ['mail.allowSenders'],
    ],
    [
      'a pattern for a field that mails do not have',
      () => ({
        mail: {
          patterns: [{ name: 'x', when: [{ field: 'colour', pattern: 'b' }], words: { product: 'x', type: 'y' } }],
        },
      }),
      ['mail.patterns.0.when'],
    ],
  ])('%s', async (_, body, fields) => {
    expect(await refused(await newSource(), body())).toEqual(fields)
  })

  test('a port that another source listens on', async () => {
    const first = await newSource()
    await save(first, { syslog: syslog({ port: 16_514 }) })
    const second = await newSource()
    expect(await refused(second, { syslog: syslog({ host: '0.0.0.0', port: 16_514 }) })).toEqual(['syslog.port'])
    await save(second, { syslog: syslog({ host: '127.0.0.2', port: 16_514 }) })
    await save(first, { syslog: { ...syslog({ port: 16_514 }), enabled: false } })
    await save(second, { syslog: syslog({ host: '0.0.0.0', port: 16_514 }) })
  })
})

describe('the mailbox', () => {
  test('is looked into at once, and no more when it is switched off or its source is gone', async () => {
    const id = await newSource()
    await save(id, { mailbox: mailbox() })
    expect(await hasDuty(id)).toBe(true)
    await save(id, { mailbox: mailbox({ enabled: false }) })
    expect(await hasDuty(id)).toBe(false)
    await save(id, { mailbox: mailbox() })
    await bench.call('DELETE', `/api/v1/sources/${id}`)
    expect(await hasDuty(id)).toBe(false)
  })

  test('begins with today, and that stays', async () => {
    const id = await newSource()
    const today = new Date().toISOString().slice(0, 10)
    expect((await save(id, { mailbox: mailbox() })).mailbox.notBefore).toBe(today)
    await save(id, { mailbox: mailbox({ notBefore: '2026-01-31' }) })
    expect((await save(id, { mailbox: mailbox() })).mailbox.notBefore).toBe('2026-01-31')
  })
})

describe('trying a mail', () => {
  const raw = [
    'From: notify@vendor.example',
    'To: amber@hub.msp.example',
    'Subject: Office 365: the application cannot connect to Exchange Online',
    '',
    'See the console.',
  ].join('\r\n')

  test('says what is read by what is stored, and by what is not saved yet', async () => {
    const id = await newSource()
    const path = `/api/v1/sources/${id}/mail-trial`
    expect(await bench.ok('POST', path, { raw })).toMatchObject({
      pattern: expect.any(String),
      reading: { kind: 'event', type: 'm365-mailboxes-not-protected', state: 'raised' },
      asReceived: { kind: 'unread', reason: 'sender-not-allowed' },
      company: null,
    })
    const { mail } = await show(id)
    const changed = { ...mail, allowSenders: ['@vendor.example'], companyRules: [ownAddress] }
    const recipient = 'amber@hub.msp.example'
    expect(await bench.ok('POST', path, { raw, recipient, mail: changed })).toMatchObject({
      asReceived: { kind: 'event' },
      company: { key: 'amber', name: 'Amber', rule: 'all' },
    })
    await save(id, { mail: changed })
    expect(await bench.ok('POST', path, { raw, recipient })).toMatchObject({ asReceived: { kind: 'event' } })
    const { unread } = await bench.ok('GET', `/api/v1/sources/${id}/inbox`)
    expect(unread).toEqual([])
  })

  test('names a pattern that cannot be used', async () => {
    const id = await newSource()
    const mail = {
      patterns: [{ name: 'x', when: [{ field: 'body', pattern: '(' }], words: { product: 'x', type: 'y' } }],
    }
    const answer = await bench.call('POST', `/api/v1/sources/${id}/mail-trial`, { raw, mail })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'mail.patterns.0.when' }] } })
  })
})
