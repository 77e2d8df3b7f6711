import { once } from 'node:events'
import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { defaultSmtpLimits } from '../../src/channels/mail/settings.ts'
import { startSmtp } from '../../src/channels/mail/smtp-listener.ts'
import { defaultMailPatterns } from '../../src/channels/mail-patterns.ts'
import type { ChannelMessage } from '../../src/channels/message.ts'
import { startSyslog } from '../../src/channels/syslog/listener.ts'
import { defaultLimits } from '../../src/channels/syslog/settings.ts'
import type { Database } from '../../src/db/tables.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { recordingLog } from '../support/recording-log.ts'

/** From the wire to the desk: syslog and mail through their real listeners, the real inbox and the reconciler. */

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 2, devices: 2 })
const [amber] = world.hub.ready.companies.map(({ key }) => key) as [string, string]
const deps = {
  take: (messages: readonly ChannelMessage[]) => takeMessages(world.deps, messages),
  log: recordingLog(),
  ids: world.deps.ids,
  // The story's time, but real waiting.
  clock: { now: () => world.clock.now(), sleep: systemClock.sleep },
}

const syslog = await startSyslog(deps, {
  sourceId: world.sourceId,
  host: '127.0.0.1',
  port: 0,
  tls: null,
  udpPort: null,
  allowFrom: [],
  companyRules: [
    {
      name: 'by group',
      on: 'field',
      field: 'gn',
      match: 'exact',
      value: 'Managed devices/Amber',
      company: amber,
      companyName: 'Amber',
    },
  ],
  readRules: [],
  statusPhrases: [],
  statusNamesAll: false,
  zoneMinutes: 0,
  limits: defaultLimits,
})
const smtp = await startSmtp(deps, {
  sourceId: world.sourceId,
  host: '127.0.0.1',
  port: 0,
  name: 'hub.msp.example',
  domains: ['hub.msp.example'],
  encryption: 'none',
  certificate: null,
  allowSenders: ['notify@vendor.example'],
  allowRelays: [],
  companyRules: [
    {
      name: 'own address',
      on: 'recipient',
      match: 'exact',
      value: 'amber@hub.msp.example',
      company: amber,
      companyName: 'Amber',
    },
  ],
  patterns: defaultMailPatterns,
  limits: defaultSmtpLimits,
})
afterAll(async () => {
  await Promise.all([syslog.stop(), smtp.stop()])
  await world.stop()
})

beforeAll(async () => {
  await world.act('list')
  await world.settle()
  await world.map(amber)
  await world.ruleOn([
    ['critical', 'databases-outdated'],
    ['event-type', 'm365-mailboxes-not-protected'],
  ])
})

const titles = () =>
  world
    .atDesk()
    .filter(({ state }) => state === 'open')
    .map(({ title }) => title)

function line(type: string, text: string, group = 'Amber'): string {
  const time = world.clock.now().toISOString()
  return `<10>1 ${time} nb-9 1093|1.0.0.0 - ${type} [event@23668 et="${type}" hdn="NB-9" gn="Managed devices/${group}"] ${text}\n`
}

async function send(lines: readonly string[]): Promise<void> {
  const before = syslog.counts().handedOver
  const socket = connect(syslog.port, '127.0.0.1')
  await once(socket, 'connect')
  for (const text of lines) if (!socket.write(text)) await once(socket, 'drain')
  socket.end()
  await vi.waitFor(() => expect(syslog.counts().handedOver - before).toBe(lines.length), { timeout: 20_000 })
}

async function mail(subject: string, from = 'notify@vendor.example'): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: smtp.port, ignoreTLS: true })
  await transport.sendMail({
    from,
    to: 'amber@hub.msp.example',
    subject,
    text: 'See the console.',
    date: world.clock.now(),
  })
  transport.close()
}

async function settled(): Promise<void> {
  world.clock.advance(6_000)
  await world.work()
}

async function inbox(): Promise<{ unread: { reason: string; messages: number }[] }> {
  return world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
}

describe('from the wire to the desk', () => {
  test('a device-status event over syslog opens a ticket', async () => {
    await send([line('KLSRV_HOST_STATUS_CRITICAL', 'Status is Critical: Databases are outdated.')])
    await settled()
    expect(titles()).toEqual([expect.stringContaining('NB-9')])
  })

  test('mails open and close the ticket of an event that has an end; a forged one closes none', async () => {
    await mail('Office 365: the application cannot connect to Exchange Online')
    await settled()
    expect(titles()).toContainEqual(expect.stringContaining('Mailboxes protection'))
    const resolved = 'Office 365: connection to Exchange Online has been restored'
    await mail(resolved, 'notify@evil.example')
    await settled()
    expect(titles()).toContainEqual(expect.stringContaining('Mailboxes protection'))
    expect((await inbox()).unread).toMatchObject([{ reason: 'sender-not-allowed', messages: 1 }])
    await mail(resolved)
    await settled()
    expect(titles()).not.toContainEqual(expect.stringContaining('Mailboxes protection'))
  })

  test('every event of a burst is on disk once it was handed over, also twice sent and of an unknown company', async () => {
    const known = Array.from({ length: 2_000 }, (_, n) => line('GNRL_EV_VIRUS_FOUND', `Event ${n}`))
    const unknown = Array.from({ length: 500 }, (_, n) => line('GNRL_EV_VIRUS_FOUND', `Event ${n}`, 'Nobody'))
    await send([...known, ...unknown])
    await send(known.slice(0, 500))
    for (let turn = 0; turn < 5; turn += 1) await settled()
    const { rows } = await database.pool.query(
      `select count(*)::int as count from events where type = 'GNRL_EV_VIRUS_FOUND'`,
    )
    expect(rows[0].count).toBe(2_000)
    expect((await inbox()).unread).toContainEqual(expect.objectContaining({ reason: 'no-company', messages: 500 }))
    expect(deps.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
