import { readFileSync } from 'node:fs'
import { processTree } from './memory.ts'

/** What a process and all below it cost (Linux). */

/** MiB: `all` is the proportional set size; `shared` is the part of it in shared memory, which is PostgreSQL's buffers. */
export type Memory = { readonly all: number; readonly shared: number; readonly root: number }

export function memoryOf(rootPid: number): Memory {
  let [all, shared, root] = [0, 0, 0]
  for (const pid of processTree(rootPid)) {
    const text = tryRead(`/proc/${pid}/smaps_rollup`)
    const pss = kibOf(text, 'Pss')
    all += pss
    shared += kibOf(text, 'Pss_Shmem')
    if (pid === rootPid) root = pss
  }
  const toMiB = (kib: number) => Math.round(kib / 1_024)
  return { all: toMiB(all), shared: toMiB(shared), root: toMiB(root) }
}

function kibOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

/** Linux counts the time of a process in hundredths of a second, whatever the machine. */
const ticksASecond = 100

/** Seconds of a core: of the root alone, and of all below it, with children that ended. */
export function cpuOf(rootPid: number): { root: number; below: number } {
  let [root, below] = [0, 0]
  for (const pid of processTree(rootPid)) {
    const stat = tryRead(`/proc/${pid}/stat`)
    const times = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number)
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = times
    if (pid === rootPid) root += user + system
    else below += user + system
    below += endedUser + endedSystem
  }
  return { root: root / ticksASecond, below: below / ticksASecond }
}

/** Watches the memory of a tree until `stop`, which gives the highest that was seen. */
export function watchMemory(rootPid: number, everyMs = 250): { stop(): Memory } {
  let peak: Memory = memoryOf(rootPid)
  const look = (): void => {
    const now = memoryOf(rootPid)
    if (now.all > peak.all) peak = now
  }
  const timer = setInterval(look, everyMs)
  return {
    stop() {
      clearInterval(timer)
      look()
      return peak
    },
  }
}

/** A process may end while it is being looked at. */
function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
