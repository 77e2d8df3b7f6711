import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import { type Cluster, placeOf } from './cluster.ts'
import { writeDurably } from './data-folder.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { finalWords, startLog } from './postgres-log.ts'
import { type PostgresSettings, settingsFile } from './postgres-settings.ts'
import { readPostmasterFile } from './postmaster.ts'
import type { Program } from './program.ts'
import { giveTo } from './run-as.ts'
import { programOptions } from './run-program.ts'
import { endWithUs } from './stop.ts'

type Deps = { readonly log: Log; readonly program: Program }
type Started = { readonly pid: number; readonly port: number }

/** Someone else may take the port between our look and PostgreSQL's start. */
const portAttempts = 5
/** How long processes of a killed postmaster may take to notice, in milliseconds. */
const leftoverMs = 20_000
const slowMs = 15_000

/** Starts PostgreSQL on the cluster and returns when it takes connections. Throws `port` or `start`. */
export async function launch(
  deps: Deps,
  cluster: Cluster,
  options: { port: number | undefined; settings: PostgresSettings },
): Promise<Started> {
  const conf = join(cluster.folder, 'tocsin.conf')
  await writeDurably(conf, settingsFile(options.settings), 0o600)
  await giveTo(conf, deps.program.runAs)

  const leftoverDeadline = performance.now() + leftoverMs
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort())
    const outcome = await tryLaunch(deps, cluster, port)
    if (typeof outcome !== 'string') return outcome
    if (outcome.includes('could not create any TCP/IP sockets')) {
      if (options.port === undefined && attempt < portAttempts) continue
      throw new EmbeddedPostgresError(
        'port',
        `The embedded PostgreSQL cannot listen on port ${port} of 127.0.0.1. Free that port, or ask for another or none. Its words: ${outcome}`,
      )
    }
    if (outcome.includes('pre-existing shared memory block') && performance.now() < leftoverDeadline) {
      await sleep(200)
      continue
    }
    throw new EmbeddedPostgresError(
      'start',
      `The embedded PostgreSQL did not start on ${cluster.folder}. Its words: ${outcome}`,
    )
  }
}

/** PostgreSQL's words when it ended instead of starting. */
async function tryLaunch(deps: Deps, cluster: Cluster, port: number): Promise<Started | string> {
  const logFolder = join(cluster.folder, 'log')
  await mkdir(logFolder, { recursive: true, mode: 0o700 })
  await giveTo(logFolder, deps.program.runAs)
  const since = new Date()
  const child = await spawnPostgres(deps.program, cluster, port)
  if (typeof child === 'string') return child
  const { pid } = child
  if (pid === undefined) return 'the system gave no process number'
  const takeBack = endWithUs(pid)
  try {
    if (await isReady(deps, cluster, child, pid)) return { pid, port }
  } finally {
    takeBack()
  }
  return `${await finalWords(logFolder, since)}\n(ended with ${child.exitCode ?? child.signalCode})`
}

/** False when the process ended. There is no limit: recovering a large database takes what it takes. */
async function isReady(deps: Deps, cluster: Cluster, child: ChildProcess, pid: number): Promise<boolean> {
  for (let waited = 0; child.exitCode === null && child.signalCode === null; waited += 20) {
    const file = await readPostmasterFile(cluster.folder)
    if (file?.pid === pid && file.status === 'ready') return true
    if (waited > 0 && waited % slowMs === 0) {
      deps.log.warn({ waitedMs: waited }, 'embedded PostgreSQL is still starting, as it does after a crash')
    }
    await sleep(20)
  }
  return false
}

/**
 * In a session of its own, so that Ctrl-C in a terminal reaches only us, and we stop it after our own work is done.
 * Its output goes to a file, because a pipe would break when we are killed.
 */
async function spawnPostgres(program: Program, cluster: Cluster, port: number): Promise<ChildProcess | string> {
  const { cwd, name } = await placeOf(cluster.folder, program.runAs)
  const output = await open(join(cluster.folder, 'log', startLog), 'w', 0o600)
  try {
    const args = ['-D', name, '-c', 'listen_addresses=127.0.0.1', '-c', `port=${port}`]
    const child = spawn(join(program.bin, 'postgres'), args, {
      ...programOptions(cwd, program.runAs),
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    })
    child.unref()
    return await new Promise((resolve) => {
      child.once('spawn', () => resolve(child))
      child.once('error', (error) => resolve(error.message))
    })
  } finally {
    await output.close()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port)
        else reject(new Error('the system gave no port'))
      })
    })
  })
}
