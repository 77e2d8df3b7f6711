import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startAutotaskEmulator } from '../../emulators/autotask/main.ts'
import { startKasperskyHubEmulator } from '../../emulators/kaspersky-hub/main.ts'
import type { Database } from '../../src/db/tables.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'

/** The listeners of a real process: set up over its API, fed over real sockets, stopped by a signal. */

const databases = await Promise.all([
  testDatabase<Database>(),
  testDatabase<Database>(),
  testDatabase<Database>(),
  testDatabase<Database>(),
])
const [first, second, third, fourth] = databases

const patience = { timeout: 30_000, interval: 100 }
const limit = { timeout: 180_000 }

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-listeners-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function newHub(server: HubProcess): Promise<number> {
  const body = { connector: 'kaspersky-hub', name: 'Hub', settings: {} }
  return Number((await server.ok('POST', '/api/v1/sources', body)).connection.id)
}

async function save(server: HubProcess, id: number, channels: object) {
  const path = `/api/v1/sources/${id}/channels`
  const { version } = await server.ok('GET', path)
  return server.ok('PUT', path, { version, ...channels })
}

type State = {
  channel: string
  process: string
  state: string
  address: string
  message: string
  counts: Record<string, number>
}

async function states(server: HubProcess, id: number): Promise<State[]> {
  return (await server.ok('GET', `/api/v1/sources/${id}/channels`)).states
}

/** The port at which a channel listens, once it does. */
async function portOf(server: HubProcess, id: number, channel: string): Promise<number> {
  let port = 0
  await expect
    .poll(async () => {
      const state = (await states(server, id)).find((one) => one.channel === channel && one.state === 'listening')
      port = Number(/:(\d+)/.exec(state?.address ?? '')?.[1] ?? 0)
      return port
    }, patience)
    .toBeGreaterThan(0)
  return port
}

const doors = { host: '127.0.0.1', port: 0 }
const rule = { on: 'field', field: 'gn', match: 'exact' } as const
const amber = {
  ...rule,
  name: 'Amber',
  value: 'Managed devices/Amber Bakery',
  company: 'company-1',
  companyName: 'Amber Bakery',
}

const line = (n: number, group = 'Amber Bakery') =>
  `<10>1 ${new Date().toISOString()} nb-9 1093|1.0.0.0 - FLOOD [event@23668 et="FLOOD" hdn="NB-9" gn="Managed devices/${group}"] Event ${n}\n`

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** What became of lines with this type: settled, still in the inbox, or kept for a person. */
async function stored({ pool }: TestDatabase<Database>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select (select count(*) from events where type = 'FLOOD')
       + (select coalesce(sum(items), 0) from inbox where form = 'events')
       + (select count(*) from unread_messages) as count`,
  )
  return Number(rows[0]?.count)
}

async function unreadOf(server: HubProcess, id: number): Promise<number> {
  const { unread } = await server.ok('GET', `/api/v1/sources/${id}/inbox`)
  return unread.reduce((sum: number, { messages }: { messages: number }) => sum + messages, 0)
}

test(
  'from the feeder over syslog with TLS and mail with STARTTLS to tickets at the desk, and closed again',
  limit,
  async () => {
    const hub = await startKasperskyHubEmulator({ port: 0, tenants: 2, devices: 4 })
    const companies = hub.ready.companies.map(({ name }) => name)
    const autotask = await startAutotaskEmulator({ port: 0, companies, switches: { latencyScale: 0 } })
    onTestFinished(async () => {
      await hub.stop()
      await autotask.stop()
    })
    const server = await startHubProcess(first.url, await newFolder())
    const id = await newHub(server)
    const act = (name: string, order: object = {}) => hub.control.act({ act: name, ...order }) as Promise<unknown>

    // The companies are known by their lists; a desk is connected, and both events and a status make tickets.
    const { secret: token } = await server.ok('POST', `/api/v1/sources/${id}/tokens`, { name: 'Feeder' })
    await act('connect', { url: server.url, sourceId: id, token })
    await act('list')
    await act('flush')
    const { user, secret, integrationCode, url: baseUrl } = { ...autotask.ready, url: autotask.ready.url }
    const psa = await server.ok('POST', '/api/v1/psas', {
      connector: 'autotask',
      name: 'Desk',
      settings: { user, secret, integrationCode, baseUrl, timeoutSeconds: 5 },
    })
    const psaId = Number(psa.connection.id)
    const integration = await server.ok('POST', '/api/v1/integrations', { name: 'Cloud', sourceId: id, psaId })
    await expect
      .poll(async () => (await server.ok('GET', `/api/v1/tenants?sourceId=${id}`)).items.length, patience)
      .toBe(2)
    const { items: tenants } = await server.ok('GET', `/api/v1/tenants?sourceId=${id}`)
    await expect
      .poll(async () => (await server.ok('GET', `/api/v1/psas/${psaId}/accounts`)).length, patience)
      .toBeGreaterThan(0)
    for (const tenant of tenants) {
      const accounts = await server.ok('GET', `/api/v1/psas/${psaId}/accounts`)
      const account = accounts.find(({ name }: { name: string }) => name === tenant.name)
      const mapping = { integrationId: Number(integration.id), accountId: account.id }
      await server.ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, mapping)
    }
    const rules = `/api/v1/integrations/${integration.id}/rules`
    const { choices } = await server.ok('GET', `/api/v1/psas/${psaId}/options`)
    const priority = choices.priority.find(({ label }: { label: string }) => label === 'High').value
    const { version, defaults } = await server.ok('GET', rules)
    const wanted = [
      ['critical', 'databases-outdated'],
      ['event-type', 'm365-mailboxes-not-protected'],
    ].map(([section, key]) => ({ section, key, enabled: true, fields: { ...defaults.fields, priority } }))
    await server.ok('PUT', rules, { version, rows: wanted })

    // The channels are set up while it runs, with certificates that it makes.
    const { mail } = await server.ok('GET', `/api/v1/sources/${id}/channels`)
    const address = 'amber-7f3k@hub.msp.example'
    const ownAddress = { ...amber, on: 'recipient', field: '', value: address }
    const saved = await save(server, id, {
      syslog: { ...doors, tls: { makeFor: ['hub.msp.example', '127.0.0.1'] }, companyRules: [amber] },
      smtp: {
        ...doors,
        name: 'hub.msp.example',
        domains: ['hub.msp.example'],
        encryption: 'required',
        certificate: { makeFor: ['hub.msp.example'] },
      },
      mail: { ...mail, allowSenders: ['notify@vendor.example'], companyRules: [ownAddress] },
    })
    const name = 'hub.msp.example'
    await act('connect', {
      channel: 'syslog',
      port: await portOf(server, id, 'syslog'),
      tls: { trust: saved.syslog.tls.certificate, name },
    })
    await act('connect', {
      channel: 'mail',
      port: await portOf(server, id, 'smtp'),
      tls: { trust: saved.smtp.certificate.certificate, name },
      addresses: { 'company-1': address },
    })
    const openTitles = () =>
      (autotask.control.getState({ part: 'tickets' }) as { title: string; status: number }[])
        .filter(({ status }) => status !== 5)
        .map(({ title }) => title)
    const state = hub.control.getState({ part: 'companies' }) as { computers: Record<string, { name: string }> }[]
    const [key, computer] = Object.entries(state[0]?.computers ?? {})[0] ?? ['', { name: '' }]

    await act('raise', { company: 'company-1', type: 'm365-mailboxes-not-protected' })
    await act('setStatus', { company: 'company-1', computer: key, status: 'databases-outdated', level: 'critical' })
    expect(await act('flush', { channel: 'syslog', again: 20 })).toMatchObject({ sent: 1, refused: null, waiting: 1 })
    expect(await act('flush', { channel: 'mail', again: 20 })).toMatchObject({ sent: 1, refused: null, waiting: 0 })
    await expect.poll(() => openTitles().length, patience).toBe(2)
    expect(openTitles().toSorted()).toEqual([
      expect.stringContaining(computer.name),
      expect.stringContaining('Mailboxes protection is not provided'),
    ])

    await act('resolve', { company: 'company-1', type: 'm365-mailboxes-not-protected' })
    expect(await act('flush', { channel: 'mail', again: 20 })).toMatchObject({ sent: 1, refused: null })
    await expect.poll(openTitles, patience).toEqual([expect.stringContaining(computer.name)])
    // That a device is well again is no event of the vendor's: a web request says it, by the computer's key.
    await act('setStatus', { company: 'company-1', computer: key, status: 'databases-outdated', level: 'ok' })
    await act('flush')
    await expect.poll(openTitles, patience).toEqual([])

    const taken = async () =>
      Object.fromEntries((await states(server, id)).map((one) => [one.channel, one.counts.taken]))
    await expect.poll(taken, patience).toEqual({ syslog: 1, smtp: 2 })
    const { sources } = await server.ok('GET', '/api/v1/status')
    expect(sources[0].channels).toHaveLength(2)
    const log = server.lines.join('\n')
    expect(log).not.toContain('PRIVATE KEY')
  },
)

test(
  'a port that is taken is said and tried again, and stops nothing else; rules change without closing a connection',
  limit,
  async () => {
    const squatter = createServer()
    squatter.listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    onTestFinished(() => void squatter.close())
    const { port } = squatter.address() as { port: number }
    const server = await startHubProcess(second.url, await newFolder())
    const id = await newHub(server)
    await save(server, id, {
      syslog: { ...doors, tls: null },
      smtp: { ...doors, port, name: 'hub.msp.example', domains: ['hub.msp.example'], encryption: 'none' },
    })
    const syslogPort = await portOf(server, id, 'syslog')
    const smtp = async () => (await states(server, id)).find(({ channel }) => channel === 'smtp')
    await expect.poll(smtp, patience).toMatchObject({
      state: 'failing',
      address: `127.0.0.1:${port}`,
      message: expect.stringContaining(`Port ${port}`),
    })
    expect(server.lines.filter((one) => one.includes('channel cannot listen')).length).toBe(1)

    const socket = await open(syslogPort)
    socket.write(line(1))
    await expect.poll(() => unreadOf(server, id), patience).toBe(1)
    await save(server, id, { syslog: { ...doors, tls: null, companyRules: [amber] } })
    await expect.poll(() => server.lines.some((one) => one.includes('reads by other rules')), patience).toBe(true)
    socket.write(line(2))
    const known = async () =>
      (await server.ok('GET', `/api/v1/sources/${id}/inbox`)).companies.map(({ key }: { key: string }) => key)
    await expect.poll(known, patience).toEqual(['company-1'])
    // What waited is read by the new rule, too.
    await expect.poll(() => unreadOf(server, id), patience).toBe(0)
    expect(socket.closed).toBe(false)
    socket.destroy()

    squatter.close()
    expect(await portOf(server, id, 'smtp')).toBe(port)
    // Another port: the old one is given back, and a source without channels listens no more.
    await save(server, id, { syslog: { ...doors, tls: null, udpPort: 0, companyRules: [amber] } })
    await expect
      .poll(async () => (await states(server, id)).find(({ channel }) => channel === 'syslog')?.address, patience)
      .toMatch(/UDP \d+$/)
    await save(server, id, { syslog: null, smtp: null })
    await expect.poll(() => states(server, id), patience).toEqual([])
    await expect(open(port)).rejects.toThrow('ECONNREFUSED')
  },
)

test(
  'two processes on one machine: the first that has the port keeps it, the other takes over when it is gone',
  limit,
  async () => {
    const folder = await newFolder()
    const one = await startHubProcess(third.url, folder)
    const id = await newHub(one)
    const free = createServer()
    free.listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as { port: number }
    await new Promise((resolve) => free.close(resolve))
    await save(one, id, { syslog: { ...doors, port, tls: null } })
    expect(await portOf(one, id, 'syslog')).toBe(port)
    const other = await startHubProcess(third.url, folder, { TOCSIN_ROLE: 'web' })
    const seen = async () => (await states(other, id)).map(({ state }) => state).toSorted()
    await expect.poll(seen, patience).toEqual(['failing', 'listening'])
    expect(await one.end('SIGTERM')).toBe(0)
    await expect.poll(seen, patience).toEqual(['listening'])
    const socket = await open(port)
    socket.end(line(1))
    await expect.poll(() => unreadOf(other, id), patience).toBe(1)
  },
)

test('a stop hands over what was received; a worker does not listen', limit, async () => {
  const folder = await newFolder()
  const server = await startHubProcess(fourth.url, folder)
  const id = await newHub(server)
  await save(server, id, { syslog: { ...doors, tls: null, companyRules: [amber] } })
  const port = await portOf(server, id, 'syslog')
  const lines = 3_000
  const socket = await open(port)
  const closed = once(socket, 'close')
  socket.resume()
  socket.end(Array.from({ length: lines }, (_, n) => line(n, n % 2 === 0 ? 'Amber Bakery' : 'Nobody')).join(''))
  // Closed by the other side: all was read, and not all of it is on disk.
  await closed
  expect(await server.end('SIGTERM')).toBe(0)
  expect(server.lines.filter((one) => one.includes('"level":50'))).toEqual([])
  expect(await stored(fourth)).toBe(lines)

  const worker = await startHubProcess(fourth.url, folder, { TOCSIN_ROLE: 'worker', PORT: '0' })
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  expect(worker.lines.filter((one) => one.includes('channel listens'))).toEqual([])
  await expect(open(port)).rejects.toThrow('ECONNREFUSED')
})
