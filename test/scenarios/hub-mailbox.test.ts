import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { type Authority, startAuthority } from '../support/authority.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { type ImapServer, startImap } from '../support/imap-server.ts'
import { makeCertificate } from '../support/servers.ts'

/** A mailbox that is looked into now and then: from its mails to tickets, as a duty of the worker. */

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 2, devices: 2 })
afterAll(() => world.stop())
const path = `/api/v1/sources/${world.sourceId}/channels`
const [amber] = world.hub.ready.companies.map(({ key }) => key) as [string, string]

let own: { key: string; cert: string }
beforeAll(async () => {
  own = await makeCertificate(['localhost'])
  await world.act('list')
  await world.settle()
  await world.map(amber)
  await world.ruleOn([['event-type', 'm365-mailboxes-not-protected']])
})

async function mailboxAt(server: ImapServer, changes: object = {}): Promise<void> {
  const { version, mail } = await world.ok('GET', path)
  const rule = { name: 'own address', on: 'recipient', match: 'exact', value: 'amber@hub.msp.example', company: amber }
  await world.ok('PUT', path, {
    version,
    mail: { ...mail, allowSenders: ['notify@vendor.example'], companyRules: [rule] },
    mailbox: {
      host: 'localhost',
      port: server.port,
      user: 'hub@mail.example',
      password: 'app password',
      authorities: own.cert,
      notBefore: '2026-01-01',
      ...changes,
    },
  })
}

let mails = 0
function mailOf(subject: string): string {
  mails += 1
  return [
    'From: notify@vendor.example',
    'To: amber@hub.msp.example',
    'Delivered-To: amber@hub.msp.example',
    `Message-ID: <${mails}@vendor.example>`,
    `Date: ${world.clock.now().toUTCString()}`,
    `Subject: ${subject}`,
    '',
    'See the console.',
    '',
  ].join('\r\n')
}

const lost = 'Office 365: the application cannot connect to Exchange Online'
const back = 'Office 365: connection to Exchange Online has been restored'
const openAtDesk = () => world.atDesk().filter(({ state }) => state === 'open')

async function duty() {
  const { sources } = await world.ok('GET', '/api/v1/status')
  const mine = sources.find(({ id }: { id: number }) => id === world.sourceId)
  return mine.duties.find(({ kind }: { kind: string }) => kind === 'poll-mailbox')
}

describe('a mailbox', () => {
  test('opens and closes the ticket of an event that has an end, each mail once', async () => {
    const server = await startImap(own)
    server.deliver(mailOf(lost), world.clock.now())
    await mailboxAt(server)
    await world.pass(0.1)
    await world.pass(0.1)
    expect(openAtDesk()).toMatchObject([
      { company: 'Amber Bakery', title: expect.stringContaining('Mailboxes protection') },
    ])
    await world.pass(1)
    server.deliver(mailOf(back), world.clock.now())
    await world.pass(2)
    await world.pass(0.1)
    expect(openAtDesk()).toEqual([])
    expect(server.commands.filter((command) => command.startsWith('UID FETCH'))).toHaveLength(2)
    expect(await duty()).toMatchObject({ failures: 0, failure: null })
  })

  test('that lets nobody in is said, rests, and is tried at once when the password is saved anew', async () => {
    const server = await startImap(own)
    server.deliver(mailOf(lost), world.clock.now())
    await mailboxAt(server, { password: 'not the password' })
    await world.pass(0.1)
    expect(await duty()).toMatchObject({ failures: 1, failure: { kind: 'denied', reason: 'bad-credentials' } })
    const logins = () => server.commands.filter((command) => command.startsWith('LOGIN')).length
    expect(logins()).toBe(1)
    await world.pass(5)
    expect(logins()).toBe(1)
    await mailboxAt(server)
    await world.pass(0.1)
    expect(await duty()).toMatchObject({ failures: 0 })
    expect(server.mails[0]?.flags.has('$TocsinTaken')).toBe(true)
    expect(world.said()).not.toContain('not the password')
  })

  test('that is full of mails is read at once to its end', async () => {
    const server = await startImap(own)
    for (let n = 0; n < 250; n += 1) server.deliver(mailOf(`Nothing that we know ${n}`), world.clock.now())
    await mailboxAt(server)
    await world.pass(0.1)
    await world.pass(0.1)
    expect(server.mails.every(({ flags }) => flags.has('$TocsinTaken'))).toBe(true)
    const { unread } = await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
    expect(unread).toMatchObject([{ reason: 'no-pattern', channel: 'mail', messages: 250 }])
    const metrics = await world.call('GET', '/metrics')
    expect(metrics.text).toContain(
      `tocsin_channel_messages_total{channel="mailbox",source="${world.sourceId}",result="unread"} 250`,
    )
  })
})

describe('a mailbox of Exchange Online', () => {
  const secret = 'IrxHB~P6uh_5g0Q'
  const clientId = '11111111-2222-3333-4444-555555555555'
  const tenant = 'contoso.onmicrosoft.com'

  async function byApplication(server: ImapServer, authority: Authority, changes: object = {}): Promise<void> {
    authority.tenants.set(tenant, [{ clientId, secrets: [secret] }])
    const application = { signIn: 'application', authority: authority.url, tenant, clientId, password: secret }
    await mailboxAt(server, { ...application, ...changes })
  }
  const signIns = ({ commands }: ImapServer) => commands.filter((command) => /^AUTHENTICATE/.test(command)).length

  test('is read with a token, which is kept while it holds', async () => {
    const authority = await startAuthority(own)
    const server = await startImap(own, { byToken: { takes: (token) => token === authority.given.at(-1) } })
    server.deliver(mailOf(lost), world.clock.now())
    await byApplication(server, authority)
    await world.pass(0.1)
    await world.pass(2)
    await world.pass(2)
    expect(server.mails[0]?.flags.has('$TocsinTaken')).toBe(true)
    expect([signIns(server) > 2, authority.given.length]).toEqual([true, 1])
    await world.pass(55)
    expect(authority.given).toHaveLength(2)
    expect(await duty()).toMatchObject({ failures: 0, failure: null })
    for (const token of [...authority.given, secret]) expect(world.said()).not.toContain(token)
  })

  test('that has taken a token back is read with the next', async () => {
    const authority = await startAuthority(own)
    const back = new Set<string>()
    const server = await startImap(own, { byToken: { takes: (token) => !back.has(token) } })
    await byApplication(server, authority)
    await world.pass(0.1)
    back.add(authority.given[0] ?? '')
    server.deliver(mailOf(lost), world.clock.now())
    await world.pass(2)
    expect([server.mails[0]?.flags.has('$TocsinTaken'), authority.given.length]).toEqual([true, 2])
    expect(await duty()).toMatchObject({ failures: 0 })
  })

  test('with a wrong secret rests, says so in the words of the authority, and goes on with the right one', async () => {
    const authority = await startAuthority(own)
    const server = await startImap(own, { byToken: { takes: () => true } })
    server.deliver(mailOf(lost), world.clock.now())
    await byApplication(server, authority, { password: 'not the secret' })
    await world.pass(0.1)
    const failure = { kind: 'denied', reason: 'bad-credentials', message: expect.stringContaining('AADSTS7000215') }
    expect(await duty()).toMatchObject({ failures: 1, failure })
    await world.pass(5)
    expect([authority.asked.length, server.commands]).toEqual([1, []])
    await byApplication(server, authority)
    await world.pass(0.1)
    expect(await duty()).toMatchObject({ failures: 0 })
    expect(server.mails[0]?.flags.has('$TocsinTaken')).toBe(true)
    for (const text of ['not the secret', secret, ...authority.given]) expect(world.said()).not.toContain(text)
  })

  test('that lets the application in to no mailbox says what to grant, and rests', async () => {
    const authority = await startAuthority(own)
    const server = await startImap(own, { byToken: { takes: () => false } })
    await byApplication(server, authority)
    await world.pass(0.1)
    const failure = {
      kind: 'denied',
      reason: 'bad-credentials',
      message: expect.stringContaining('Add-MailboxPermission'),
    }
    expect(await duty()).toMatchObject({ failures: 1, failure })
    await world.pass(5)
    expect([signIns(server), authority.given.length]).toEqual([2, 2])
    for (const token of authority.given) expect(world.said()).not.toContain(token)
  })
})
