import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { killTree, sleep, until } from './processes.ts'
import type { Order, ServerState } from './server.ts'
import type { Place, Running, Thing } from './thing.ts'

/** Tocsin itself: the whole worker and its own PostgreSQL, with a source that counts out computers. */

const { version, scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
  scripts: { start: string }
}
/** As `npm start` runs the server. */
const serverFlags = scripts.start.match(/--max-\S+/g) ?? []
const server = fileURLToPath(new URL('server.ts', import.meta.url))
/** Open desks are looked for every two seconds. */
const settleMs = 3_000
const endedByItself = 'The server ended by itself; what it said stands above.'

export const tocsin: Thing = {
  name: 'tocsin',
  prepare: () => Promise.resolve(version),
  async start({ deskUrl, folder, row, again }: Place): Promise<Running> {
    // After a kill the source is out of reach: what was accepted must be enough.
    const child = fork(server, [folder, again ? 'source-gone' : ''], {
      execArgv: serverFlags,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const state = async (): Promise<ServerState> => (await ask(child, { do: 'state' })) as ServerState
    try {
      await answerOf(child)
      if (again) await ask(child, { do: 'go-on' })
      else {
        // One more computer than there are conditions: the one that is urgent.
        await ask(child, { do: 'set-up', deskUrl, computers: row.conditions + 1, threads: row.threads })
        // The first poll stores all computers as healthy: what is measured is what changes.
        await until('Tocsin reads its source', 120_000, async () => (await state()).polled)
        await sleep(settleMs)
      }
    } catch (error) {
      await killTree(child)
      throw error
    }
    return {
      pid: child.pid ?? 0,
      begin: (count) => tell(child, { do: 'sick', count }),
      end: () => tell(child, { do: 'sick', count: 0 }),
      accepted: (count) => until('Tocsin stores what has ended', 60_000, async () => (await state()).unwanted >= count),
      urgent: () => tell(child, { do: 'urgent' }),
      kill: () => killTree(child),
      async stop() {
        const ended = once(child, 'exit')
        await ask(child, { do: 'stop' })
        await ended
      },
    }
  },
}

async function tell(server: ChildProcess, order: Order): Promise<void> {
  await ask(server, order)
}

async function ask(server: ChildProcess, order: Order): Promise<unknown> {
  if (!server.connected) throw new Error(endedByItself)
  server.send(order)
  return answerOf(server)
}

/** Orders are given one at a time. */
async function answerOf(server: ChildProcess): Promise<unknown> {
  const heard = new AbortController()
  const { signal } = heard
  const ended = async (): Promise<[{ error: string }]> => {
    await once(server, 'exit', { signal })
    return [{ error: endedByItself }]
  }
  try {
    const [answer] = (await Promise.race([once(server, 'message', { signal }), ended()])) as [
      { value?: unknown; error?: string },
    ]
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value
  } finally {
    heard.abort()
  }
}
