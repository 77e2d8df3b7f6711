import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { beginSnapshot, copyOut } from '../db/backup-tables.ts'
import { syncFolder } from '../db/embedded/data-folder.ts'
import type { Client } from '../db/sql.ts'
import { withClient } from '../db/transaction.ts'
import { BackupError } from './backup-error.ts'
import { type BackupHeader, backupFormat, writeBackupFile } from './backup-file.ts'
import type { Deps } from './deps.ts'

export type Backup = {
  /** Where it goes: a path, or a stream that is written and ended. */
  readonly to: string | Writable
  /** Version of this Tocsin, for people who look into the file. */
  readonly tocsin: string
}

export type BackedUp = { readonly header: BackupHeader; readonly rows: number; readonly bytes: number | null }

/**
 * Copies the whole database as it is at one moment, while everything runs. A file appears under its name only when it is
 * whole and on the disk; one that was there before is replaced. Throws `BackupError`.
 */
export async function backup(deps: Pick<Deps, 'pool' | 'clock'>, { to, tocsin }: Backup): Promise<BackedUp> {
  // On a failure the connection is closed, in the middle of a copy if need be.
  return withClient(deps.pool, async (client) => {
    const header = await describe(client, deps.clock.now(), tocsin)
    const bytes = typeof to === 'string' ? await writeFile(client, to, header) : await write(client, to, header)
    await client.query('commit')
    return { header, rows: header.tables.reduce((sum, { rows }) => sum + rows, 0), bytes }
  })
}

async function describe(client: Client, takenAt: Date, tocsin: string): Promise<BackupHeader> {
  const { rows: known } = await client.query<{ used: boolean }>(
    `select to_regclass('public.schema_migrations') is not null and to_regclass('public.installation') is not null as used`,
  )
  if (known[0]?.used !== true) throw neverUsed()
  const snapshot = await beginSnapshot(client)
  const { rows } = await client.query<{ name: string; sealedCheck: string }>(
    'select name, sealed_check as "sealedCheck" from installation',
  )
  const [installation] = rows
  if (installation === undefined) throw neverUsed()
  return {
    format: backupFormat,
    tocsin,
    takenAt: takenAt.toISOString(),
    installation: installation.name,
    sealedCheck: installation.sealedCheck,
    migrations: [...snapshot.migrations],
    tables: snapshot.tables.map((table) => ({ ...table, columns: [...table.columns] })),
    counters: [...snapshot.counters],
  }
}

function neverUsed(): BackupError {
  return new BackupError('never-used', 'There is nothing to back up: Tocsin was never started on this database.')
}

async function write(client: Client, destination: Writable, header: BackupHeader): Promise<null> {
  await writeBackupFile(destination, header, (table) => copyOut(client, table))
  return null
}

/** Gives the size in bytes. */
async function writeFile(client: Client, path: string, header: BackupHeader): Promise<number> {
  const folder = dirname(path)
  const unfinished = join(folder, `.${basename(path)}.${randomUUID()}.part`)
  try {
    await write(client, createWriteStream(unfinished, { mode: 0o600, flags: 'wx' }), header)
    const size = await syncFile(unfinished)
    await rename(unfinished, path)
    await syncFolder(folder)
    return size
  } catch (error) {
    await rm(unfinished, { force: true })
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new BackupError('file', `${path} cannot be written: ${error.message}`, { cause: error })
  }
}

/** Gives its size once it is on the disk. */
async function syncFile(path: string): Promise<number> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}
