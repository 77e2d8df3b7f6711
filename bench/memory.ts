import { readdirSync, readFileSync } from 'node:fs'

/** Proportional memory of a process and all below it, in bytes: what is shared counts once (Linux: smaps_rollup). */
export function bytesOfTree(rootPid: number): number {
  let kib = 0
  for (const pid of processTree(rootPid)) {
    kib += Number(/^Pss:\s+(\d+)/m.exec(tryRead(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
  }
  return kib * 1_024
}

/** The ids of a process and of all that descend from it. */
export function processTree(rootPid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const stat = tryRead(`/proc/${pid}/stat`)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (Number.isInteger(parent)) parents.set(pid, parent)
  }
  const belongs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === rootPid) return true
    return false
  }
  return [...parents.keys()].filter(belongs)
}

/** A process may end while it is being looked at. */
function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
