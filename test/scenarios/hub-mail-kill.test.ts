import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'

/** Mails to a server that is killed again and again: what it answered with 250 is there, once; also what is nobody's yet. */

const database = await testDatabase<Database>()
const patience = { timeout: 60_000, interval: 200 }
const address = 'killed@hub.msp.example'
/** An address of ours that no company has. */
const ofNobody = 'new-client@hub.msp.example'
const isOfNobody = (id: string) => id.endsWith('-nobody')
const lives = 3
const written = new Date()
const aliveMs = 1_500

async function openDoor(server: HubProcess): Promise<number> {
  const body = { connector: 'kaspersky-hub', name: 'Hub', settings: {} }
  const id = Number((await server.ok('POST', '/api/v1/sources', body)).connection.id)
  const path = `/api/v1/sources/${id}/channels`
  const { version, mail } = await server.ok('GET', path)
  const most = { messagesPerMinutePerPeer: 100_000, messagesPerMinutePerRecipient: 100_000 }
  const rule = { name: 'Killed', on: 'recipient', match: 'exact', value: address, company: 'killed', companyName: '' }
  await server.ok('PUT', path, {
    version,
    smtp: {
      ...{ host: '127.0.0.1', port: 0, name: 'hub.msp.example', domains: ['hub.msp.example'] },
      ...{ encryption: 'none', limits: most },
    },
    mail: { ...mail, allowSenders: ['notify@vendor.example'], companyRules: [rule] },
  })
  return id
}

/** The port of its listener, by its own log: the API shows that of a process that was killed for a while too. */
async function portOf(server: HubProcess): Promise<number> {
  const line = () => server.lines.findLast((one) => one.includes('"channel listens"'))
  await expect.poll(line, patience).toBeDefined()
  const { address: at = '' } = JSON.parse(line() ?? '{}') as { address?: string }
  return Number(/:(\d+)$/.exec(at)?.[1])
}

function createMailer(port: number) {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, pool: true, maxConnections: 4 })
  const send = (id: string) =>
    transport.sendMail({
      // Who tries again sends the same mail, with the date that it was written.
      ...{
        from: 'notify@vendor.example',
        to: isOfNobody(id) ? ofNobody : address,
        messageId: `<${id}@vendor.example>`,
        date: written,
      },
      ...{ subject: 'Microsoft 365: malware detected in a message', text: `This is mail ${id}.` },
    })
  return { send, close: () => transport.close() }
}

test('kill -9 of the server while it takes mails: what it accepted is there, once', { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-mail-kill-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const accepted = new Set<string>()
  const tried = new Set<string>()
  let sourceId = 0
  for (let life = 0; life < lives; life += 1) {
    const server = await startHubProcess(database.url, folder)
    if (life === 0) sourceId = await openDoor(server)
    const mailer = createMailer(await portOf(server))
    const senders = Array.from({ length: 4 }, async (_, sender) => {
      for (let n = 0; server.isAlive(); n += 1) {
        const id = `life-${life}-${sender}-${n}${sender % 2 === 0 ? '-nobody' : ''}`
        tried.add(id)
        // No answer is an answer of its own here: nobody knows whether it arrived.
        await mailer.send(id).then(
          () => accepted.add(id),
          () => undefined,
        )
      }
    })
    await new Promise((resolve) => setTimeout(resolve, aliveMs))
    await server.end('SIGKILL')
    await Promise.all(senders)
    mailer.close()
    // As a minute later, when the leases of the process that was killed have run out.
    await database.pool.query('update duties set due_at = now(), lease_until = now()')
  }
  expect([...accepted].filter(isOfNobody).length).toBeGreaterThan(10)
  expect([...accepted].filter((id) => !isOfNobody(id)).length).toBeGreaterThan(10)
  expect(tried.size).toBeGreaterThan(accepted.size)

  const last = await startHubProcess(database.url, folder)
  const mailer = createMailer(await portOf(last))
  for (const id of tried) if (!accepted.has(id)) await mailer.send(id)
  mailer.close()
  const kept = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ text: string }>(
      `select text from events where type = 'm365-malware-detected'`,
    )
    return rows.flatMap(({ text }) => /This is mail (\S+)\./.exec(text)?.[1] ?? []).sort()
  }
  const known = [...tried].filter((id) => !isOfNobody(id)).sort()
  await expect.poll(async () => (await kept()).length, patience).toBe(known.length)
  expect(await kept()).toEqual(known)
  // They wait for a person, each once, and the count says so.
  const unknown = [...tried].filter(isOfNobody).sort()
  expect(await waiting(last, sourceId)).toEqual(unknown)
  const { unread } = await last.ok('GET', `/api/v1/sources/${sourceId}/inbox`)
  expect(unread).toMatchObject([{ reason: 'no-company', channel: 'mail', messages: unknown.length }])
  await last.end('SIGTERM')
})

/** Which mails are kept until a person says whose they are. */
async function waiting(server: HubProcess, sourceId: number): Promise<string[]> {
  const found: string[] = []
  for (let before = ''; ; ) {
    const page = await server.ok('GET', `/api/v1/sources/${sourceId}/unread?reason=no-company&limit=200${before}`)
    for (const { message } of page.items) found.push(/This is mail (\S+)\./.exec(message.raw)?.[1] ?? '?')
    if (page.next === null) return found.sort()
    before = `&before=${page.next}`
  }
}
