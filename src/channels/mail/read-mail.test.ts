import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemIds } from '../../lib/ids.ts'
import { defaultMailPatterns, mailFields } from '../mail-patterns.ts'
import type { ChannelMessage } from '../message.ts'
import { checkReadRules, type ReadRule } from '../read-rules.ts'
import { tryMail } from '../try-mail.ts'
import { parseMail } from './parse-mail.ts'
import { createReadMail, type MailReceived } from './read-mail.ts'
import { checkMailReading, type MailReading } from './settings.ts'

const receivedAt = new Date('2026-02-01T12:00:00Z')

const settings: MailReading = {
  sourceId: 4,
  version: 1,
  allowSenders: ['@vendor.example', 'one@other.example'],
  allowRelays: [],
  companyRules: [
    {
      name: 'own address',
      on: 'recipient',
      match: 'pattern',
      value: '^(?<company>[a-z0-9-]+)@hub\\.msp\\.example$',
      company: '',
      companyName: '',
    },
  ],
  patterns: defaultMailPatterns,
}

function mail(subject: string, body: string, headers: readonly string[] = []): string {
  const head = ['From: Notifications <notify@vendor.example>', 'To: acme@hub.msp.example', `Subject: ${subject}`]
  const own = ['Message-ID: <1@vendor.example>', 'Date: Sat, 31 Jan 2026 11:40:03 +0100', ...headers]
  return [...head, ...own, '', body].join('\r\n')
}

async function read(
  raw: string | Buffer,
  wanted: Partial<MailReading> = {},
  received: Partial<MailReceived> = {},
): Promise<ChannelMessage> {
  const bytes = Buffer.from(raw)
  const all = await createReadMail(
    { ids: systemIds },
    { ...settings, ...wanted },
  )({
    raw: bytes,
    rawBytes: bytes.length,
    peer: '203.0.113.9',
    isDelivered: true,
    sender: 'bounce-17@vendor.example',
    recipients: ['Acme@hub.msp.example'],
    receivedAt,
    ...received,
  })
  expect(all).toHaveLength(1)
  const [message] = all
  if (message === undefined) throw new Error('no message')
  return message
}

describe('the patterns a source begins with', () => {
  it('are in order', () => {
    expect(checkReadRules(defaultMailPatterns, mailFields)).toEqual([])
    expect(new Set(defaultMailPatterns.map(({ name }) => name)).size).toBe(defaultMailPatterns.length)
  })

  it.each([
    [
      'Kaspersky Security for Microsoft 365: the application cannot connect to Exchange Online',
      'm365-mailboxes-not-protected',
      'raised',
    ],
    ['Mailboxes protection is not provided (Office 365)', 'm365-mailboxes-not-protected', 'raised'],
    ['Office 365: connection to Exchange Online has been restored', 'm365-mailboxes-not-protected', 'resolved'],
    ['The application cannot connect to OneDrive', 'm365-onedrive-not-connected', 'happened'],
    ['No connection to SharePoint Online', 'm365-sharepoint-not-connected', 'happened'],
    ['Microsoft 365: your license is about to expire', 'm365-license-issue', 'raised'],
    ['Microsoft 365: your licence has expired', 'm365-license-issue', 'raised'],
    ['Office 365: the license has been renewed', 'm365-license-issue', 'resolved'],
    [
      'Office 365: the number of mailboxes selected for protection exceeds the limit covered by the license',
      'm365-license-limit-exceeded',
      'happened',
    ],
    ['Office 365: a phishing link was found in a message', 'm365-phishing-detected', 'happened'],
    ['Exchange Online: filtered attachment', 'm365-attachment-filtered', 'happened'],
    ['Exchange Online: malware was found in a message', 'm365-malware-detected', 'happened'],
    ['A threat was detected in a file on OneDrive', 'm365-threat-in-files', 'happened'],
    ['Office 365: confidential data found', 'm365-confidential-data', 'happened'],
    ['Your workspace for Office 365 is about to be deleted', 'm365-workspace-deletion', 'happened'],
    ['Office 365 protection is temporarily unavailable', 'm365-application-unavailable', 'happened'],
    ['Security for Office 365 will soon be updated', 'm365-application-update', 'happened'],
  ])('read “%s”', async (subject, type, state) => {
    for (const raw of [mail(subject, 'See the console.'), mail('Notification', `Hello.\r\n${subject}.`)]) {
      expect((await read(raw)).reading).toMatchObject({
        kind: 'event',
        product: 'microsoft-365',
        type,
        state,
        happenedAt: new Date('2026-01-31T10:40:03Z'),
        text: expect.stringContaining(subject),
      })
    }
  })

  it('read the notification that our guide sets up in KSC', async () => {
    const body =
      'Severity: Critical event\r\nDevice: ACME-PC-01\r\nEvent: Malicious object detected\r\nDescription: Object: C:\\eicar.com\r\nUser: ann\r\n'
    expect((await read(mail('KSC', body))).reading).toMatchObject({
      kind: 'event',
      product: 'endpoint-security-cloud',
      type: 'Malicious object detected',
      severity: 'critical',
      computer: { key: 'acme-pc-01', name: 'ACME-PC-01' },
      text: 'Object: C:\\eicar.com\nUser: ann',
    })
  })

  it.each([
    ['12 Critical (including lower severities) events have occurred', 'critical'],
    ['3 Warnung (einschließlich niedrigerer Signifikanzen) Ereignisse sind aufgetreten', 'warning'],
  ])('read “%s”', async (subject, severity) => {
    expect((await read(mail(subject, 'list'))).reading).toMatchObject({
      type: 'ksc-several-events',
      severity,
      product: 'endpoint-security-cloud',
    })
  })

  it.each(['Invitation to a webinar', 'Your Office 365 report is ready', ''])('leave “%s” unread', async (subject) => {
    expect((await read(mail(subject, 'Hello.'))).reading).toMatchObject({ kind: 'unread', reason: 'no-pattern' })
  })
})

describe('a mail', () => {
  const malware = mail('Office 365: malware', 'x')

  it('finds its company by its own address', async () => {
    expect(await read(malware)).toMatchObject({
      channel: 'mail',
      company: { key: 'acme', name: 'acme', rule: 'own address' },
      origin: { recipient: 'acme@hub.msp.example', sender: 'bounce-17@vendor.example', peer: '203.0.113.9' },
    })
    const other = await read(malware, {}, { recipients: ['acme@elsewhere.example'] })
    expect(other.company).toBeNull()
  })

  it('to two companies is a message for each', async () => {
    const bytes = Buffer.from(malware)
    const messages = await createReadMail(
      { ids: systemIds },
      settings,
    )({
      raw: bytes,
      rawBytes: bytes.length,
      peer: '203.0.113.9',
      isDelivered: true,
      sender: '',
      recipients: ['acme@hub.msp.example', 'beta@hub.msp.example', 'ACME@hub.msp.example'],
      receivedAt,
    })
    expect(messages.map(({ company }) => company?.key)).toEqual(['acme', 'beta'])
    expect(new Set(messages.map(({ key }) => key)).size).toBe(2)
  })

  it('that comes twice, also by another way, has one key; one of another content has another', async () => {
    const { key } = await read(malware)
    expect((await read(`Received: from relay\r\n${malware}`)).key).toBe(key)
    expect((await read(malware.replace('malware', 'malware again'))).key).not.toBe(key)
    const nameless = malware.replace(/Message-ID.*\r\n/, '')
    expect((await read(nameless)).key).toBe((await read(nameless)).key)
    const bare = nameless.replace(/Date.*\r\n/, '')
    expect((await read(bare)).key).not.toBe((await read(bare)).key)
  })

  it.each([
    ['another sender', malware.replace('notify@vendor.example', 'notify@evil.example')],
    ['a domain that only ends like it', malware.replace('notify@vendor.example', 'a@evilvendor.example')],
    [
      'the address in the name alone',
      malware.replace('Notifications <notify@vendor.example>', '"notify@vendor.example" <x@evil.example>'),
    ],
    [
      'two addresses',
      malware.replace('Notifications <notify@vendor.example>', 'notify@vendor.example, x@evil.example'),
    ],
    ['two From lines', malware.replace('To:', 'From: x@evil.example\r\nTo:')],
    ['no sender', malware.replace(/From.*\r\n/, '')],
  ])('with %s is kept, unread', async (_, raw) => {
    expect(await read(raw)).toMatchObject({
      company: { key: 'acme' },
      reading: { kind: 'unread', reason: 'sender-not-allowed' },
    })
  })

  it('is read from nobody while no sender is on the list, and from no strange relay', async () => {
    expect((await read(malware, { allowSenders: [] })).reading).toMatchObject({ reason: 'sender-not-allowed' })
    const relays = { allowRelays: ['198.51.100.0/24'] }
    expect((await read(malware, relays)).reading).toMatchObject({
      reason: 'sender-not-allowed',
      detail: expect.stringContaining('203.0.113.9'),
    })
    expect((await read(malware, relays, { peer: '198.51.100.7' })).reading.kind).toBe('event')
    expect((await read(malware, relays, { isDelivered: false })).reading.kind).toBe('event')
  })

  it('in HTML, base64 or another alphabet is read', async () => {
    const html = mail(
      'Note',
      '<html><body><p>Office&nbsp;365:</p><div>the <b>license</b> has<br>expired</div></body></html>',
      ['Content-Type: text/html'],
    )
    expect((await read(html)).fields.find(({ name }) => name === 'body')?.value).toMatch(/license has\s+expired/)
    const coded = mail('=?utf-8?B?T2ZmaWNlIDM2NTogbWFsd2FyZQ==?=', Buffer.from('Größe').toString('base64'), [
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
    ])
    expect(await read(coded)).toMatchObject({
      reading: { type: 'm365-malware-detected', text: 'Office 365: malware\nGröße' },
    })
  })

  it.each([
    ['a boundary that never comes', mail('Office 365: malware', 'x', ['Content-Type: multipart/mixed; boundary="b"'])],
    ['no boundary', mail('Office 365: malware', 'x', ['Content-Type: multipart/mixed'])],
    [
      'too many parts',
      mail('Office 365: malware', '--b\r\n\r\nx\r\n'.repeat(2_000), ['Content-Type: multipart/mixed; boundary="b"']),
    ],
    ['base64 that is none', mail('Office 365: malware', '%%%', ['Content-Transfer-Encoding: base64'])],
    ['an alphabet that is none', mail('Office 365: malware', 'x', ['Content-Type: text/plain; charset=klingon'])],
    ['endless headers', mail('Office 365: malware', 'x', [`X-Long: ${'y'.repeat(300_000)}`])],
    ['nested HTML', mail('Office 365: malware', '<div>'.repeat(50_000), ['Content-Type: text/html'])],
  ])('with broken MIME (%s) is read by what is left of it', async (_, raw) => {
    expect((await read(raw)).reading).toMatchObject({ kind: 'event', type: 'm365-malware-detected' })
  })

  it('of any bytes becomes a message', async () => {
    const piece = fc.constantFrom(
      'From: a@vendor.example\r\n',
      'Content-Type: multipart/mixed; boundary=b\r\n',
      '\r\n',
      '--b\r\n',
      '--b--',
      '=?utf-8?Q?',
      ' ',
      '\0',
      ': ',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 40 }),
        async (parts) => {
          const message = await read(Buffer.from(parts.join('')))
          expect(JSON.stringify(message)).not.toContain('\\u0000')
          expect(message.reading.kind).toBe('unread')
        },
      ),
      { numRuns: 200 },
    )
  })

  it('that is all brackets, angles or blanks is parsed quickly', async () => {
    for (const body of ['<'.repeat(900_000), '<a '.repeat(300_000), ' \t'.repeat(450_000), '\r'.repeat(900_000)]) {
      for (const type of ['text/html', 'text/plain']) {
        const begun = performance.now()
        await parseMail(Buffer.from(mail(`${'('.repeat(5_000)}`, body, [`Content-Type: ${type}`])))
        expect(performance.now() - begun).toBeLessThan(5_000)
      }
    }
  })
})

describe('trying a mail', () => {
  const from = (raw: string) => tryMail(settings, { raw, recipient: 'acme@hub.msp.example' }, receivedAt)

  it('says which pattern fitted, what was read and whose it is', async () => {
    expect(await from(mail('Office 365: malware', 'x'))).toMatchObject({
      pattern: 'Malware',
      reading: { type: 'm365-malware-detected' },
      asReceived: { type: 'm365-malware-detected' },
      company: { key: 'acme' },
    })
  })

  it('tells that a sender is not on the list, and shows what would be read all the same', async () => {
    expect(await from(mail('Office 365: malware', 'x').replace('vendor.example', 'evil.example'))).toMatchObject({
      pattern: 'Malware',
      reading: { type: 'm365-malware-detected' },
      asReceived: { reason: 'sender-not-allowed' },
    })
  })

  it('takes a body without headers', async () => {
    const tried = await from('Severity: Critical\nDevice: PC-9\nEvent: Something\nDescription: text')
    expect(tried).toMatchObject({
      captured: { computer: 'PC-9', type: 'Something' },
      reading: { kind: 'event', severity: 'critical' },
    })
  })

  it('says that nothing fits', async () => {
    expect(await from(mail('Lunch', 'at noon'))).toMatchObject({ pattern: null, reading: { reason: 'no-pattern' } })
  })
})

describe('patterns of a person', () => {
  const pattern = (wanted: Partial<ReadRule>): ReadRule => ({
    name: 'mine',
    enabled: true,
    when: [{ field: 'subject', pattern: 'state of (?<computer>\\S+)' }],
    words: { product: 'endpoint-security-cloud', status: 'databases-outdated', level: 'warning' },
    ...wanted,
  })

  it.each([
    [{}, 'raised', 'warning'],
    [
      {
        words: { product: 'endpoint-security-cloud', status: 'databases-outdated', level: 'critical', state: 'ended' },
      },
      'ended',
      'critical',
    ],
    [{ words: { product: 'endpoint-security-cloud', level: 'ok' } }, 'ended', 'ok'],
  ] satisfies [Partial<ReadRule>, string, string][])('raise and end statuses: %j', async (wanted, state, level) => {
    expect((await read(mail('state of PC-1', 'x'), { patterns: [pattern(wanted)] })).reading).toMatchObject({
      kind: 'status',
      state,
      level,
      computer: { key: 'pc-1' },
    })
  })

  it('that are switched off are left out', async () => {
    expect((await read(mail('state of PC-1', 'x'), { patterns: [pattern({ enabled: false })] })).reading.kind).toBe(
      'unread',
    )
  })

  it.each([
    [{ words: { product: 'x', type: 'y' } }, 'unknown-product'],
    [{ words: { product: 'microsoft-365', type: 'y', severity: 'awful' } }, 'no-pattern'],
    [{ words: { product: 'microsoft-365', type: 'y', severity: 'info', state: 'gone' } }, 'no-pattern'],
    [{ words: { product: 'endpoint-security-cloud', level: 'warning' } }, 'unknown-reasons'],
    [{ words: { product: 'endpoint-security-cloud', level: 'bad', status: 'x' } }, 'no-pattern'],
    [{ words: { product: 'endpoint-security-cloud', status: 'x'.repeat(201) } }, 'unknown-reasons'],
    [{ words: { product: 'endpoint-security-cloud', status: 'x\u001fy' } }, 'unknown-reasons'],
    [{ when: [{ field: 'subject', pattern: 'state' }] }, 'no-computer'],
  ] satisfies [Partial<ReadRule>, string][])(
    'whose words make no sense leave the mail unread and say why: %j',
    async (wanted, reason) => {
      const { reading } = await read(mail('state of PC-1', 'x'), { patterns: [pattern(wanted)] })
      expect(reading).toMatchObject({ kind: 'unread', reason, detail: expect.stringContaining('“mine”') })
    },
  )

  it.each([
    [{ name: '' }, 'name'],
    [{ when: [] }, 'when'],
    [{ when: [{ field: 'attachment', pattern: 'x' }] }, 'when'],
    [{ when: [{ field: 'body', pattern: '(' }] }, 'when'],
    [{ words: { type: 'x' } }, 'words'],
    [{ words: { product: 'microsoft-365' } }, 'words'],
    [{ words: { product: 'microsoft-365', type: 'x', colour: 'red' } }, 'words'],
  ] satisfies [Partial<ReadRule>, string][])('are refused: %j', (wanted, field) => {
    expect(checkReadRules([pattern(wanted)], mailFields).map((issue) => issue.field)).toEqual([field])
  })

  it('and lists of senders are refused when they make no sense', () => {
    const wanted = { ...settings, allowSenders: ['vendor.example', '@', 'a@b', 'a@b.example'], allowRelays: ['x'] }
    expect(checkMailReading(wanted).map(({ field }) => field)).toEqual([
      'allowSenders',
      'allowSenders',
      'allowSenders',
      'allowRelays',
    ])
  })
})
