import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { Agent, request as send } from 'node:http'
import { join } from 'node:path'
import { nodeRedFlow, nodeRedSettings } from './peers-node-red-flow.ts'
import { endProgram, freePort, killTree, startProgram, untilStarted } from './processes.ts'
import type { Place, Running, Thing } from './thing.ts'

/** Node-RED 4 with the flow of `peers-node-red-flow.ts`, fed with one HTTP request an event over kept connections. */

const wanted = 'node-red@4'
const connections = 32
const replyWithinMs = 30_000

/** `cache` is a folder that outlasts the run; it is installed there by npm and is no dependency of ours. */
export function createNodeRed(cache: string): Thing {
  const home = join(cache, 'node-red')
  const folder = join(home, 'node_modules', 'node-red')

  return {
    name: 'node-red',
    async prepare() {
      if (!existsSync(join(folder, 'red.js'))) await install(home)
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
      return version
    },
    start: (place) => start(join(folder, 'red.js'), place),
  }
}

async function install(home: string): Promise<void> {
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'package.json'), '{"private":true}\n')
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', home, wanted], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  } catch (cause) {
    throw new Error(`npm could not install ${wanted} into ${home}.`, { cause })
  }
}

async function start(program: string, { deskUrl, folder }: Place): Promise<Running> {
  const port = await freePort()
  await writeFile(join(folder, 'settings.cjs'), nodeRedSettings)
  await writeFile(join(folder, 'flows.json'), JSON.stringify(nodeRedFlow(deskUrl)))
  const child = startProgram(
    process.execPath,
    [program, '--userDir', folder, '--settings', join(folder, 'settings.cjs'), '--port', String(port), 'flows.json'],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const tell = (events: readonly object[]): Promise<void> => tellAll(agent, port, events)
  // Its flows answer a moment after its port does.
  await untilStarted('Node-RED', child, async () => (await post(agent, port, { state: 'hello' })) === 200)

  return {
    pid: child.pid ?? 0,
    begin: (count) => tell(eventsOf(count, 'open')),
    end: (count) => tell(eventsOf(count, 'clear')),
    // Its answer to the request is all it ever says.
    accepted: () => Promise.resolve(),
    urgent: () => tell([{ state: 'open', reference: 'urgent', title: 'URGENT' }]),
    async kill() {
      agent.destroy()
      await killTree(child)
    },
    async stop() {
      agent.destroy()
      await endProgram(child)
    },
  }
}

function eventsOf(count: number, state: 'open' | 'clear'): object[] {
  return Array.from({ length: count }, (_, n) => ({
    state,
    reference: `computer-${n}`,
    title: `Databases are outdated on PC-${n}`,
  }))
}

/** One request an event, as many at once as there are connections. */
async function tellAll(agent: Agent, port: number, events: readonly object[]): Promise<void> {
  const waiting = events.values()
  const loader = async (): Promise<void> => {
    for (const event of waiting) {
      const status = await post(agent, port, event)
      if (status !== 200) throw new Error(`Node-RED answered ${status === 0 ? 'nothing' : status} to an event.`)
    }
  }
  await Promise.all(Array.from({ length: connections }, loader))
}

/** The status of the answer; 0 when there was none. */
function post(agent: Agent, port: number, event: object): Promise<number> {
  const body = JSON.stringify(event)
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const request = send({ host: '127.0.0.1', port, path: '/event', method: 'POST', agent, headers }, (reply) => {
      reply.resume()
      reply.once('end', () => resolve(reply.statusCode ?? 0))
    })
    request.setTimeout(replyWithinMs, () => request.destroy())
    request.once('error', () => resolve(0))
    request.end(body)
  })
}
