import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { DeskMode, DeskStats } from './desk-server.ts'
import { endProgram, sleep, startProgram } from './processes.ts'
import type { Row } from './rows.ts'

/** The desk's process, as the driver sees it. */
export type Desk = {
  readonly url: string
  stats(): Promise<DeskStats>
  behave(mode: DeskMode): Promise<void>
  /**
   * Looks every 20 ms until `done`, or until nothing has been opened or closed for `stallMs`; `look` is called each
   * time. Returns the last counts.
   */
  watch(done: (stats: DeskStats) => boolean, stallMs: number, look: () => void): Promise<DeskStats>
  stop(): Promise<void>
}

const server = fileURLToPath(new URL('desk-server.ts', import.meta.url))

export async function startDesk({ latencyMs, perSecond }: Row): Promise<Desk> {
  const child = startProgram(process.execPath, [server, String(latencyMs), String(perSecond)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('The desk has no output.')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`
  const stats = async (): Promise<DeskStats> => (await (await fetch(`${url}/stats`)).json()) as DeskStats
  return {
    url,
    stats,
    async behave(mode) {
      await fetch(`${url}/mode`, { method: 'POST', body: JSON.stringify(mode) })
    },
    async watch(done, stallMs, look) {
      let steps = -1
      let movedAt = performance.now()
      for (;;) {
        const seen = await stats()
        look()
        if (done(seen)) return seen
        const now = performance.now()
        if (seen.opened + seen.closed !== steps) {
          steps = seen.opened + seen.closed
          movedAt = now
        }
        if (now - movedAt > stallMs) return seen
        await sleep(20)
      }
    },
    stop: () => endProgram(child),
  }
}
