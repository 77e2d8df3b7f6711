import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../src/app.ts'
import type { PsaConnector } from '../src/connectors/psa.ts'
import type { SourceConnector } from '../src/connectors/source.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { type ConsoleSize, fillConsole } from './console-fill.ts'
import { benchDesk } from './desk-connector.ts'
import { createListSource } from './list-source.ts'

/**
 * The row about the console, only when named: `npm run bench -- console`. What every screen asks the server for, at 50,000
 * open tickets and a month of history, one after the other over HTTP with the embedded database; the time until the
 * answer is read whole. `--scale X` makes all of it X times as much.
 */

export const consoleRow = 'console'

const size: ConsoleSize = {
  tenants: 400,
  accounts: 3_000,
  open: 50_000,
  done: 100_000,
  events: 100_000,
}
const mostMs = 300
const warmUps = 3
const runs = 20

/** What the screens ask for. */
const asked: readonly (readonly [screen: string, path: string])[] = [
  ['overview', '/overview?zone=Europe/Berlin'],
  ['overview', '/status'],
  ['overview', '/integrations'],
  ['tickets', '/tickets?limit=100'],
  ['tickets, next page', '/tickets?limit=100&cursor=90000'],
  ['tickets, stuck', '/tickets?limit=100&stuck=true'],
  ['tickets, waiting', '/tickets?limit=100&state=waiting'],
  ['tickets, done', '/tickets?limit=100&state=done'],
  ['tickets, all', '/tickets?limit=100&state=any'],
  ['tickets, one client', '/tickets?limit=100&tenantId=17'],
  ['tickets, one computer', '/tickets?limit=100&computer=PC-49'],
  ['tickets, no such computer', '/tickets?limit=100&computer=nothing'],
  ['tickets, one reason', '/tickets?limit=100&statusKey=databases-outdated'],
  ['tickets, no such reason', '/tickets?limit=100&statusKey=no-such'],
  ['ticket', '/tickets/120000'],
  ['conditions', '/conditions?limit=100'],
  ['conditions, all', '/conditions?limit=100&state=any'],
  ['conditions, ended', '/conditions?limit=100&state=ended'],
  ['conditions, critical', '/conditions?limit=100&level=critical'],
  ['conditions, one client', '/conditions?limit=100&tenantId=17'],
  ['conditions, one computer', '/conditions?limit=100&computer=PC-49'],
  ['conditions, no such computer', '/conditions?limit=100&computer=nothing'],
  ['conditions, no such reason', '/conditions?limit=100&statusKey=no-such'],
  ['why', '/conditions/120000/explanation'],
  ['events', '/events?limit=100'],
  ['events, one client', '/events?limit=100&tenantId=17'],
  ['events, no such computer', '/events?limit=100&computer=nothing'],
  ['accounts', '/integrations/1/tenants?limit=100'],
  ['accounts, not mapped', '/integrations/1/tenants?limit=100&view=not-mapped'],
  ['accounts, search', '/integrations/1/tenants?limit=100&search=client%20a'],
  ['accounts, suggestions', '/integrations/1/mapping-suggestions'],
  ['accounts, drop-down', '/psas/1/accounts/known?limit=50&search=client'],
  ['accounts, not protected', '/psas/1/accounts/known?limit=100&mapped=false'],
  ['ticketing', '/integrations/1/rules'],
  ['ticketing, what would open', '/integrations/1/held'],
  ['clients to choose', '/tenants?limit=50&search=client'],
]

export type ConsoleMeasurement = {
  readonly thing: 'tocsin'
  readonly row: 'console'
  readonly screen: string
  readonly path: string
  readonly openTickets: number
  readonly medianMs: number
  readonly slowestMs: number
  readonly loadAtStart: number
}

/** Measures every screen; `tell` hears each as it is done. True when none took too long. */
export async function measureConsole(scale: number, tell: (measured: ConsoleMeasurement) => void): Promise<boolean> {
  const loadAtStart = Number((loadavg()[0] ?? 0).toFixed(2))
  const scaled = Object.fromEntries(Object.entries(size).map(([key, count]) => [key, Math.round(count * scale)]))
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-bench-'))
  const log = createLog('warn')
  const app = await createApp({
    config: {
      host: '127.0.0.1',
      port: 0,
      databaseUrl: null,
      dataFolder: folder,
      role: 'web',
      secret: 'benchmark-benchmark-benchmark-benchmark',
      logLevel: 'warn',
    },
    log,
    sources: new Map([['bench-list', createListSource({ sick: 0, urgent: false, gone: true }) as SourceConnector]]),
    psas: new Map([['bench-desk', benchDesk as PsaConnector]]),
  })
  try {
    const address = await app.start()
    await fillConsole(app.deps.pool, scaled as ConsoleSize, 'http://127.0.0.1:9')
    const token = (await readFile(join(folder, 'api-token'), 'utf8')).trim()
    let isGood = true
    for (const [screen, path] of asked) {
      const times = await timesOf(`${address}/api/v1${path}`, token)
      const [medianMs, slowestMs] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0]
      isGood &&= medianMs < mostMs
      tell({
        thing: 'tocsin',
        row: 'console',
        screen,
        path,
        openTickets: scaled.open ?? 0,
        medianMs,
        slowestMs,
        loadAtStart,
      })
    }
    return isGood
  } finally {
    await app.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** In ms, fastest first. Throws when an answer is not good. */
async function timesOf(url: string, token: string): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < warmUps + runs; n += 1) {
    const begun = performance.now()
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    if (n >= warmUps) times.push(Number((performance.now() - begun).toFixed(1)))
    if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}: ${text.slice(0, 500)}`)
  }
  return times.sort((a, b) => a - b)
}

/** The measured screens as a table, slowest first. */
export function consoleTable(measured: readonly ConsoleMeasurement[]): string {
  const lines = [...measured]
    .sort((a, b) => b.medianMs - a.medianMs)
    .map(({ screen, path, medianMs, slowestMs }) => `| ${screen} | \`${path}\` | ${medianMs} ms | ${slowestMs} ms |`)
  return `| screen | asks for | median of ${runs} | slowest |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
}
