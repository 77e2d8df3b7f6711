import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { type Connection, connect } from '../../src/db/connect.ts'
import type { TestServer } from './global-setup.ts'
import { recordingLog } from './recording-log.ts'

/** A database of its own for one test file, and a connection to it. */
export type TestDatabase<Schema> = Connection<Schema> & {
  /** For opening more connections, or for giving to a whole server. */
  readonly url: string
  /** The same database as PostgreSQL's superuser. */
  readonly adminUrl: string
}

/**
 * A real PostgreSQL database with all migrations applied, for the test file that calls this at its top level
 * (`const { db, pool, url } = await testDatabase()`); dropped after the file's last test. `empty` gives one without a
 * schema. Copied from a template file by file: some 50 ms, a fifth of PostgreSQL's usual way.
 */
export async function testDatabase<Schema = unknown>(options: { empty?: boolean } = {}): Promise<TestDatabase<Schema>> {
  const server = await testServer()
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`
  const source = options.empty === true ? 'template1' : server.template
  await asAdmin(server, `create database ${name} template ${source} owner tocsin strategy file_copy`)
  const url = server.url.replace(/[^/]+$/, name)
  const connection = await connect<Schema>({ url, applicationName: 'test', log: recordingLog() })
  afterAll(async () => {
    await connection.close()
    await asAdmin(server, `drop database ${name} with (force)`)
  })
  return { ...connection, url, adminUrl: server.adminUrl.replace(/[^/]+$/, name) }
}

async function testServer(): Promise<TestServer> {
  const response = await fetch(inject('testPostgres'))
  const text = await response.text()
  if (!response.ok) throw new Error(`The PostgreSQL for tests did not start: ${text}`)
  return JSON.parse(text) as TestServer
}

async function asAdmin(server: TestServer, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.adminUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
