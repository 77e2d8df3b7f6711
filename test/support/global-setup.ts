import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/db/connect.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/start-embedded-postgres.ts'
import { migrate } from '../../src/db/migrate.ts'
import { recordingLog } from './recording-log.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a worker asks for the PostgreSQL of this run; the answer is a `TestServer`. */
    testPostgres: string
  }
}

/** What a worker needs to make databases of its own. */
export type TestServer = { readonly adminUrl: string; readonly url: string; readonly template: string }

type Running = { readonly server: EmbeddedPostgres; readonly answer: TestServer; end(): Promise<void> }

const template = 'template_migrated'

/** What would be lost in a power cut does not matter in a test. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }

let close: () => Promise<void> = async () => undefined

/** Starts the one PostgreSQL of a test run, but only when the first test asks, for most runs of one file need none. */
export async function setup(project: TestProject): Promise<void> {
  let running: Promise<Running> | undefined
  const path = `/${randomBytes(16).toString('hex')}`
  const broker = createServer((request, response) => {
    if (request.url !== path) {
      response.writeHead(404).end()
      return
    }
    running ??= start()
    void reply(running, response)
  })
  await once(broker.listen(0, '127.0.0.1'), 'listening')
  broker.unref()
  const address = broker.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  project.provide('testPostgres', `http://127.0.0.1:${port}${path}`)
  close = async () => {
    broker.close()
    await running?.then(
      ({ end }) => end(),
      // The tests that asked for it have failed with the reason.
      () => undefined,
    )
  }
}

export async function teardown(): Promise<void> {
  await close()
}

async function reply(running: Promise<Running>, response: ServerResponse): Promise<void> {
  try {
    response.end(JSON.stringify((await running).answer))
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error))
  }
}

async function start(): Promise<Running> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'tocsin-test-'))
  await chmod(dataFolder, 0o755)
  const log = recordingLog()
  const letGo = cleanAfterDeath(dataFolder)
  const server = await startEmbeddedPostgres({ dataFolder, log, settings })
  const end = async (): Promise<void> => {
    await server.stop()
    letGo()
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    await makeTemplate(server)
    return { server, answer: { adminUrl: server.adminUrl, url: server.url, template }, end }
  } catch (error) {
    await end()
    throw error
  }
}

async function makeTemplate(server: EmbeddedPostgres): Promise<void> {
  const admin = new pg.Client({ connectionString: server.adminUrl })
  await admin.connect()
  try {
    await admin.query(`create database ${template} owner tocsin`)
    const log = recordingLog()
    const url = server.url.replace(/[^/]+$/, template)
    const connection = await connect({ url, applicationName: 'migrate', log })
    await migrate({ pool: connection.pool, log }).finally(() => connection.close())
    // Nobody can be connected to a database while it is being copied.
    await admin.query(`alter database ${template} allow_connections false`)
  } finally {
    await admin.end()
  }
}

/**
 * A shell that outlives us waits for the end of its input, which comes however this process ends, Ctrl-C and `kill -9`
 * included; then it ends PostgreSQL and removes the folder. Told that all went well, it just ends.
 */
function cleanAfterDeath(dataFolder: string): () => void {
  if (process.platform === 'win32') return () => undefined
  // PostgreSQL may be about to write its number, and initdb to make files.
  const script = `read -r word && exit
    for round in 1 2 3 4 5; do
      pid=$(head -n 1 "$1/postgres/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
      sleep 0.5
    done
    rm -rf "$1"`
  const shell = spawn('/bin/sh', ['-c', script, 'sh', dataFolder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  return () => {
    shell.stdin?.end('done\n')
  }
}
