import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The master key of an installation that was given none, in its data folder: `secret`. While it is being changed the new one
 * lies beside it as `secret.next`; the ones before stay as `secret.until-<time>`, for back-ups of then. All are readable by
 * their owner alone.
 */
export function keyFile(folder: string): string {
  return join(folder, 'secret')
}

function nextKeyFile(folder: string): string {
  return join(folder, 'secret.next')
}

/** Null when there is none. */
export function readKey(folder: string): string | null {
  return readIf(keyFile(folder))
}

/** The key of a change that has not come to its end; null when there is none. */
export function readNextKey(folder: string): string | null {
  const next = readIf(nextKeyFile(folder))
  // A change that was stopped when it had only to be tidied up is at its end.
  return next === readKey(folder) ? null : next
}

function readIf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Keeps the first key of an installation. */
export async function writeFirstKey(folder: string, key: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeDurably(keyFile(folder), key)
}

/** Is on the disk when this is done: nothing may be sealed with a key that could be lost. */
export async function writeNextKey(folder: string, key: string): Promise<void> {
  const torn = `${nextKeyFile(folder)}.part`
  await writeDurably(torn, key)
  await rename(torn, nextKeyFile(folder))
  await syncFolder(folder)
}

/**
 * Makes `next`, the key that the database has, the present one, and keeps the one before. Stopped anywhere it can be done again,
 * also by several processes at once: each writes what it knows, and none moves a file that another may have replaced.
 */
export async function promoteNextKey(folder: string, next: string, now: Date): Promise<void> {
  const present = readKey(folder)
  if (present !== next) {
    if (present !== null)
      await writeDurably(`${keyFile(folder)}.until-${now.toISOString().replaceAll(':', '-')}`, present)
    const torn = `${keyFile(folder)}.${randomUUID()}.part`
    await writeDurably(torn, next)
    await rename(torn, keyFile(folder))
    await syncFolder(folder)
  }
  if (readIf(nextKeyFile(folder)) !== next) return
  await rm(nextKeyFile(folder), { force: true })
  await syncFolder(folder)
}

/** Keys of before, the newest first. */
export async function formerKeys(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return []
  const names = (await readdir(folder)).filter((name) => name.startsWith('secret.until-'))
  return names
    .sort()
    .reverse()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
}

async function writeDurably(path: string, key: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(`${key}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(dirname(path))
}

/** So that a new name survives a power cut too. Windows keeps no such promise and cannot open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
