import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { type IngestForm, ingestBody, ingestForms, textsInInbox } from '../support/hub-bodies.ts'
import { startHubProcess } from '../support/hub-process.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { startImap } from '../support/imap-server.ts'
import { startReal } from '../support/real-process.ts'
import { makeCertificate } from '../support/servers.ts'

/** kill -9 of a real server: after whatever it acknowledged, and in the middle of a look into a mailbox. */

const database = await testDatabase<Database>()
const second = await testDatabase<Database>()

const lives = 3
const sendersOfForm = 2
const aliveMs = 600

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-kills-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** One sender of a form in one life; each has a company of its own, whose numbers only grow. */
type Said = { readonly form: IngestForm; readonly company: string; readonly n: number; readonly text: string }

test('kill -9 while it takes lists, changes, events and counts: what it acknowledged is there, once', {
  timeout: 120_000,
}, async () => {
  const world = await createHubWorld(database, { tenants: 0 })
  onTestFinished(() => world.stop())
  const folder = await newFolder()
  const env = {
    ...{ DATABASE_URL: database.url, TOCSIN_DATA: folder, TOCSIN_ROLE: 'web', PORT: '0', LOG_LEVEL: 'info' },
    TOCSIN_SECRET: 'a key for tests that is long enough to be one',
  }
  const at = new Date('2026-03-02T05:00:00Z')
  const tried: Said[] = []
  const acknowledged = new Set<Said>()
  const send = async (address: string, said: Said): Promise<void> => {
    const answer = await request(`${address}/api/v1/hub/${world.sourceId}/${said.form}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.sendToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(ingestBody(said.form, { ...said, at })),
    })
    await answer.body.dump()
    if (answer.statusCode === 200) acknowledged.add(said)
  }
  for (let life = 0; life < lives; life += 1) {
    const server = await startReal(env)
    const address = server.address ?? ''
    const senders = Array.from({ length: sendersOfForm * ingestForms.length }, async (_, sender) => {
      const form = ingestForms[sender % ingestForms.length] ?? 'events'
      const company = `${form}-${sender}`
      for (let n = 1; server.isAlive(); n += 1) {
        const number = life * 1_000_000 + n
        const said = { form, company, n: number, text: `${company}-${number}` }
        tried.push(said)
        // No answer is an answer of its own: nobody knows whether it arrived.
        await send(address, said).catch(() => undefined)
      }
    })
    await new Promise((resolve) => setTimeout(resolve, aliveMs))
    await server.end('SIGKILL')
    await Promise.all(senders)
  }
  const textsOf = (some: Iterable<Said>, form: IngestForm) =>
    [...some].filter((said) => said.form === form).map(({ text }) => text)
  const inInbox = await textsInInbox(database.pool)
  for (const form of ingestForms) {
    const answered = textsOf(acknowledged, form)
    expect([form, answered.length > 30]).toEqual([form, true])
    const stored = new Set(inInbox[form])
    expect(answered.filter((text) => !stored.has(text))).toEqual([])
    // Nobody sent anything twice, and nothing is there that nobody sent.
    expect(stored.size).toBe(inInbox[form].length)
    const sent = new Set(textsOf(tried, form))
    expect([...stored].filter((text) => !sent.has(text))).toEqual([])
  }

  // What was not acknowledged is sent again, also what had arrived.
  for (const said of tried) if (!acknowledged.has(said)) await send(world.url, said)
  expect(acknowledged.size).toBe(tried.length)
  for (let turn = 0; turn < 3; turn += 1) await world.settle()
  const { rows: events } = await database.pool.query<{ text: string }>('select text from events')
  expect(events.map(({ text }) => text).sort()).toEqual(textsOf(tried, 'events').sort())
  const { rows: computers } = await database.pool.query<{ tenant: string; name: string }>(
    'select t.key as tenant, c.name from computers c join tenants t on t.id = c.tenant_id',
  )
  const changed = computers.filter(({ tenant }) => tenant.startsWith('changes'))
  expect(changed.map(({ name }) => name).sort()).toEqual(textsOf(tried, 'changes').sort())
  const { companies } = await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
  const last = (form: IngestForm) =>
    [
      ...Map.groupBy(
        tried.filter((said) => said.form === form),
        ({ company }) => company,
      ),
    ].map(([company, said]) => [company, Math.max(...said.map(({ n }) => n))] as const)
  for (const [company, n] of last('computers')) {
    expect(computers.filter(({ tenant }) => tenant === company)).toEqual([{ tenant: company, name: `${company}-${n}` }])
  }
  for (const [company, n] of last('mailboxes')) {
    expect(companies.find(({ key }: { key: string }) => key === company)).toMatchObject({ mailboxes: n })
  }
})

test('kill -9 during a look into a mailbox: each mail once, none lost', { timeout: 120_000 }, async () => {
  const own = await makeCertificate(['localhost'])
  const mailbox = await startImap(own)
  const folder = await newFolder()
  const mails = 150
  const address = 'amber@hub.msp.example'
  for (let n = 0; n < mails; n += 1) {
    const head = [
      ...['From: notify@vendor.example', `To: ${address}`, `Delivered-To: ${address}`],
      ...[`Message-ID: <${n}@vendor.example>`, `Date: ${new Date().toUTCString()}`],
      'Subject: Microsoft 365: malware detected in a message',
    ]
    mailbox.deliver(`${head.join('\r\n')}\r\n\r\nThis is mail ${n}.\r\n`)
  }
  const marked = () => mailbox.mails.filter(({ flags }) => flags.has('$TocsinTaken')).length
  const patience = { timeout: 30_000, interval: 5 }
  for (const [life, least] of [20, 60, 100].entries()) {
    const server = await startHubProcess(second.url, folder)
    if (life === 0) {
      const body = { connector: 'kaspersky-hub', name: 'Hub', settings: {} }
      const id = Number((await server.ok('POST', '/api/v1/sources', body)).connection.id)
      const path = `/api/v1/sources/${id}/channels`
      const { version, mail } = await server.ok('GET', path)
      const rule = { name: 'own', on: 'recipient', match: 'exact', value: address, company: 'amber', companyName: '' }
      const place = { host: 'localhost', port: mailbox.port, user: 'hub@mail.example', password: 'app password' }
      await server.ok('PUT', path, {
        version,
        mail: { ...mail, allowSenders: ['notify@vendor.example'], companyRules: [rule] },
        mailbox: { ...place, authorities: own.cert, notBefore: '2026-01-01', everySeconds: 10 },
      })
    }
    await expect.poll(marked, patience).toBeGreaterThan(least)
    await server.end('SIGKILL')
    // In the middle: the next one has to go on with what this one did not mark.
    expect(marked()).toBeLessThan(mails)
    // As a minute later, when the leases of the process that was killed have run out.
    await second.pool.query('update duties set due_at = now(), lease_until = now()')
  }
  const last = await startHubProcess(second.url, folder)
  await expect.poll(marked, patience).toBe(mails)
  const kept = async (): Promise<number[]> => {
    const { rows } = await second.pool.query<{ text: string }>('select text from events')
    return rows.map(({ text }) => Number(/This is mail (\d+)\./.exec(text)?.[1])).sort((a, b) => a - b)
  }
  const all = Array.from({ length: mails }, (_, n) => n)
  await expect.poll(async () => (await kept()).length, { timeout: 30_000 }).toBe(mails)
  expect(await kept()).toEqual(all)
  expect(mailbox.mails.every(({ flags }) => !flags.has('\\Seen'))).toBe(true)
  await last.end('SIGTERM')
})
