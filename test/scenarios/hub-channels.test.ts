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

const saysRmm = { field: 'syslog.tag', pattern: '^rmm$' }
const ofDevices = { product: 'endpoint-security-cloud' }
/** How an administrator teaches it to read a product of their own, which says when something is over. */
const readRules = [
  {
    name: 'all is well again',
    enabled: true,
    when: [saysRmm, { field: 'syslog.message', pattern: '(?<computer>NB-\\d+) is well again' }],
    words: { ...ofDevices, level: 'ok' },
  },
  {
    name: 'one thing is over',
    enabled: true,
    when: [saysRmm, { field: 'syslog.message', pattern: '(?<computer>NB-\\d+): (?<status>[a-z-]+) is over' }],
    words: { ...ofDevices, level: 'critical', state: 'ended' },
  },
  {
    name: 'an attack is over',
    enabled: true,
    when: [saysRmm, { field: 'syslog.message', pattern: '(?<computer>NB-\\d+): the attack has ended' }],
    words: { ...ofDevices, type: 'GNRL_EV_ATTACK_DETECTED', severity: 'critical', state: 'resolved' },
  },
]
const malwareIsGone = {
  name: 'malware is gone',
  enabled: true,
  when: [{ field: 'subject', pattern: 'malware was removed' }],
  words: { product: 'microsoft-365', type: 'm365-malware-detected', severity: 'critical', state: 'resolved' },
}

const syslog = await startSyslog(deps, {
  sourceId: world.sourceId,
  version: 1,
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
  readRules,
  statusPhrases: [],
  statusNamesAll: false,
  zoneMinutes: 0,
  limits: defaultLimits,
})
const smtp = await startSmtp(deps, {
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
  patterns: [malwareIsGone, ...defaultMailPatterns],
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
    ['critical', 'protection-disabled'],
    ['event-type', 'm365-mailboxes-not-protected'],
    ['event-type', 'm365-malware-detected'],
    ['event-type', 'GNRL_EV_ATTACK_DETECTED'],
  ])
})

const titles = () =>
  world
    .atDesk()
    .filter(({ state }) => state === 'open')
    .map(({ title }) => title)

function line(type: string, text: string, group = 'Amber', computer = 'NB-9'): string {
  const time = world.clock.now().toISOString()
  return `<10>1 ${time} nb-9 1093|1.0.0.0 - ${type} [event@23668 et="${type}" hdn="${computer}" gn="Managed devices/${group}"] ${text}\n`
}

/** As a product that only rules can read says it. */
function rmmLine(text: string): string {
  const time = world.clock.now().toISOString()
  return `<13>1 ${time} rmm.example rmm - - [event@23668 gn="Managed devices/Amber"] ${text}\n`
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

describe('what a message says is over', () => {
  const about = (word: string) => titles().filter((title) => title.includes(word))

  test('one status, or all of a computer, closes these tickets and no others', async () => {
    const critical = (computer: string) => {
      const text = 'Status is Critical: Databases are outdated; Protection is disabled.'
      return line('KLSRV_HOST_STATUS_CRITICAL', text, 'Amber', computer)
    }
    await send([critical('NB-20'), critical('NB-21')])
    await settled()
    expect([about('NB-20').length, about('NB-21').length]).toEqual([2, 2])
    await send([rmmLine('NB-20: databases-outdated is over')])
    await settled()
    expect(about('NB-20')).toEqual([expect.stringMatching(/protection/i)])
    await send([rmmLine('NB-20 is well again')])
    await settled()
    expect(about('NB-20')).toEqual([])
    expect(about('NB-21')).toHaveLength(2)
    // It falls ill anew: what was over is not over for ever.
    await send([critical('NB-20')])
    await settled()
    expect(about('NB-20')).toHaveLength(2)
  })

  test('of an event that has no end is shown to a person, and its ticket stays open', async () => {
    const unread = `/api/v1/sources/${world.sourceId}/unread?reason=no-end`
    const counted = async () =>
      (await inbox()).unread
        .filter(({ reason }) => reason === 'no-end')
        .reduce((sum, { messages }) => sum + messages, 0)
    await mail('Microsoft 365: malware detected in a message')
    await send([line('GNRL_EV_ATTACK_DETECTED', 'Attack from 192.0.2.9', 'Amber', 'NB-22')])
    await settled()
    expect([about('Malware').length, about('NB-22').length]).toEqual([1, 1])
    expect(await counted()).toBe(0)
    await mail('Microsoft 365: the malware was removed')
    await send([rmmLine('NB-22: the attack has ended')])
    for (let turn = 0; turn < 3; turn += 1) await settled()
    expect(await counted()).toBe(2)
    expect([about('Malware').length, about('NB-22').length]).toEqual([1, 1])
    const { items } = await world.ok('GET', unread)
    expect(items).toMatchObject([
      { channel: 'syslog', detail: expect.stringContaining('“GNRL_EV_ATTACK_DETECTED” is resolved') },
      { channel: 'mail', detail: expect.stringContaining('“m365-malware-detected” is resolved, and events of this') },
    ])
  })
})
