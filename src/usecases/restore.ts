import { ConnectorError } from '../connectors/failure.ts'
import { describePresent, markRestored, type Present, readBooks } from '../db/after-restore.ts'
import { lockMigrations, type Migration, pendingMigrations, readMigrations } from '../db/migrate.ts'
import { replaceDatabase } from '../db/restore-tables.ts'
import { forgetSecrets } from '../db/sealed-secrets.ts'
import { lockOutServers } from '../db/server-lock.ts'
import type { Client, Sql } from '../db/sql.ts'
import { inTransactionOf } from '../db/transaction.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import { BackupError } from './backup-error.ts'
import { type BackupFile, type BackupHeader, openBackupFile } from './backup-file.ts'
import type { Deps } from './deps.ts'
import { opensCheck, sealCheck } from './key-check.ts'
import { readSettings, type StoredConnection } from './open-connection.ts'
import { resealAll } from './rotate-key.ts'

export type Restore = {
  readonly file: string
  /** What stands in the database now may go. */
  readonly replace?: boolean
  /** The key of the copy's secrets is lost: restore without them. */
  readonly forgetSecrets?: boolean
  /** For how long no server of this installation has called a desk; unknown unless given. Only for a new database. */
  readonly silentMinutes?: number
  /** Folder of the migrations this program knows; its own unless given. */
  readonly migrations?: string
}

export type RestoredBackup = {
  readonly header: BackupHeader
  readonly rows: number
  /** Names of migrations that were applied on top of the copy. */
  readonly migrated: readonly string[]
  /** Connections whose secrets must be entered again. */
  readonly secretsToEnter: number
  /** Desks that nothing is sent to before their rolling hour is over. */
  readonly restingDesks: number
}

type RestoreDeps = Pick<Deps, 'pool' | 'clock' | 'box' | 'psas'> & FormerBoxes

/** With keys of before: a copy of then is sealed anew with the present one. */
type FormerBoxes = { readonly formerBoxes?: readonly SecretBox[] }

/** A back-up that is whole and that this program can read, and what stands in the database that it would replace. */
export type Inspected = { readonly header: BackupHeader; readonly present: Present | null }

/** What a restore would do. Changes nothing. Throws `BackupError`, `DatabaseError`. */
export async function inspectRestore(
  deps: Pick<Deps, 'pool' | 'box'> & FormerBoxes,
  input: UsableInput,
): Promise<Inspected> {
  const { header } = (await openUsable(deps, input)).file
  return { header, present: await presentOf(deps.pool) }
}

/**
 * Puts a back-up in the place of what is in the database, in one transaction: killed anywhere, nothing has changed. What the copy
 * cannot know of the time since is marked as such, so that servers ask the desks before they act. Throws `BackupError`, `DatabaseError`.
 */
export async function restore(deps: RestoreDeps, input: Restore): Promise<RestoredBackup> {
  const { file, sealedWith } = await openUsable(deps, input)
  const known = await readMigrations(input.migrations)
  const client = await deps.pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await lockMigrations(client)
    if (!(await lockOutServers(client))) throw running()
    const isEmpty = (await presentOf(client)) === null
    if (!isEmpty && input.replace !== true) throw notEmpty()
    const work = { input, file, sealedWith, known, isEmpty }
    const restored = await inTransactionOf(client, () => replaceAll(deps, client, work))
    await client.query('analyze')
    return restored
  } finally {
    // Closed, not given back: the session holds the locks and has no time limits.
    client.release(true)
  }
}

type UsableInput = Pick<Restore, 'file' | 'forgetSecrets' | 'migrations'>

/** `sealedWith` is null when the key is lost. */
type Usable = { readonly file: BackupFile; readonly sealedWith: SecretBox | null }

async function openUsable(deps: Pick<Deps, 'box'> & FormerBoxes, input: UsableInput): Promise<Usable> {
  const file = await openBackupFile(input.file)
  const { migrations, tocsin, sealedCheck } = file.header
  const known = await readMigrations(input.migrations)
  if (migrations.length > known.length) {
    const message = `${input.file} was taken by Tocsin ${tocsin}, whose database is newer (version ${migrations.length}, this one knows ${known.length}). Install that Tocsin or a newer one, then restore.`
    throw new BackupError('newer-backup', message)
  }
  const differs = migrations.find(({ version, checksum }, n) => {
    return known[n]?.version !== version || known[n].checksum !== checksum
  })
  if (differs !== undefined) {
    const message = `${input.file} was taken by Tocsin ${tocsin}, whose migration ${differs.name} is another than this program's. Restore with that Tocsin, and upgrade then.`
    throw new BackupError('other-migrations', message)
  }
  if (input.forgetSecrets === true) return { file, sealedWith: null }
  const sealedWith = [deps.box, ...(deps.formerBoxes ?? [])].find((box) => opensCheck(box, sealedCheck))
  if (sealedWith === undefined) throw otherKey()
  return { file, sealedWith }
}

async function presentOf(sql: Sql): Promise<Present | null> {
  const { present, foreign } = await describePresent(sql)
  if (foreign.length === 0) return present
  const message = `This database holds tables that are not Tocsin's (${foreign.slice(0, 5).join(', ')}): a restore would remove them. Give Tocsin a database of its own with DATABASE_URL.`
  throw new BackupError('foreign-tables', message)
}

type Work = {
  readonly input: Restore
  readonly file: BackupFile
  readonly sealedWith: SecretBox | null
  readonly known: readonly Migration[]
  readonly isEmpty: boolean
}

async function replaceAll(deps: RestoreDeps, client: Client, work: Work): Promise<RestoredBackup> {
  const { input, file, sealedWith, known, isEmpty } = work
  const { header } = file
  const books = isEmpty ? null : await readBooks(client)
  const pending = pendingMigrations(known, header.migrations)
  const { counters } = header
  await replaceDatabase(client, {
    made: known.slice(0, header.migrations.length),
    pending,
    counters,
    tables: file.tables(),
  })
  const secretsToEnter = sealedWith === null ? await forgetSecrets(client, sealCheck(deps.box)) : 0
  if (sealedWith !== null && sealedWith !== deps.box) await resealAll(client, sealedWith, deps.box)
  const now = deps.clock.now()
  const silentMinutes = input.silentMinutes ?? 0
  const budgets = books === null && silentMinutes < 60 ? await budgetsOf(deps, client) : new Map<number, number>()
  const lastCallAt = new Date(now.getTime() - silentMinutes * 60_000)
  await markRestored(client, { now, takenAt: new Date(header.takenAt), books, budgets, lastCallAt })
  return {
    header,
    rows: header.tables.reduce((sum, { rows }) => sum + rows, 0),
    migrated: pending.map(({ name }) => name),
    secretsToEnter,
    restingDesks: budgets.size,
  }
}

/** The hourly budget of each desk that has one. */
async function budgetsOf(deps: Pick<Deps, 'box' | 'psas'>, sql: Sql): Promise<Map<number, number>> {
  const { rows } = await sql.query<StoredConnection>('select id, connector, name, settings, secrets from psas')
  return new Map(
    rows.flatMap((row): [number, number][] => {
      const perHour = budgetOf(deps, row)
      return perHour === 0 ? [] : [[row.id, perHour]]
    }),
  )
}

/** More than any desk grants, for one whose settings cannot be read now. */
const anyBudget = 1_000_000

function budgetOf(deps: Pick<Deps, 'box' | 'psas'>, row: StoredConnection): number {
  const connector = deps.psas.get(row.connector)
  if (connector === undefined) return anyBudget
  try {
    return connector.facts(readSettings(deps, 'psas', row, connector.settings)).requestsPerHour
  } catch (error) {
    if (error instanceof ConnectorError) return anyBudget
    throw error
  }
}

function running(): BackupError {
  const message =
    'A Tocsin server is running on this database. Stop every server process of this installation, on all machines, then restore.'
  return new BackupError('running', message)
}

function notEmpty(): BackupError {
  const message = 'This database is in use. Restore with --replace to give up what is in it, or into an empty database.'
  return new BackupError('not-empty', message)
}

function otherKey(): BackupError {
  const message =
    'The secrets in this back-up were sealed with another key than this Tocsin has. Give it the key of then: as TOCSIN_SECRET, or as the file “secret” in the data folder. If that key is lost, restore with --forget-secrets: passwords of connections are then to be entered again.'
  return new BackupError('other-key', message)
}
