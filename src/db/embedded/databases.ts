import { createHmac } from 'node:crypto'
import pg from 'pg'
import { type Cluster, superuser } from './cluster.ts'

/** The role and the database the program works with; the role owns its database and is no superuser. */
const applicationName = 'tocsin'

/** How long one connection attempt may take, in milliseconds; the server is on this machine. */
const connectMs = 5_000

function urlOf(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`
}

/** For making databases and the like; whoever has it can read files as PostgreSQL's user. Never log it. */
export function adminUrl(cluster: Cluster, port: number): string {
  return urlOf(superuser, cluster.password, port, 'postgres')
}

/** What the program connects with. Its password follows from the superuser's, so there is one secret to keep. */
export function applicationUrl(cluster: Cluster, port: number): string {
  return urlOf(applicationName, applicationPassword(cluster), port, applicationName)
}

function applicationPassword(cluster: Cluster): string {
  return createHmac('sha256', cluster.password).update('role tocsin').digest('base64url')
}

/** Runs `work` on a superuser's connection of its own. Throws the driver's errors. */
export async function asSuperuser<T>(
  cluster: Cluster,
  port: number,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: adminUrl(cluster, port),
    application_name: 'tocsin start',
    connectionTimeoutMillis: connectMs,
    query_timeout: connectMs * 6,
  })
  // A connection cut between two queries also fails the next query; without a listener it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Makes the role and its database if they are missing, as after a first start that was cut short. */
export async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  await asSuperuser(cluster, port, async (client) => {
    const role = await client.query('select from pg_roles where rolname = $1', [applicationName])
    if (role.rowCount === 0) {
      // A statement that fails is logged with its text, and this one holds the password.
      await client.query('set log_min_error_statement = panic')
      await client.query(`create role ${applicationName} login password '${applicationPassword(cluster)}'`)
    }
    const database = await client.query('select from pg_database where datname = $1', [applicationName])
    if (database.rowCount === 0) await client.query(`create database ${applicationName} owner ${applicationName}`)
  })
}
