import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { logFilePrefix } from './postgres-settings.ts'

/** With 10 MB a file (`postgres-settings.ts`) PostgreSQL's log takes at most 50 MB, and one file more between two looks. */
const filesKept = 5

/** What PostgreSQL writes before its own log is open. */
export const startLog = 'start.log'

/** Removes all but the newest log files; their names sort by time. */
export async function pruneLog(logFolder: string): Promise<void> {
  const files = (await readdir(logFolder)).filter((name) => name.startsWith(logFilePrefix)).sort()
  for (const name of files.slice(0, -filesKept)) await rm(join(logFolder, name), { force: true })
}

/** How long PostgreSQL's log process may take to write down why its server ended, in milliseconds. */
const logMs = 3_000

/** The last lines of a PostgreSQL that has ended, with the fatal one: its log is written by a process that outlives it. */
export async function finalWords(logFolder: string, since: Date): Promise<string> {
  const deadline = performance.now() + logMs
  for (;;) {
    const words = await lastWords(logFolder, since)
    if (/FATAL|PANIC/.test(words) || performance.now() > deadline) return words
    await sleep(50)
  }
}

/** The last lines PostgreSQL wrote since a moment, for an error message. */
async function lastWords(logFolder: string, since: Date): Promise<string> {
  const files = (await readdir(logFolder)).filter((name) => name.startsWith(logFilePrefix)).sort()
  let text = ''
  for (const name of [startLog, ...files.slice(-1)]) {
    const path = join(logFolder, name)
    // File times may be a little coarser than the clock.
    if ((await stat(path)).mtimeMs > since.getTime() - 1_000) text += await readFile(path, 'utf8')
  }
  return text.trim().split('\n').slice(-15).join('\n')
}
