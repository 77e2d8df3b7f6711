import { once } from 'node:events'
import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { forgetOld } from '../../src/usecases/forget-old.ts'
import { openChannels } from '../../src/usecases/open-channels.ts'
import { type OpenListener, openListener } from '../../src/worker/open-listener.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { startImap } from '../support/imap-server.ts'
import { makeCertificate } from '../support/servers.ts'

/** What nobody could read, or is of nobody: kept, counted, bounded, given away, removed, and read again by later rules. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 2, devices: 2 })
const [amber, basalt] = world.hub.ready.companies.map(({ key }) => key) as [string, string]
const { ok, call } = world

type Group = { id: number; reason: string; origin: string; messages: number; kept: number; stays: boolean }
const listeners: OpenListener[] = []
let own: { key: string; cert: string }
beforeAll(async () => {
  own = await makeCertificate(['localhost'])
  await world.act('list')
  await world.settle()
})
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.stop()))
  await world.stop()
})

const manyAMinute = { messagesPerMinutePerPeer: 100_000, messagesPerMinutePerRecipient: 100_000 }
const doors = { host: '127.0.0.1', port: 0 }
const smtpDoor = {
  ...{ ...doors, name: 'hub.msp.example', domains: ['hub.msp.example'], encryption: 'none', certificate: null },
  limits: manyAMinute,
}
const amberRule = { name: 'Amber', match: 'exact', company: amber, companyName: 'Amber Bakery' } as const

/** A source with these channels and its listeners, as they are saved. */
async function newSource(name: string, channels: object, settings: object = {}) {
  const made = await ok('POST', '/api/v1/sources', { connector: 'kaspersky-hub', name, settings })
  const id = Number(made.connection.id)
  const path = `/api/v1/sources/${id}`
  const save = async (change: object): Promise<void> => {
    const { version, mail } = await ok('GET', `${path}/channels`)
    const wanted = 'mail' in change ? { ...change, mail: { ...mail, ...(change.mail as object) } } : change
    await ok('PUT', `${path}/channels`, { version, ...wanted })
  }
  await save(channels)
  const ports: Record<string, number> = {}
  for (const wanted of await openChannels(world.deps)) {
    if (wanted.sourceId !== id) continue
    const listener = await openListener({ ...world.deps, clock: { ...world.deps.clock, sleep: realSleep } }, wanted)
    listeners.push(listener)
    ports[wanted.channel] = Number(/:(\d+)/.exec(listener.address)?.[1])
  }
  const groups = async (): Promise<Group[]> => (await ok('GET', `${path}/unread-groups?limit=500`)).items
  return { id, path, save, ports, groups, inbox: () => ok('GET', `${path}/inbox`) }
}

const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 50)))

function mailer(port: number | undefined) {
  const transport = createTransport({
    host: '127.0.0.1',
    port: port ?? 0,
    ignoreTLS: true,
    pool: true,
    maxConnections: 4,
  })
  const send = (subject: string, text = 'See the console.', to = 'amber@hub.msp.example') =>
    transport.sendMail({
      ...{ from: 'notify@vendor.example', to, subject, text },
      ...{ messageId: `<${subject.replaceAll(' ', '-')}@vendor.example>`, date: world.clock.now() },
    })
  return { send, close: () => transport.close() }
}

async function sendLines(port: number | undefined, lines: readonly string[]): Promise<void> {
  const socket = connect(port ?? 0, '127.0.0.1')
  await once(socket, 'connect')
  for (const text of lines) if (!socket.write(text)) await once(socket, 'drain')
  socket.end()
  await once(socket, 'close')
}

const cef = (n: number, { group = 'Amber', host = 'ksc-1' } = {}) =>
  `<10>1 ${world.clock.now().toISOString()} ${host} KSC - - - CEF:0|KasperskyLab|SecurityCenter|14|FOUND|Found|4|` +
  `msg=Found ${n} dhost=PC-${n} gn=Managed devices/${group} rt=${world.clock.now().getTime() - 1_000 + n}\n`

const count = (groups: readonly Group[]) => groups.reduce((sum, { messages }) => sum + messages, 0)

async function eventTexts(sourceId: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>(
    'select text from events where source_id = $1 order by id',
    [sourceId],
  )
  return rows.map(({ text }) => text)
}

describe('mails that nobody can read', () => {
  test('are all kept, by the address they came to, and one that is long is kept whole', async () => {
    const source = await newSource('Kept', { smtp: smtpDoor, mail: { allowSenders: ['@vendor.example'] } })
    const post = mailer(source.ports.smtp)
    const sent = Array.from({ length: 1_500 }, (_, n) => `Nothing we know ${n}`)
    await Promise.all(sent.map((subject) => post.send(subject)))
    const long = `${'A long line of words. '.repeat(3_000)}And its end.`
    await post.send('Nothing we know, at length', long, 'basalt@hub.msp.example')
    post.close()
    const groups = await source.groups()
    expect(groups).toMatchObject([
      { reason: 'no-pattern', origin: '127.0.0.1 · basalt@hub.msp.example', messages: 1, kept: 1, stays: true },
      { reason: 'no-pattern', origin: '127.0.0.1 · amber@hub.msp.example', messages: 1_500, kept: 1_500, stays: true },
    ])
    expect(await source.inbox()).toMatchObject({ unreadTotal: { illegible: { groups: 2, messages: 1_501 } } })

    const { items } = await ok('GET', `${source.path}/unread?groupId=${groups[0]?.id}`)
    expect(items[0].message.raw.length).toBe(16 * 1024)
    const { text } = await ok('GET', `${source.path}/unread/${items[0].id}`)
    expect(text.replaceAll(/=\r\n/g, '')).toContain('And its end.')

    const removed = await call('DELETE', `${source.path}/unread-groups/${groups[1]?.id}`)
    expect(removed).toMatchObject({ status: 200, body: { removed: 1_500 } })
    expect(await source.groups()).toHaveLength(1)
    expect(await call('DELETE', `${source.path}/unread-groups/${groups[1]?.id}`)).toMatchObject({ status: 404 })
  })

  test('above the bound are left with their sender, who is told 452; those of others are taken, and all are later', async () => {
    const mail = { allowSenders: ['@vendor.example'] }
    const source = await newSource('Bounded', { smtp: smtpDoor, mail }, { unreadMegabytes: 8 })
    const post = mailer(source.ports.smtp)
    const big = 'Words that no pattern knows. '.repeat(25_000)
    for (const n of [1, 2, 3]) await post.send(`Big ${n}`, big)
    await expect(post.send('Big 4', big)).rejects.toMatchObject({ responseCode: 452 })
    await post.send('Small', 'Something else.', 'basalt@hub.msp.example')
    // What can be read needs no such room.
    await post.send('Office 365: malware', 'Found.')
    expect((await source.inbox()).unreadRoom.fill).toBeGreaterThan(1)
    world.clock.advance(120_000)
    await world.work()
    const { alarms } = await ok('GET', '/api/v1/status')
    expect(alarms).toContainEqual(
      expect.objectContaining({ kind: 'unread-full', severity: 'critical', subject: `source/${source.id}` }),
    )

    const full = (await source.groups()).find(({ messages }) => messages === 3)
    expect(await call('DELETE', `${source.path}/unread-groups/${full?.id}`)).toMatchObject({ body: { removed: 3 } })
    await post.send('Big 4', big)
    post.close()
    expect(count(await source.groups().then((all) => all.filter(({ reason }) => reason === 'no-pattern')))).toBe(2)
  })

  test('above the bound stay in the mailbox, and those behind them are taken', async () => {
    const server = await startImap(own)
    const mailOf = (n: number, subject: string, text: string) =>
      [
        ...['From: notify@vendor.example', 'To: amber@hub.msp.example', `Message-ID: <box-${n}@vendor.example>`],
        ...[`Date: ${world.clock.now().toUTCString()}`, `Subject: ${subject}`, '', text, ''],
      ].join('\r\n')
    const big = 'Words that no pattern knows.\r\n'.repeat(30_000)
    for (const n of [1, 2, 3, 4]) server.deliver(mailOf(n, `Big ${n}`, big), world.clock.now())
    server.deliver(mailOf(5, 'Office 365: malware', 'Found.'), world.clock.now())
    const mailbox = {
      ...{ host: 'localhost', port: server.port, user: 'hub@mail.example', password: 'app password' },
      ...{ authorities: own.cert, notBefore: '2026-01-01' },
    }
    const mail = {
      allowSenders: ['@vendor.example'],
      companyRules: [{ ...amberRule, on: 'recipient', value: 'amber@hub.msp.example' }],
    }
    const source = await newSource('Mailbox', { mailbox, mail }, { unreadMegabytes: 8 })
    await world.pass(0.1)
    await world.pass(0.1)
    const marked = () => server.mails.map(({ flags }) => flags.size > 0)
    expect(marked()).toEqual([true, true, true, false, true])
    expect(await eventTexts(source.id)).toEqual([expect.stringContaining('Found.')])
    const { sources } = await ok('GET', '/api/v1/status')
    const { duties } = sources.find(({ id }: { id: number }) => id === source.id)
    const look = duties.find(({ kind }: { kind: string }) => kind === 'poll-mailbox')
    expect(look.failure).toMatchObject({ kind: 'limited', message: expect.stringContaining('nobody could read') })
    const [group] = await source.groups()
    await call('DELETE', `${source.path}/unread-groups/${group?.id}`)
    await world.pass(5)
    expect(marked()).toEqual([true, true, true, true, true])
    await source.save({ mailbox: null })
  })
})

describe('messages of nobody', () => {
  const tlsOff = { ...doors, tls: null }

  test('of two companies behind one server are two groups, each given to its own', async () => {
    const source = await newSource('One server', { syslog: tlsOff })
    const lines = Array.from({ length: 6 }, (_, n) => cef(n, { group: n % 2 === 0 ? 'Amber' : 'Basalt' }))
    await sendLines(source.ports.syslog, lines)
    await expect.poll(async () => count(await source.groups())).toBe(6)
    const groups = await source.groups()
    const of = (name: string) => groups.find(({ origin }) => origin === `ksc-1 · KSC · gn: Managed devices/${name}`)
    for (const [name, key] of [
      ['Amber', amber],
      ['Basalt', basalt],
    ] as const) {
      expect(of(name)).toMatchObject({ reason: 'no-company', messages: 3 })
      const body = { groupId: of(name)?.id, company: { key } }
      expect(await ok('POST', `${source.path}/unread/assign`, body)).toEqual({ assigned: 3 })
    }
    await world.pass(0.1)
    const { rows } = await database.pool.query(
      `select t.key, string_agg(e.text, ',' order by e.text) as texts from events e join tenants t on t.id = e.tenant_id
       where e.source_id = $1 group by t.key order by t.key`,
      [source.id],
    )
    expect(rows).toEqual(
      [
        { key: amber, texts: 'Found 0,Found 2,Found 4' },
        { key: basalt, texts: 'Found 1,Found 3,Found 5' },
      ].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    )
    expect(await source.groups()).toEqual([])
  })

  test('in 300 groups are all counted, and listed page by page', async () => {
    const source = await newSource('Many', { syslog: tlsOff })
    await sendLines(
      source.ports.syslog,
      Array.from({ length: 300 }, (_, n) => cef(n, { host: `pc-${n}` })),
    )
    await expect
      .poll(async () => (await source.inbox()).unreadTotal)
      .toEqual({
        unknown: { groups: 300, messages: 300 },
        illegible: { groups: 0, messages: 0 },
      })
    const seen = new Set<string>()
    let pages = 0
    for (let before: number | null = null, more = true; more; pages += 1) {
      const query: string = before === null ? '' : `&before=${before}`
      const page = await ok('GET', `${source.path}/unread-groups?limit=120${query}`)
      for (const { origin } of page.items) seen.add(origin)
      before = page.next
      more = before !== null
    }
    expect([pages, seen.size]).toEqual([3, 300])
  })

  test('are read when a rule is saved, in their order and once; what it does not name waits on', async () => {
    const source = await newSource('Later', { syslog: tlsOff, smtp: smtpDoor })
    const lines = Array.from({ length: 450 }, (_, n) => cef(n, { group: n % 10 === 0 ? 'Basalt' : 'Amber' }))
    const said = (text: string) => `<13>Mar  2 06:00:00 fw-1 app: ${text}\n`
    const states = ['SRV-1 are old', 'SRV-2 are fine', 'SRV-1 are fine', 'SRV-2 are old']
    await sendLines(source.ports.syslog, [
      ...[...lines, said('Backup of tower failed on SRV-1')],
      ...states.map((state) => said(`tower has databases: ${state}`)),
    ])
    const post = mailer(source.ports.smtp)
    await post.send('Our own words', 'The bread is burnt.')
    post.close()
    await expect.poll(async () => count(await source.groups())).toBe(456)
    const rule = (name: string, pattern: string, words: object) => {
      const when = [{ field: 'syslog.message', pattern }]
      return { name, when, words: { product: 'endpoint-security-cloud', ...words } }
    }
    const databases = '(?<company>\\w+) has databases: (?<computer>\\S+) are'
    const readRules = [
      rule('Backup', 'Backup of (?<company>\\w+) failed', { type: 'backup-failed', severity: 'critical' }),
      rule('Old', `${databases} old`, { status: 'databases-outdated', level: 'critical' }),
      rule('Fine', `${databases} fine`, { level: 'ok' }),
    ]
    const bread = {
      ...{ name: 'Bread', enabled: true, when: [{ field: 'body', pattern: 'bread is burnt' }] },
      words: { product: 'microsoft-365', type: 'bread', severity: 'critical' },
    }
    await source.save({
      syslog: {
        ...tlsOff,
        companyRules: [{ ...amberRule, on: 'field', field: 'gn', value: 'Managed devices/Amber' }],
        readRules,
      },
      mail: {
        ...{ allowSenders: ['@vendor.example'], patterns: [bread] },
        companyRules: [{ ...amberRule, on: 'recipient', value: 'amber@hub.msp.example' }],
      },
    })
    await world.work()
    await world.pass(0.1)
    const wanted = Array.from({ length: 450 }, (_, n) => n).filter((n) => n % 10 !== 0)
    const texts = await eventTexts(source.id)
    const found = texts.filter((text) => text.startsWith('Found'))
    expect(found.sort()).toEqual(wanted.map((n) => `Found ${n}`).sort())
    expect(texts.filter((text) => text.includes('bread'))).toHaveLength(1)
    const groups = await source.groups()
    expect(groups.map(({ reason, origin, messages }) => [reason, origin, messages])).toEqual([
      // Read now, but their company is not known yet.
      ['no-company', 'fw-1 · app · company: tower', 5],
      ['no-company', 'ksc-1 · KSC · gn: Managed devices/Basalt', 45],
    ])

    const { syslog } = await ok('GET', `${source.path}/channels`)
    const tower = { ...amberRule, name: 'Tower', on: 'field', field: 'company', value: 'tower' }
    await source.save({ syslog: { ...syslog, companyRules: [...syslog.companyRules, tower] } })
    await world.work()
    await world.pass(0.1)
    expect((await source.groups()).map(({ messages }) => messages)).toEqual([45])
    const { rows } = await database.pool.query(
      `select c.name from conditions d join computers c on c.tenant_id = d.tenant_id and c.key = d.computer_key
       join tenants t on t.id = d.tenant_id where t.source_id = $1 and d.ended_at is null`,
      [source.id],
    )
    expect(rows).toEqual([{ name: 'SRV-2' }])
    const late = await database.pool.query(
      'select distinct version::int as version from unread_messages where source_id = $1',
      [source.id],
    )
    expect(late.rows).toEqual([{ version: 3 }])
  })

  test('are forgotten when they are old, with their groups, and not before', async () => {
    const groups = async () => (await database.pool.query('select id from unread_groups')).rowCount
    const before = await groups()
    expect(before).toBeGreaterThan(300)
    const forget = async () => {
      const { removed } = await forgetOld(world.deps, new AbortController().signal)
      return removed.unread_messages ?? 0
    }
    expect([await forget(), await groups()]).toEqual([0, before])
    world.clock.advance(11 * 365 * 86_400_000)
    expect(await forget()).toBeGreaterThan(300)
    expect(await groups()).toBe(0)
  })
})
