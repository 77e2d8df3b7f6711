import { chown, lchown, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './embedded-postgres-error.ts'

/** The ordinary user PostgreSQL runs as when we ourselves are root, which it refuses. */
export type RunAs = { readonly uid: number; readonly gid: number }

/** `nobody` and its group on Linux. */
const nobody: RunAs = { uid: 65534, gid: 65534 }

/**
 * Undefined when we are an ordinary user (PostgreSQL then runs as we do). As root: the owner of a database that is
 * there already, so that one start with sudo does not take the files away from their user; else `nobody`.
 */
export async function chooseRunAs(clusterFolder: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined
  try {
    const owner = await stat(clusterFolder)
    return owner.uid === 0 ? nobody : { uid: owner.uid, gid: owner.gid }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return nobody
    throw error
  }
}

/** Gives one file or folder to the user PostgreSQL runs as; nothing to do when that is ourselves. */
export async function giveTo(path: string, runAs: RunAs | undefined): Promise<void> {
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid)
}

/** Gives a whole folder away; of a link the link itself. For a folder that no server is using. */
export async function giveTreeTo(folder: string, runAs: RunAs): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await giveTreeTo(path, runAs)
    else await lchown(path, runAs.uid, runAs.gid)
  }
  await chown(folder, runAs.uid, runAs.gid)
}

/**
 * Whether that user gets to the folder by its path, judged by mode bits. Access lists are not read: where one would
 * allow more, we only take the longer way for nothing.
 */
export async function reachableBy(folder: string, runAs: RunAs): Promise<boolean> {
  let current = await realpath(folder)
  for (;;) {
    const { mode, uid, gid } = await stat(current)
    const search = uid === runAs.uid ? 0o100 : gid === runAs.gid ? 0o010 : 0o001
    if ((mode & search) === 0) return false
    const parent = dirname(current)
    if (parent === current) return true
    current = parent
  }
}
