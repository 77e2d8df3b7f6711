import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { defaultSmtpLimits } from '../../src/channels/mail/settings.ts'
import { defaultLimits } from '../../src/channels/syslog/settings.ts'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { addressOf, sender, startHubListeners } from '../support/hub-listeners.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { seeded, seededBytes } from '../support/seeded.ts'

/** Random bytes at the doors of syslog over UDP and of mail, and a flood of mails: what was taken is on disk, to the last one. */

vi.setConfig({ testTimeout: 60_000 })

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 1, devices: 1 })
const [amber = { key: '', name: '' }] = world.hub.ready.companies
const most = { messagesPerMinutePerPeer: 100_000, messagesPerMinutePerRecipient: 100_000, connectionsPerPeer: 50 }
const listeners = await startHubListeners(world, world.hub.ready.companies, {
  syslog: { udpPort: 0, limits: { ...defaultLimits, waitingPerPeer: 100_000 } },
  smtp: { limits: { ...defaultSmtpLimits, ...most } },
})
const { syslog, smtp, log } = listeners
afterAll(async () => {
  await listeners.stop()
  await world.stop()
})

const random = seeded(6_2026)
const bytes = seededBytes(random, 512 * 1024)
const upTo = (most: number) => Math.floor(random() * most)
function someBytes(longest: number): Buffer {
  const start = upTo(bytes.length - longest)
  return bytes.subarray(start, start + upTo(longest))
}

/** All messages that came to something: events, what waits in the inbox, and what nobody could read or give to a company. */
async function onDisk(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'select ((select count(*) from events) + (select coalesce(sum(items), 0) from inbox))::int as count',
  )
  const { unread } = await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
  return unread.reduce((sum: number, group: { messages: number }) => sum + group.messages, rows[0]?.count ?? 0)
}

async function settle(): Promise<void> {
  world.clock.advance(6_000)
  await world.work()
}

describe('random datagrams', () => {
  test('are kept, counted to the last one, and cost no good one', async () => {
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    const send = (datagram: Buffer) =>
      new Promise<void>((resolve, reject) => {
        socket.send(datagram, syslog.udpPort ?? 0, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)))
      })
    const before = await onDisk()
    const heads = [
      '',
      '<13>',
      '<13>1 ',
      '<13>Mar  2 06:00:00 ',
      'CEF:0|',
      'LEEF:2.0|',
      '<12>1 - - - - - [event@23668 et="',
    ].map((text) => Buffer.from(text))
    const good: string[] = []
    let sent = 0
    const isTaken = () => expect(syslog.counts()).toMatchObject({ received: sent, waiting: 0 })
    for (let n = 0; n < 3_000; n += 1) {
      // An empty datagram is no message, nor is one of line breaks alone.
      const datagram = Buffer.concat([
        heads[n % heads.length] ?? Buffer.of(),
        someBytes(n % 50 === 0 ? 60_000 : 1_400),
        Buffer.of(63),
      ])
      await send(datagram)
      sent += 1
      if (n % 20 === 0) {
        const data = `[event@23668 et="DATAGRAM" hdn="pc-1" gn="Managed devices/${amber.name}"]`
        await send(Buffer.from(`<12>1 2026-03-02T05:40:03.000Z pc-1 KES|11.0.0.0 - DATAGRAM ${data} Event ${n}`))
        good.push(`Event ${n}`)
        sent += 1
      }
      // What nobody fetches in time is dropped by the system, or counted as dropped: that is not what is tested here.
      if (n % 25 === 0) await vi.waitFor(isTaken, { timeout: 10_000, interval: 1 })
    }
    await vi.waitFor(isTaken, { timeout: 10_000, interval: 1 })
    expect(syslog.counts().udpDropped).toBe(0)
    await settle()
    const { rows } = await database.pool.query<{ text: string }>(`select text from events where type = 'DATAGRAM'`)
    expect(rows.map(({ text }) => text).sort()).toEqual(good.sort())
    expect((await onDisk()) - before).toBe(sent)
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})

describe('an SMTP dialogue', () => {
  const mail = () =>
    `From: ${sender}\r\nSubject: Office 365: malware\r\nMessage-ID: <${upTo(1e9)}@v>\r\n\r\nFound.\r\n.\r\n`
  /** A session writes to one address, so that each of its mails is one message. */
  const pieces: readonly ((recipient: string) => Buffer | string)[] = [
    () => 'EHLO relay.example\r\n',
    () => `MAIL FROM:<${sender}>\r\n`,
    (recipient) => `RCPT TO:<${recipient}>\r\n`,
    () => 'RCPT TO:<victim@elsewhere.example>\r\n',
    () => 'DATA\r\n',
    () => 'RSET\r\n',
    () => 'BDAT 10 LAST\r\n',
    () => 'STARTTLS\r\n',
    () => 'AUTH PLAIN AGEAYg==\r\n',
    () => `VRFY ${'x'.repeat(upTo(3_000))}\r\n`,
    () => '\r\n.\r\n',
    () => '\u0000\r\n',
    () => someBytes(4_000),
    () => 'x'.repeat(20_000),
    mail,
  ]
  /** What is said in the right order now and then, so that the random part reaches every state of the dialogue. */
  const opening = [0, 1, 2, 4]

  test('of random commands and bytes stores what was answered with 250, and nothing else', async () => {
    const before = { disk: await onDisk(), kept: smtp.counts().kept }
    async function talk(n: number): Promise<void> {
      const recipient = n % 2 === 0 ? addressOf(amber.key) : 'nobody@hub.msp.example'
      const socket = connect(smtp.port, '127.0.0.1')
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => undefined)
      const closed = once(socket, 'close')
      // Who talks before the greeting is shown out.
      await once(socket, 'data')
      socket.resume()
      for (const step of opening.slice(0, n % (opening.length + 1))) {
        socket.write(pieces[step]?.(recipient) ?? '')
        // The library waits for nobody, but a command that comes before the answer to DATA is part of the mail.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      for (let step = upTo(12); step >= 0 && !socket.destroyed; step -= 1)
        socket.write(pieces[upTo(pieces.length)]?.(recipient) ?? '')
      if (n % 3 === 0) socket.destroy()
      else socket.end()
      await closed
    }
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => talk(round * 20 + n)))
    }
    // A good sender is served all the same.
    const transport = createTransport({ host: '127.0.0.1', port: smtp.port, ignoreTLS: true })
    const text = 'Found.'
    await transport.sendMail({ from: sender, to: addressOf(amber.key), subject: 'Office 365: malware', text })
    transport.close()
    // Those that hung up may be in work still.
    const isExact = async () => expect((await onDisk()) - before.disk).toBe(smtp.counts().kept - before.kept)
    await vi.waitFor(isExact, { timeout: 10_000, interval: 50 })
    expect(smtp.counts().kept - before.kept).toBeGreaterThan(5)
    expect(smtp.counts().busy).toBe(0)
    await settle()
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})

/** A sender that waits for each answer; the mails share their bytes, so that what grows is not the senders. */
async function dial() {
  const socket = connect(smtp.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.setEncoding('utf8')
  const said = async (code: string): Promise<void> => {
    for (let text = ''; ; ) {
      text += String((await once(socket, 'data'))[0])
      if (!/^\d{3} .*\r\n$/m.test(text)) continue
      expect(text.slice(0, 3)).toBe(code)
      return
    }
  }
  await said('220')
  socket.write('EHLO relay.example\r\n')
  await said('250')
  return {
    async send(head: string, body: Buffer): Promise<void> {
      for (const line of [`MAIL FROM:<${sender}>`, `RCPT TO:<${addressOf(amber.key)}>`]) {
        socket.write(`${line}\r\n`)
        await said('250')
      }
      socket.write('DATA\r\n')
      await said('354')
      socket.write(head)
      socket.write(body)
      await said('250')
    },
  }
}

test('a flood of big mails does not make the server grow with their number', async () => {
  const connections = 10
  const body = Buffer.from(`${`${'0123456789'.repeat(7)}\r\n`.repeat(12_500)}.\r\n`)
  const senders = await Promise.all(Array.from({ length: connections }, dial))
  const mailOf = (n: number) =>
    `From: ${sender}\r\nSubject: Office 365: malware detected\r\nMessage-ID: <flood-${n}@v>\r\n\r\nThis is mail ${n}.\r\n`
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 10)
  onTestFinished(() => clearInterval(watching))
  const flood = (from: number, to: number) =>
    Promise.all(
      senders.map(async ({ send }, place) => {
        for (let n = from + place; n < to; n += connections) await send(mailOf(n), body)
      }),
    )
  const [warm, all] = [30, 110]
  await flood(0, warm)
  const before = most
  await flood(warm, all)
  clearInterval(watching)
  // To keep them, raw and read, would take more than all their bytes; a bounded number of them is in work at once.
  expect(most - before).toBeLessThan((all - warm) * body.length)
  await settle()
  const { rows } = await database.pool.query<{ text: string }>(
    `select text from events where type = 'm365-malware-detected' and text ~ 'This is mail \\d'`,
  )
  const kept = rows.map(({ text }) => Number(/This is mail (\d+)\./.exec(text)?.[1])).sort((a, b) => a - b)
  expect(kept).toEqual(Array.from({ length: all }, (_, n) => n))
})
