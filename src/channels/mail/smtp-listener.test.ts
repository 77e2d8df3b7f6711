import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { channelSink } from '../../../test/support/channel-sink.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { makeCertificate } from '../../../test/support/servers.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemIds } from '../../lib/ids.ts'
import { defaultMailPatterns } from '../mail-patterns.ts'
import { checkSmtpSettings, defaultSmtpLimits, type SmtpSettings } from './settings.ts'
import { startSmtp } from './smtp-listener.ts'

const plain: SmtpSettings = {
  sourceId: 5,
  version: 1,
  host: '127.0.0.1',
  port: 0,
  name: 'hub.msp.example',
  domains: ['hub.msp.example'],
  encryption: 'none',
  certificate: null,
  allowSenders: ['@vendor.example'],
  allowRelays: [],
  companyRules: [
    {
      name: 'own address',
      on: 'recipient',
      match: 'exact',
      value: 'acme@hub.msp.example',
      company: 'acme',
      companyName: 'Acme',
    },
  ],
  patterns: defaultMailPatterns,
  limits: defaultSmtpLimits,
}

async function start(wanted: Partial<SmtpSettings> = {}) {
  const log = recordingLog()
  const sink = channelSink()
  const settings = { ...plain, ...wanted }
  expect(checkSmtpSettings(settings)).toEqual([])
  const listener = await startSmtp({ take: sink.take, log, clock: systemClock, ids: systemIds }, settings)
  onTestFinished(() => listener.stop())
  return { sink, listener, log }
}

/** A client that speaks line by line and returns the server's replies. */
async function dial(port: number) {
  const socket: Socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  socket.setEncoding('utf8')
  let text = ''
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  /** The next whole reply. */
  const reply = async (): Promise<string> => {
    await vi.waitFor(() => expect(/^\d{3} .*\r\n/m.test(text) || socket.destroyed).toBe(true), {
      timeout: 10_000,
      interval: 5,
    })
    const end = text.search(/^\d{3} .*\r\n/m)
    const line = text.slice(end, text.indexOf('\r\n', end))
    const all = text.slice(0, end) + line
    text = text.slice(end + line.length + 2)
    return all
  }
  const say = (line: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    return reply()
  }
  return { socket, say, greeting: await reply() }
}

const mailText =
  'From: n@vendor.example\r\nSubject: Office 365: malware\r\nMessage-ID: <1@v>\r\nDate: Sat, 31 Jan 2026 11:40:03 +0100\r\n\r\nFound.\r\n.'

async function deliver(port: number, text = mailText, recipient = 'acme@hub.msp.example'): Promise<string[]> {
  const client = await dial(port)
  const said = [await client.say('EHLO relay.example'), await client.say('MAIL FROM:<b@vendor.example>')]
  said.push(
    await client.say(`RCPT TO:<${recipient}>`),
    await client.say('DATA'),
    await client.say(text),
    await client.say('QUIT'),
  )
  return said.map((reply) => reply.split('\r\n').at(-1) ?? '')
}

describe('receiving mail', () => {
  it('says 250 when the mail is on disk', async () => {
    const { sink, listener } = await start()
    const said = await deliver(listener.port)
    expect(said.map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '250', '354', '250', '221'])
    expect(sink.messages).toHaveLength(1)
    expect(sink.messages[0]).toMatchObject({
      channel: 'mail',
      sourceId: 5,
      company: { key: 'acme' },
      origin: { peer: '127.0.0.1', sender: 'b@vendor.example', recipient: 'acme@hub.msp.example' },
      reading: { kind: 'event', type: 'm365-malware-detected' },
    })
    expect(listener.counts().kept).toBe(1)
  })

  it.each([
    ['busy', 'busy'],
    ['broken', 'the disk is gone'],
  ] as const)('says 451 while the inbox is %s, and takes it later', async (mood, logged) => {
    const { sink, listener, log } = await start()
    sink.be(mood)
    expect(listener.isHeldUp()).toBe(false)
    expect((await deliver(listener.port))[4]).toMatch(/^451 /)
    if (mood === 'broken')
      expect(log.lines.some(({ fields }) => String(Object(fields).err).includes(logged))).toBe(true)
    sink.be('willing')
    // Something of another company is taken; what was sent back is still with its sender.
    expect((await deliver(listener.port, mailText, 'other@hub.msp.example'))[4]).toMatch(/^250 /)
    expect(listener.isHeldUp()).toBe(true)
    expect((await deliver(listener.port))[4]).toMatch(/^250 /)
    expect(listener.isHeldUp()).toBe(false)
    expect(sink.messages).toHaveLength(2)
    expect(listener.counts()).toMatchObject({ kept: 2, busy: 1 })
  })

  it('relays nothing and lets nobody sign in', async () => {
    const { sink, listener } = await start()
    const client = await dial(listener.port)
    const hello = await client.say('EHLO relay.example')
    expect(hello).not.toMatch(/AUTH|STARTTLS/)
    expect(await client.say('AUTH PLAIN AGEAYg==')).toMatch(/^5/)
    expect(await client.say('STARTTLS')).toMatch(/^5/)
    await client.say('MAIL FROM:<a@b.example>')
    expect(await client.say('RCPT TO:<victim@elsewhere.example>')).toMatch(/^550 /)
    expect(await client.say('RCPT TO:<acme@hub.msp.example.evil.example>')).toMatch(/^550 /)
    expect(await client.say('DATA')).toMatch(/^503 /)
    expect(sink.messages).toHaveLength(0)
    expect(listener.counts().notOurs).toBe(2)
  })

  it('keeps mail to an address that no company has', async () => {
    const { sink, listener } = await start()
    expect((await deliver(listener.port, mailText, 'New-Client@HUB.msp.example'))[4]).toMatch(/^250 /)
    expect(sink.messages[0]).toMatchObject({ company: null, origin: { recipient: 'new-client@hub.msp.example' } })
  })

  it('keeps a forged mail, unread', async () => {
    const { sink, listener } = await start()
    await deliver(listener.port, mailText.replace('n@vendor.example', 'n@evil.example'))
    expect(sink.messages[0]?.reading).toMatchObject({ reason: 'sender-not-allowed' })
  })

  it('refuses what is too big, announced or not', async () => {
    const { sink, listener } = await start({ limits: { ...defaultSmtpLimits, messageBytes: 20_000 } })
    const client = await dial(listener.port)
    await client.say('EHLO relay.example')
    expect(await client.say('MAIL FROM:<a@vendor.example> SIZE=30000')).toMatch(/^552 /)
    const body = `${'x'.repeat(70)}\r\n`.repeat(1_000)
    expect((await deliver(listener.port, mailText.replace('Found.', body)))[4]).toMatch(/^552 /)
    expect(sink.messages).toHaveLength(0)
  })

  it('slows down who sends too many, and tells apart addresses', async () => {
    const { listener } = await start({ limits: { ...defaultSmtpLimits, messagesPerMinutePerRecipient: 2 } })
    await deliver(listener.port)
    await deliver(listener.port)
    expect((await deliver(listener.port))[2]).toMatch(/^450 /)
    expect((await deliver(listener.port, mailText, 'beta@hub.msp.example'))[4]).toMatch(/^250 /)
    const peers = await start({ limits: { ...defaultSmtpLimits, messagesPerMinutePerPeer: 1 } })
    await deliver(peers.listener.port)
    expect((await deliver(peers.listener.port))[1]).toMatch(/^450 /)
  })

  it('holds no more connections of one address than it may, and lets go of them', async () => {
    const { listener } = await start({ limits: { ...defaultSmtpLimits, connectionsPerPeer: 2 } })
    const first = await dial(listener.port)
    await dial(listener.port)
    expect((await dial(listener.port)).greeting).toMatch(/^421 /)
    first.socket.end()
    await once(first.socket, 'close')
    await vi.waitFor(async () => expect((await dial(listener.port)).greeting).toMatch(/^220 /), { timeout: 10_000 })
  })

  it('survives clients that talk nonsense or hang up in the middle', async () => {
    const { sink, listener } = await start()
    const client = await dial(listener.port)
    client.socket.write(Buffer.from(Array.from({ length: 5_000 }, (_, n) => n % 256)))
    const half = await dial(listener.port)
    await half.say('EHLO x.example')
    await half.say('MAIL FROM:<a@vendor.example>')
    await half.say('RCPT TO:<acme@hub.msp.example>')
    await half.say('DATA')
    half.socket.write('From: n@vendor.example\r\n\r\nhalf a ma')
    half.socket.destroy()
    expect((await deliver(listener.port))[4]).toMatch(/^250 /)
    expect(sink.messages).toHaveLength(1)
  })

  it('takes mail of broken MIME', async () => {
    const { sink, listener } = await start()
    const broken = mailText.replace('\r\n\r\n', '\r\nContent-Type: multipart/mixed; boundary="never"\r\n\r\n')
    expect((await deliver(listener.port, broken))[4]).toMatch(/^250 /)
    expect(sink.messages[0]?.reading.kind).toBe('event')
  })
})

describe('encryption', () => {
  let own: { key: string; cert: string }
  beforeAll(async () => {
    own = await makeCertificate(['localhost'])
  })

  function send(port: number, wanted: object): Promise<unknown> {
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      tls: { ca: own.cert, servername: 'localhost' },
      ...wanted,
    })
    onTestFinished(() => transport.close())
    return transport.sendMail({
      from: 'n@vendor.example',
      to: 'acme@hub.msp.example',
      subject: 'Office 365: malware',
      html: '<p>Found.</p>',
    })
  }

  it.each([
    ['offered', { requireTLS: true }],
    ['required', {}],
    ['from-the-start', { secure: true }],
  ] as const)('is %s', async (encryption, wanted) => {
    const { sink, listener } = await start({ encryption, certificate: { certificate: own.cert, key: own.key } })
    await send(listener.port, wanted)
    expect(sink.messages[0]).toMatchObject({ reading: { type: 'm365-malware-detected' }, company: { key: 'acme' } })
  })

  it('is insisted on where it is required', async () => {
    const { listener } = await start({ encryption: 'required', certificate: { certificate: own.cert, key: own.key } })
    const client = await dial(listener.port)
    await client.say('EHLO relay.example')
    expect(await client.say('MAIL FROM:<b@vendor.example>')).toMatch(/^530 /)
    await expect(send(listener.port, { ignoreTLS: true })).rejects.toThrow('STARTTLS')
  })
})

describe('settings', () => {
  it.each([
    [{ host: 'mail.example' }, 'host'],
    [{ domains: [] }, 'domains'],
    [{ domains: ['a b'] }, 'domains'],
    [{ name: '' }, 'name'],
    [{ encryption: 'required' }, 'certificate'],
    [{ limits: { ...defaultSmtpLimits, messageBytes: 1 } }, 'limits.messageBytes'],
    [{ port: 1.5 }, 'port'],
  ] satisfies [Partial<SmtpSettings>, string][])('are refused: %j', (wanted, field) => {
    expect(checkSmtpSettings({ ...plain, ...wanted }).map((issue) => issue.field)).toEqual([field])
  })

  it('are refused when the port is taken', async () => {
    const { listener } = await start()
    await expect(start({ port: listener.port })).rejects.toThrow('EADDRINUSE')
  })
})
