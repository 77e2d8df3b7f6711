import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A small disk for the database, that can be filled to its last byte and freed again. */
export type Disk = {
  /** Where the database goes. */
  readonly folder: string
  /** What stands for a full disk here. */
  readonly by: 'a small file system' | 'a limit on the size of files'
  fill(postmaster: number): Promise<void>
  free(postmaster: number): Promise<void>
  close(): Promise<void>
}

const sizeMb = 600
const pageBytes = 4_096

/**
 * Where we may mount, a tmpfs of its own: PostgreSQL then really hears "no space left". Elsewhere (an ordinary user)
 * every file of the running PostgreSQL is kept from growing, which it hears as "file too large" and treats the same.
 */
export async function openDisk(folder: string): Promise<Disk> {
  await mkdir(folder, { recursive: true })
  const mounted = process.getuid?.() === 0 && (await mount(folder))
  await chmod(folder, 0o711)
  return mounted ? smallFileSystem(folder) : limitedFiles(folder)
}

async function mount(folder: string): Promise<boolean> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0711`, 'tmpfs', folder])
    return true
  } catch {
    return false
  }
}

function smallFileSystem(folder: string): Disk {
  const ballast = join(folder, 'ballast')
  return {
    folder: join(folder, 'data'),
    by: 'a small file system',
    async fill() {
      // Not to the last byte at once: what PostgreSQL frees meanwhile is taken as well.
      for (let n = 0; n < 20; n += 1) {
        const { bavail, bsize } = await statfs(folder)
        if (bavail * bsize < pageBytes) return
        await run('fallocate', ['-l', String(bavail * bsize), `${ballast}.${n}`]).catch(() => undefined)
      }
    },
    async free() {
      for (const name of await readdir(folder)) if (name.startsWith('ballast')) await rm(join(folder, name))
    },
    async close() {
      await run('umount', ['-l', folder])
    },
  }
}

function limitedFiles(folder: string): Disk {
  const limit = async (postmaster: number, bytes: string) => {
    const pids = [postmaster, ...(await childrenOf(postmaster))]
    for (const pid of pids)
      await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]).catch(() => undefined)
  }
  return {
    folder: join(folder, 'data'),
    by: 'a limit on the size of files',
    fill: (postmaster) => limit(postmaster, '8192'),
    free: (postmaster) => limit(postmaster, 'unlimited'),
    close: () => Promise.resolve(),
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').map(Number).filter(Boolean)
}
