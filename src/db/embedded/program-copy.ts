import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './embedded-postgres-error.ts'
import { linkLibraries } from './program-links.ts'

type NativeFile = { readonly path: string; readonly size: number; readonly executable: boolean }

/**
 * A copy of the `native` folder under `base` that any user may read and run, made once per package version. A copy
 * that lost a file (temporary folders get emptied) is made again. Throws the system's error when `base` is unfit.
 */
export async function copyProgram(native: string, base: string, version: string): Promise<string> {
  await mkdir(base, { recursive: true, mode: 0o755 })
  await refuseForeign(base)
  const folder = join(base, version)
  const files = await listFiles(native, '')
  if (await isWhole(folder, files)) return folder

  const unfinished = join(base, `${version}.new-${randomBytes(4).toString('hex')}`)
  try {
    for (const file of files) {
      const target = join(unfinished, file.path)
      await mkdir(dirname(target), { recursive: true, mode: 0o755 })
      await copyFile(join(native, file.path), target, constants.COPYFILE_FICLONE)
      await chmod(target, file.executable ? 0o755 : 0o644)
    }
    await openFolders(unfinished)
    await linkLibraries(native, unfinished)
    await rm(folder, { recursive: true, force: true })
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another Tocsin may have finished the same copy in the meantime.
    if (!(await isWhole(folder, files))) throw error
  }
  return folder
}

/** In a place where everyone may write, someone else could have put a folder, or a link, with programs for us to run. */
async function refuseForeign(base: string): Promise<void> {
  const entry = await lstat(base)
  const ours = process.getuid === undefined || entry.uid === process.getuid()
  if (!entry.isDirectory() || !ours) throw new Error('it is not a folder of the user that runs Tocsin')
  await chmod(base, 0o755)
}

/** All files but links (made anew) and libraries for C compilers, which are a tenth of the size. */
async function listFiles(root: string, inside: string): Promise<NativeFile[]> {
  const found: NativeFile[] = []
  for (const entry of await readdir(join(root, inside), { withFileTypes: true })) {
    const path = join(inside, entry.name)
    if (entry.isDirectory()) found.push(...(await listFiles(root, path)))
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      const { size, mode } = await lstat(join(root, path))
      found.push({ path, size, executable: (mode & 0o100) !== 0 })
    }
  }
  return found
}

async function isWhole(folder: string, files: readonly NativeFile[]): Promise<boolean> {
  try {
    for (const file of files) {
      if ((await lstat(join(folder, file.path))).size !== file.size) return false
    }
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** The mode given to `mkdir` is cut by the process's umask; the copy is for another user. */
async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name))
  }
}
