import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { defaultSmtpLimits } from '../../src/channels/mail/settings.ts'
import { startSmtp } from '../../src/channels/mail/smtp-listener.ts'
import { defaultMailPatterns } from '../../src/channels/mail-patterns.ts'
import type { ChannelMessage } from '../../src/channels/message.ts'
import type { Database } from '../../src/db/tables.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { startImap } from '../support/imap-server.ts'
import { recordingLog } from '../support/recording-log.ts'
import { makeCertificate } from '../support/servers.ts'

/** Mails while the inbox is full or the database slow: pushed back, never lost, never doubled, and acknowledged on disk only. */

vi.setConfig({ testTimeout: 60_000 })

const database = await testDatabase<Database>()
/** The smallest inbox: a company may use a quarter of it. */
const room = 1_000
const world = await createHubWorld(database, { tenants: 2, devices: 2, settings: { mostWaiting: room } })
const [amber, basalt] = world.hub.ready.companies.map(({ key }) => key) as [string, string]
const log = recordingLog()
const companyRule = {
  name: 'own address',
  on: 'recipient',
  match: 'exact',
  value: 'amber@hub.msp.example',
  company: amber,
  companyName: '',
} as const
const smtp = await startSmtp(
  {
    take: (messages: readonly ChannelMessage[]) => takeMessages(world.deps, messages),
    log,
    ids: world.deps.ids,
    clock: { now: () => world.clock.now(), sleep: systemClock.sleep },
  },
  {
    sourceId: world.sourceId,
    version: 1,
    host: '127.0.0.1',
    port: 0,
    name: 'hub.msp.example',
    domains: ['hub.msp.example'],
    encryption: 'none',
    certificate: null,
    allowSenders: ['notify@vendor.example'],
    allowRelays: [],
    companyRules: [companyRule],
    patterns: defaultMailPatterns,
    limits: defaultSmtpLimits,
  },
)
let own: { key: string; cert: string }
beforeAll(async () => {
  own = await makeCertificate(['localhost'])
  await world.act('list')
  await world.settle()
})
afterAll(async () => {
  await smtp.stop()
  await world.stop()
})

const mailOf = (n: string) =>
  [
    'From: notify@vendor.example',
    'To: amber@hub.msp.example',
    'Delivered-To: amber@hub.msp.example',
    `Message-ID: <${n}@vendor.example>`,
    `Date: ${world.clock.now().toUTCString()}`,
    `Subject: Office 365: malware ${n}`,
    '',
    `Found ${n}.`,
    '',
  ].join('\r\n')

/** A sender that has said all but the end of its mail. */
async function dial(
  mail: string,
): Promise<{ socket: Socket; end(): void; replies: string[]; last(): Promise<string> }> {
  const socket = connect(smtp.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const replies: string[] = []
  socket.setEncoding('utf8')
  socket.on('data', (text) =>
    replies.push(
      ...String(text)
        .split('\r\n')
        .filter((line) => /^\d{3} /.test(line)),
    ),
  )
  const after = (count: number) =>
    vi.waitFor(() => expect(replies.length).toBe(count), { timeout: 20_000, interval: 5 })
  await after(1)
  const lines = ['EHLO relay.example', 'MAIL FROM:<b@vendor.example>', 'RCPT TO:<amber@hub.msp.example>', 'DATA']
  for (const [n, line] of lines.entries()) {
    socket.write(`${line}\r\n`)
    await after(n + 2)
  }
  socket.write(mail)
  return {
    socket,
    replies,
    end: () => void socket.write('.\r\n'),
    async last() {
      await after(6)
      return replies[5] ?? ''
    },
  }
}

async function deliver(mail: string): Promise<string> {
  const sender = await dial(mail)
  sender.end()
  return sender.last()
}

/** Waits until the count of what waits, which is believed for a moment, is looked at again. */
const recount = () => new Promise((resolve) => setTimeout(resolve, 250))

async function fill(): Promise<void> {
  const happenedAt = world.clock.now().toISOString()
  const event = { product: 'endpoint-security-cloud', type: 'FLOOD', severity: 'warning', happenedAt }
  const events = Array.from({ length: room }, (_, n) => ({ ...event, id: `flood-${world.clock.now().getTime()}-${n}` }))
  expect(await world.post('events', { company: { key: basalt }, events })).toMatchObject({ status: 200 })
  await recount()
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    world.clock.advance(6_000)
    await world.work()
  }
  await recount()
}

/** Texts of the events that mails became, settled or still in the inbox. */
async function onDisk(): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>(
    `select text from events where type = 'm365-malware-detected'
     union all select e->>'text' from inbox, json_array_elements(body->'events') e where channel = 'mail'`,
  )
  return rows.map(({ text }) => /Found (\S+)\./.exec(text)?.[1] ?? text).sort()
}

describe('an SMTP sender', () => {
  test('is asked to try again while the inbox is full, and its mail counts once when it does', async () => {
    await fill()
    const mail = mailOf('full')
    for (let n = 0; n < 3; n += 1) expect(await deliver(mail)).toMatch(/^451 /)
    expect(await onDisk()).toEqual([])
    await settle()
    expect(await deliver(mail)).toMatch(/^250 /)
    expect(await onDisk()).toEqual(['full'])
    // Its connection broke before it had read the answer: it sends once more.
    expect(await deliver(mail)).toMatch(/^250 /)
    await settle()
    expect(await onDisk()).toEqual(['full'])
  })

  test('waits while the database is slow, and is told 250 only when its mail is on disk', async () => {
    const holder = await database.pool.connect()
    await holder.query('begin')
    await holder.query('lock table inbox in share row exclusive mode')
    const sender = await dial(mailOf('slow'))
    sender.end()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(sender.replies).toHaveLength(5)
    await holder.query('commit')
    holder.release()
    expect(await sender.last()).toMatch(/^250 /)
    expect(await onDisk()).toContain('slow')
  })

  test('is asked to try again when the database is lost in between', async () => {
    const holder = await database.pool.connect()
    await holder.query('begin')
    await holder.query('lock table inbox in share row exclusive mode')
    const mail = mailOf('lost')
    const sender = await dial(mail)
    sender.end()
    const waiting = `pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect
      .poll(async () => (await database.pool.query(`select ${waiting}`)).rowCount, { timeout: 10_000 })
      .toBe(1)
    await database.pool.query(`select pg_terminate_backend(pid) from (select ${waiting}) w`)
    expect(await sender.last()).toMatch(/^451 /)
    await holder.query('commit')
    holder.release()
    expect(await onDisk()).not.toContain('lost')
    expect(log.text()).toContain('mail cannot be stored; the sender is asked to try again')
    expect(await deliver(mail)).toMatch(/^250 /)
    expect((await onDisk()).filter((id) => id === 'lost')).toHaveLength(1)
  })

  test('that hangs up while its mail is being stored sends it again, and it counts once', async () => {
    const holder = await database.pool.connect()
    await holder.query('begin')
    await holder.query('lock table inbox in share row exclusive mode')
    const mail = mailOf('hung-up')
    const sender = await dial(mail)
    sender.end()
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1)
    sender.socket.destroy()
    await holder.query('commit')
    holder.release()
    await expect.poll(onDisk, { timeout: 10_000 }).toContain('hung-up')
    expect(await deliver(mail)).toMatch(/^250 /)
    await settle()
    expect((await onDisk()).filter((id) => id === 'hung-up')).toHaveLength(1)
  })
})

describe('a mailbox', () => {
  test('keeps what there is no room for, unmarked, and gives it later: nothing lost, nothing doubled', async () => {
    const server = await startImap(own)
    const path = `/api/v1/sources/${world.sourceId}/channels`
    const { version, mail } = await world.ok('GET', path)
    await world.ok('PUT', path, {
      version,
      mail: { ...mail, allowSenders: ['notify@vendor.example'], companyRules: [companyRule] },
      mailbox: {
        host: 'localhost',
        port: server.port,
        user: 'hub@mail.example',
        password: 'app password',
        authorities: own.cert,
        notBefore: '2026-01-01',
      },
    })
    const before = await onDisk()
    const ids = Array.from({ length: 320 }, (_, n) => `box-${n}`)
    await fill()
    for (const id of ids) server.deliver(mailOf(id), world.clock.now())
    const marked = () => server.mails.filter(({ flags }) => flags.size > 0).length
    const look = async () => {
      // Only the look: nothing is settled meanwhile.
      await database.pool.query(
        `update duties set due_at = '2099-01-01', failures = 1 where kind in ('poll-events', 'poll-computers')`,
      )
      await database.pool.query(`update duties set due_at = $1 where kind = 'poll-mailbox'`, [world.clock.now()])
      await world.work()
      const { sources } = await world.ok('GET', '/api/v1/status')
      return sources[0].duties.find(({ kind }: { kind: string }) => kind === 'poll-mailbox')
    }
    expect(await look()).toMatchObject({ failure: { kind: 'limited', reason: 'busy' } })
    expect([marked(), await onDisk()]).toEqual([0, before])

    // Only the settling: nobody looks into the mailbox meanwhile.
    const letSettle = async () => {
      await database.pool.query(`update duties set due_at = '2099-01-01' where kind = 'poll-mailbox'`)
      await database.pool.query(
        `update duties set due_at = $1, failures = 0 where kind in ('poll-events', 'poll-computers')`,
        [world.clock.now()],
      )
      await settle()
    }
    await letSettle()
    // As many as the share of one company; each that is marked is on disk, and no other.
    for (let turn = 0; turn < 3 && marked() < room / 4; turn += 1) await look()
    const first = marked()
    expect(first).toBeGreaterThanOrEqual(room / 4)
    expect(first).toBeLessThan(ids.length)
    expect((await onDisk()).length - before.length).toBe(first)
    for (let turn = 0; turn < 10 && marked() < ids.length; turn += 1) {
      await letSettle()
      await look()
    }
    await letSettle()
    expect(marked()).toBe(ids.length)
    expect(await onDisk()).toEqual([...before, ...ids].sort())
    expect(server.mails.every(({ flags }) => !flags.has('\\Seen'))).toBe(true)
  })
})
