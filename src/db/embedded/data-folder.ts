import { chmodSync, constants } from 'node:fs'
import { access, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EmbeddedPostgresError, wordsOf } from './embedded-postgres-error.ts'

/** SQLITE_BUSY: someone else holds the lock. */
const busy = 5

/** Makes the data folder when it is missing and checks that we may write there. Throws `data-folder`. */
export async function prepareDataFolder(dataFolder: string): Promise<void> {
  try {
    // As root the folder must let PostgreSQL's ordinary user pass, without showing it what else is there.
    await mkdir(dataFolder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    await access(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new EmbeddedPostgresError(
      'data-folder',
      `The data folder ${dataFolder} cannot be used: ${wordsOf(error)}. Give the user that runs Tocsin the right to write there, or name another folder with TOCSIN_DATA.`,
      { cause: error },
    )
  }
}

/** Safe to release twice. */
export type DataFolderLock = { release(): void }

/**
 * Takes the data folder for this process, or throws `locked`. Two servers on one folder would share one database
 * while each believes to be alone, and could start two PostgreSQLs on the same files.
 *
 * The lock is the operating system's own lock on an open file, taken through the SQLite inside Node because Node
 * itself offers none. The system drops it when the process ends, however it ends: after `kill -9` or a power cut there
 * is nothing to clean, and no process number to misjudge. It also holds between containers that share the folder and
 * cannot see each other's processes, where PostgreSQL's own check of `postmaster.pid` is blind. A lock inside the
 * database (`pg_try_advisory_lock`) would come too late, after the database is made and started, and is lost when
 * PostgreSQL restarts.
 */
export function lockDataFolder(dataFolder: string): DataFolderLock {
  const file = join(dataFolder, 'tocsin.lock')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(file, { timeout: 0 })
    // Without opening it: closing the file anywhere in this process would drop the lock.
    chmodSync(file, 0o600)
    lock.exec('BEGIN EXCLUSIVE')
    const held = lock
    return {
      release: () => {
        if (held.isOpen) held.close()
      },
    }
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) {
      throw new EmbeddedPostgresError(
        'locked',
        `Another Tocsin is running on the data folder ${dataFolder} (it holds ${file}). Stop that one first, or give this one a folder of its own with TOCSIN_DATA.`,
      )
    }
    throw new EmbeddedPostgresError(
      'data-folder',
      `The file ${file} cannot be locked: ${wordsOf(error)}. The data folder must be writable and on a disk that knows file locks; name another with TOCSIN_DATA, or use your own PostgreSQL with DATABASE_URL.`,
      { cause: error },
    )
  }
}

/** Writes a file so that it is on the disk when this returns. */
export async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a rename inside the folder last through a power cut. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
