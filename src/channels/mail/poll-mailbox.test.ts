import { beforeAll, describe, expect, it } from 'vitest'
import { channelSink } from '../../../test/support/channel-sink.ts'
import { type ImapServer, startImap } from '../../../test/support/imap-server.ts'
import { mailboxSettings, noTokens } from '../../../test/support/mailbox-sign-in.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { makeCertificate } from '../../../test/support/servers.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemIds } from '../../lib/ids.ts'
import { defaultMailPatterns } from '../mail-patterns.ts'
import { MailboxError } from '../mailbox.ts'
import { pollMailbox } from './poll-mailbox.ts'
import { checkMailboxSettings, type MailboxSettings } from './settings.ts'

let own: { key: string; cert: string }
beforeAll(async () => {
  own = await makeCertificate(['localhost'])
})

async function open(options: { keepsKeywords?: boolean } = {}) {
  const server = await startImap(own, options)
  const sink = channelSink()
  const log = recordingLog()
  const settings = mailboxSettings({
    port: server.port,
    authorities: own.cert,
    allowSenders: ['@vendor.example'],
    allowRelays: ['192.0.2.1'],
    companyRules: [
      {
        name: 'own address',
        on: 'recipient',
        match: 'pattern',
        value: '^(?<company>\\w+)@hub',
        company: '',
        companyName: '',
      },
    ],
    patterns: defaultMailPatterns,
  })
  const deps = { take: sink.take, tokens: noTokens, log, clock: systemClock, ids: systemIds }
  const poll = (wanted: Partial<MailboxSettings> = {}, signal = new AbortController().signal, more: object = {}) =>
    pollMailbox({ ...deps, ...more }, { ...settings, ...wanted }, signal)
  return { server, sink, log, settings, poll }
}

function mail(n: number): string {
  return `Delivered-To: acme@hub.msp.example\r\nFrom: n@vendor.example\r\nSubject: Office 365: malware ${n}\r\nMessage-ID: <${n}@v>\r\n\r\nFound ${n}.\r\n`
}

function subjects(messages: readonly { fields: readonly { name: string; value: string }[] }[]): (string | undefined)[] {
  return messages.map(({ fields }) => fields.find(({ name }) => name === 'subject')?.value)
}

function marked(server: ImapServer, flag = '$TocsinTaken'): number[] {
  return server.mails.filter(({ flags }) => flags.has(flag)).map(({ uid }) => uid)
}

describe('a mailbox', () => {
  it('is emptied of what is new, once, and its mails stay in it', async () => {
    const { server, sink, poll } = await open()
    for (const n of [1, 2, 3]) server.deliver(mail(n))
    expect(await poll()).toEqual({ taken: 3, hasMore: false })
    expect(subjects(sink.messages)).toEqual([1, 2, 3].map((n) => `Office 365: malware ${n}`))
    expect(sink.messages[0]).toMatchObject({
      sourceId: 6,
      company: { key: 'acme' },
      origin: { peer: 'hub@mail.example', recipient: 'acme@hub.msp.example' },
      reading: { type: 'm365-malware-detected' },
    })
    expect(await poll()).toEqual({ taken: 0, hasMore: false })
    server.deliver(mail(4))
    expect(await poll()).toEqual({ taken: 1, hasMore: false })
    expect(marked(server)).toEqual([1, 2, 3, 4])
    expect(server.mails.every(({ flags }) => !flags.has('\\Seen'))).toBe(true)
  })

  it('that keeps no keywords is marked as read instead', async () => {
    const { server, poll } = await open({ keepsKeywords: false })
    server.deliver(mail(1))
    expect(await poll()).toMatchObject({ taken: 1 })
    expect(marked(server, '\\Seen')).toEqual([1])
    expect(await poll()).toMatchObject({ taken: 0 })
  })

  it('keeps its mails while the inbox is busy', async () => {
    const { server, sink, poll } = await open()
    server.deliver(mail(1))
    sink.be('busy')
    await expect(poll()).rejects.toThrow('inbox is full')
    expect(marked(server)).toEqual([])
    sink.be('willing')
    expect(await poll()).toMatchObject({ taken: 1 })
  })

  it('whose connection breaks before the mark gives the same mail again, with the same key', async () => {
    const { server, sink, poll } = await open()
    server.deliver(mail(1))
    server.hangUpAt('STORE')
    await expect(poll()).rejects.toMatchObject({ reason: 'unreachable' })
    expect(sink.messages).toHaveLength(1)
    await poll()
    expect(new Set(sink.messages.map(({ key }) => key)).size).toBe(1)
    expect(marked(server)).toEqual([1])
  })

  it('is not read for what came before it was set up, and mails too long are cut', async () => {
    const { server, sink, poll } = await open()
    server.deliver(mail(1), new Date('2025-12-01T00:00:00Z'))
    server.deliver(mail(2) + 'x'.repeat(100_000))
    expect(await poll({ messageBytes: 20_000 })).toMatchObject({ taken: 1 })
    expect(sink.messages[0]).toMatchObject({ rawBytes: mail(2).length + 100_000, reading: { kind: 'event' } })
  })

  it('with broken mails is not stuck on them', async () => {
    const { server, sink, poll } = await open()
    server.deliver('\0\0 no mail at all')
    server.deliver('')
    server.deliver(mail(3))
    expect(await poll()).toMatchObject({ taken: 3 })
    expect(sink.messages.map(({ reading }) => reading.kind)).toEqual(['unread', 'unread', 'event'])
  })

  it.each([
    [{ password: 'wrong' }, 'denied', 'app password'],
    [{ folder: 'Nowhere' }, 'no-folder', 'Nowhere'],
    [{ port: 1 }, 'unreachable', 'does not answer'],
    [{ authorities: null }, 'unreachable', 'SELF_SIGNED'],
  ] as const)('that cannot be read says why: %j', async (wanted, reason, words) => {
    const { poll, log } = await open()
    const failure = await poll(wanted).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MailboxError)
    expect(failure).toMatchObject({ reason, message: expect.stringContaining(words) })
    expect(JSON.stringify([failure, log.lines])).not.toContain('"wrong"')
  })

  it.each(['from-the-start', 'required', 'none'] as const)(
    'is not looked for where machines tell about themselves, whatever name leads there (%s)',
    async (encryption) => {
      const { server, poll } = await open()
      const asked: string[] = []
      const leading = (...addresses: string[]) => ({
        resolve: async (name: string) => {
          asked.push(name)
          return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
        },
      })
      const signal = new AbortController().signal
      for (const bad of ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
        // One bad address beside a good one spoils the name.
        const failure = poll({ host: 'imap.example', encryption }, signal, leading('127.0.0.1', bad))
        await expect(failure).rejects.toMatchObject({ reason: 'wrong-address', message: expect.stringContaining(bad) })
        await expect(poll({ host: bad, encryption })).rejects.toMatchObject({ reason: 'wrong-address' })
      }
      expect(asked).toEqual(Array.from({ length: 4 }, () => 'imap.example'))
      expect(server.commands).toEqual([])
    },
  )

  it('is reached at the address that was judged, and proves itself by its name', async () => {
    const { server, poll } = await open()
    server.deliver(mail(1))
    const answers = [['127.0.0.1'], ['169.254.169.254']]
    const resolve = async () => (answers.shift() ?? []).map((address) => ({ address, family: 4 }))
    const signal = new AbortController().signal
    expect(await poll({}, signal, { resolve })).toMatchObject({ taken: 1 })
    expect(answers).toHaveLength(1)
    const other = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] }
    // The certificate is for localhost: the name decides, not the address.
    await expect(poll({ host: 'imap.example' }, signal, other)).rejects.toMatchObject({ reason: 'unreachable' })
  })

  it('is left at once when the server stops', async () => {
    const { server, poll } = await open()
    for (let n = 0; n < 50; n += 1) server.deliver(mail(n))
    const stop = new AbortController()
    const polling = poll({}, stop.signal).catch((error: unknown) => error)
    stop.abort()
    expect(await polling).toBeInstanceOf(MailboxError)
    expect(marked(server).length).toBeLessThan(50)
  })

  it('is set up with what makes sense', async () => {
    const { settings } = await open()
    expect(checkMailboxSettings(settings)).toEqual([])
    const wrong = { ...settings, host: 'a b', port: 0, user: '', password: '', folder: ' ', messageBytes: 1 }
    expect(checkMailboxSettings(wrong).map(({ field }) => field)).toEqual([
      'host',
      'port',
      'user',
      'password',
      'folder',
      'messageBytes',
    ])
  })
})
