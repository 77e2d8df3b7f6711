import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Admin, createAdmin, type Hub, type Inbox, isReady, openHub } from './ingest-hub.ts'
import { benchDomain, postEvents, sendMails, writeSyslog } from './ingest-senders.ts'
import { endProgram, freePort, startProgram, until, untilStarted } from './processes.ts'

/**
 * The row about ingest, only when named: `npm run bench -- ingest`. A whole server as `npm start` runs it, with its embedded
 * PostgreSQL (`fsync` and `synchronous_commit` on), takes events by each channel of a hub, one channel after the other, as fast
 * as they are sent from another process on the same machine. A rate counts what is on disk; settling goes on beside it.
 * `--scale X` makes it X times as many.
 */

export const ingestRow = 'ingest'

export type IngestMeasurement = {
  readonly thing: 'tocsin'
  readonly row: 'ingest'
  readonly channel: string
  readonly events: number
  readonly seconds: number
  readonly perSecond: number
  /** Of one request, where each is answered by itself. */
  readonly medianAnswerMs?: number
  readonly pushedBack: number
  /** From the last that was taken until all was settled. */
  readonly settledAfterSeconds: number
  readonly loadAtStart: number
}

const sizes = { batches: 200_000, single: 2_000, syslog: 100_000, mail: 2_000 }

/** Measures channel by channel; `tell` hears each as it is done. Throws when something was refused or lost. */
export async function measureIngest(scale: number, tell: (measured: IngestMeasurement) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-bench-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const flags = ['--max-semi-space-size=8', '--max-old-space-size=400']
  const env = { ...process.env, PORT: String(port), HOST: '127.0.0.1', TOCSIN_DATA: folder, LOG_LEVEL: 'warn' }
  const server = startProgram(process.execPath, [...flags, main], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    await untilStarted('the server', server, () => isReady(url))
    const admin = createAdmin(url, (await readFile(join(folder, 'api-token'), 'utf8')).trim())
    const plain = await openHub(admin, 'Plain', { tls: null, smtp: true })
    const safe = await openHub(admin, 'Safe', { tls: { makeFor: [benchDomain] }, smtp: false })
    const many = (size: number) => Math.max(1, Math.round(size * scale))
    const run = async (channel: string, company: string, count: number, send: () => Promise<Sent>) =>
      tell(await measureOne(admin, { channel, company, count, hub: company === 'tls' ? safe : plain }, send))

    const web = { count: many(sizes.batches), each: 10_000, senders: 2, name: 'web' }
    await run('HTTP, 10,000 a request', web.name, web.count, () => postEvents(plain.target, web))
    const single = { count: many(sizes.single), each: 1, senders: 8, name: 'single' }
    await run('HTTP, one a request, 8 at once', single.name, single.count, () => postEvents(plain.target, single))
    for (const [name, { syslogPort, trust }] of [
      ['tcp', plain],
      ['tls', safe],
    ] as const) {
      const count = many(sizes.syslog)
      await run(`syslog over ${name.toUpperCase()}`, name, count, async () => {
        const before = await admin.taken()
        await writeSyslog(syslogPort, { count, name, trust })
        await until('all of syslog is on disk', 120_000, async () => (await admin.taken()) - before >= count)
        return {}
      })
    }
    const count = many(sizes.mail)
    await run('mail over 4 connections', 'mail', count, async () => {
      await sendMails(plain.smtpPort, { count, to: `mail@${benchDomain}` })
      return {}
    })
  } finally {
    await endProgram(server)
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

type Sent = { readonly pushedBack?: number; readonly answersMs?: readonly number[] }
type Subject = { readonly channel: string; readonly company: string; readonly count: number; readonly hub: Hub }

/** Throws when not all that was taken has been settled in time: then something was lost. */
async function measureOne(
  admin: Admin,
  { channel, company, count, hub }: Subject,
  send: () => Promise<Sent>,
): Promise<IngestMeasurement> {
  const loadAtStart = Number((loadavg()[0] ?? 0).toFixed(2))
  const begun = performance.now()
  const { pushedBack = 0, answersMs = [] } = await send()
  const seconds = (performance.now() - begun) / 1_000
  const taken = performance.now()
  const { sourceId } = hub.target
  await until(`all ${count} events by ${channel} are settled`, 600_000, async () => {
    const { waiting, companies } = await admin.ok<Inbox>('GET', `/sources/${sourceId}/inbox`)
    return waiting === 0 && companies.find(({ key }) => key === company)?.events === count
  })
  const sorted = [...answersMs].sort((a, b) => a - b)
  return {
    thing: 'tocsin',
    row: ingestRow,
    channel,
    events: count,
    seconds: rounded(seconds),
    perSecond: Math.round(count / seconds),
    ...(sorted.length > 0 && { medianAnswerMs: rounded(sorted[Math.floor(sorted.length / 2)] ?? 0) }),
    pushedBack,
    settledAfterSeconds: rounded((performance.now() - taken) / 1_000),
    loadAtStart,
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(2))
}

/** The measured channels as a table. */
export function ingestTable(measured: readonly IngestMeasurement[]): string {
  const whole = (value: number) => value.toLocaleString('en-US')
  const lines = measured.map(
    ({ channel, events, perSecond, medianAnswerMs, pushedBack, settledAfterSeconds }) =>
      `| ${channel} | ${whole(events)} | ${whole(perSecond)} | ${medianAnswerMs ?? ''} | ${pushedBack} | ${settledAfterSeconds} |`,
  )
  const head = '| channel | events | on disk, per second | median answer, ms | pushed back | all settled after, s |'
  return `${head}\n| --- | --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`
}
