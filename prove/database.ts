import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, endChild, firstMessage, startChild } from './child.ts'
import { type Disk, openDisk } from './disk.ts'
import type { PostgresArgument, PostgresReady } from './postgres-child.ts'
import { realSleep } from './run-clock.ts'

/** The one real PostgreSQL of a run: killed, starved of disk, and started again as a service manager would. */
export type ProvedDatabase = {
  readonly url: string
  readonly disk: Disk['by']
  /** `kill -9` of the postmaster and of the process that keeps it. */
  kill(): Promise<void>
  /** `kill -9` of one of its server processes: PostgreSQL then ends all of them and recovers. */
  killBackend(pick: number): Promise<boolean>
  fillDisk(): Promise<void>
  freeDisk(): Promise<void>
  /** True while it takes connections as far as we know. */
  isUp(): boolean
  /** How often it was started again. */
  restarts(): number
  stop(): Promise<void>
}

const settings = { max_connections: '140', max_wal_size: '96MB', checkpoint_timeout: '60s' }

export async function startDatabase(folder: string): Promise<ProvedDatabase> {
  const disk = await openDisk(join(folder, 'disk'))
  await mkdir(disk.folder, { recursive: true })
  await chmod(disk.folder, 0o711)
  const logFile = join(folder, 'postgres.log')
  let port: number | null = null
  let child: Child | null = null
  let up = false
  let stopping = false
  let restarts = 0
  let url = ''

  async function start(): Promise<void> {
    const argument: PostgresArgument = { dataFolder: disk.folder, logFile, port, settings }
    const started = startChild('postgres-child.ts', argument, { ipc: true })
    child = started
    const line = await firstMessage<PostgresReady>(started)
    url = line.url
    port = line.port
    up = true
    void started.ended.then(() => {
      up = false
      if (!stopping) void again()
    })
  }

  /** Until it starts: on a full disk it cannot. */
  async function again(): Promise<void> {
    while (!stopping) {
      try {
        restarts += 1
        return await start()
      } catch {
        await realSleep(300)
      }
    }
  }

  async function postmaster(): Promise<number> {
    const text = await readFile(join(disk.folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
    return Number(text.split('\n')[0] ?? 0) || 0
  }

  await start()
  return {
    url,
    disk: disk.by,
    isUp: () => up,
    restarts: () => restarts,
    async kill() {
      const pid = await postmaster()
      if (pid > 0) killHard(pid)
      if (child !== null) await endChild(child, 'SIGKILL')
    },
    async killBackend(pick) {
      const pid = await postmaster()
      const backends = pid === 0 ? [] : await backendsOf(pid)
      const chosen = backends[Math.floor(pick * backends.length)]
      if (chosen === undefined) return false
      killHard(chosen)
      return true
    },
    fillDisk: async () => disk.fill(await postmaster()),
    freeDisk: async () => disk.free(await postmaster()),
    async stop() {
      stopping = true
      if (child !== null) await endChild(child, 'SIGTERM')
      await disk.close()
    },
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself a moment ago.
  }
}

/** Server processes that work for a client, as PostgreSQL names them on its command lines. */
async function backendsOf(postmaster: number): Promise<number[]> {
  const text = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').catch(() => '')
  const pids = text.split(' ').map(Number).filter(Boolean)
  const named = await Promise.all(
    pids.map(async (pid) => ({ pid, line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })),
  )
  return named.filter(({ line }) => /127\.0\.0\.1/.test(line)).map(({ pid }) => pid)
}
