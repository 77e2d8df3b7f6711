import { join } from 'node:path'
import { type Child, endChild, firstMessage, startChild } from './child.ts'
import type { FromChild, PointName, ToChild } from './points.ts'
import { type RunTime, realSleep } from './run-clock.ts'
import type { ServerArgument } from './server-child.ts'

/** The processes of Tocsin in a run, each started again when it ends, as a service manager does. */

export type ProcessName = `server-${number}` | `worker-${number}`

/** How a process came to its end. */
export type Death = {
  readonly name: ProcessName
  readonly at: number
  readonly by: 'us' | PointName | 'itself'
  /** It had begun its work; one that had not found no database. */
  readonly wasReady: boolean
  readonly words: string
}

export type ProvedProcesses = {
  /** Addresses of the consoles that answer. */
  addresses(): readonly string[]
  /** Chosen by 0 to 1 among those that run. */
  pick(victim: number): ProcessName | null
  kill(name: ProcessName): Promise<boolean>
  /** SIGSTOP; gives what continues it. */
  pause(name: ProcessName): (() => void) | null
  jump(name: ProcessName, aheadMs: number): void
  /** Whichever process comes there first dies there. */
  arm(point: PointName, nth: number): void
  disarm(): void
  deaths(): readonly Death[]
  running(): number
  /** When none of them worked: while they are started again. */
  stop(): Promise<void>
}

export type ProcessOptions = {
  readonly servers: number
  readonly workers: number
  readonly databaseUrl: string
  readonly folder: string
  readonly front: string
  readonly time: RunTime
  now(): number
}

type Slot = {
  readonly name: ProcessName
  child: Child | null
  address: string | null
  ready: boolean
  paused: boolean
  killing: boolean
}

const restartMs = 150

export async function startProcesses(options: ProcessOptions): Promise<ProvedProcesses> {
  const deaths: Death[] = []
  let armed: PointName | null = null
  let lastArmed: PointName | null = null
  let order: ToChild = { do: 'disarm' }
  let stopping = false
  const slot = (name: ProcessName): Slot => ({
    name,
    child: null,
    address: null,
    ready: false,
    paused: false,
    killing: false,
  })
  const slots = [
    ...Array.from({ length: options.servers }, (_, n) => slot(`server-${n + 1}`)),
    ...Array.from({ length: options.workers }, (_, n) => slot(`worker-${n + 1}`)),
  ]

  function argumentOf(name: ProcessName): ServerArgument {
    const { databaseUrl, folder, front, time } = options
    const role = name.startsWith('server') ? 'all' : 'worker'
    const dataFolder = join(folder, 'tocsin')
    return { role, databaseUrl, dataFolder, logFile: join(folder, `${name}.log`), front, time }
  }

  async function start(one: Slot): Promise<void> {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(options.folder, 'compile-cache') }
    const child = startChild('server-child.ts', argumentOf(one.name), { ipc: true, env })
    Object.assign(one, { child, ready: false, paused: false, killing: false, address: null })
    void child.ended.then(({ code, signal, said }) => {
      const wasReady = one.ready
      one.ready = false
      one.address = null
      // A second one may come to the same point before it hears that the first has died.
      const point = signal === 'SIGKILL' && !one.killing ? (armed ?? lastArmed) : null
      const by = one.killing || stopping ? 'us' : (point ?? 'itself')
      deaths.push({
        name: one.name,
        at: options.now(),
        by,
        wasReady,
        words: `${signal ?? code} ${said.slice(-400)}`.trim(),
      })
      if (point !== null) disarm()
      if (!stopping) void again(one)
    })
    const { address } = await firstMessage<FromChild>(child)
    one.ready = true
    // A worker has an address too, but no API.
    one.address = one.name.startsWith('server') ? address : null
    if (order.do === 'arm') tell(one, order)
  }

  async function again(one: Slot): Promise<void> {
    await realSleep(restartMs)
    // It may end before it is ready, as long as there is no database; its end then starts it once more.
    if (!stopping) await start(one).catch(() => undefined)
  }

  function tell(one: Slot, message: ToChild): void {
    if (one.ready && one.child?.process.connected === true) one.child.process.send(message, () => undefined)
  }

  function tellAll(message: ToChild): void {
    order = message
    for (const one of slots) tell(one, message)
  }

  function disarm(): void {
    armed = null
    tellAll({ do: 'disarm' })
  }

  const byName = (name: ProcessName) => slots.find((one) => one.name === name)
  for (const one of slots.slice(0, 1)) await start(one)
  await Promise.all(slots.slice(1).map(start))

  return {
    addresses: () => slots.flatMap(({ address, paused }) => (address === null || paused ? [] : [address])),
    pick(victim) {
      const living = slots.filter(({ ready, paused }) => ready && !paused)
      return living[Math.floor(victim * living.length)]?.name ?? null
    },
    async kill(name) {
      const one = byName(name)
      if (one?.child == null || !one.ready) return false
      one.killing = true
      await endChild(one.child, 'SIGKILL')
      return true
    },
    pause(name) {
      const one = byName(name)
      const child = one?.child ?? null
      if (one === undefined || child === null || !one.ready || !child.process.kill('SIGSTOP')) return null
      one.paused = true
      return () => {
        child.process.kill('SIGCONT')
        if (one.child === child) one.paused = false
      }
    },
    jump(name, aheadMs) {
      const one = byName(name)
      if (one !== undefined) tell(one, { do: 'jump', aheadMs })
    },
    arm(point, nth) {
      armed = point
      lastArmed = point
      tellAll({ do: 'arm', point, nth })
    },
    disarm,
    deaths: () => deaths,
    running: () => slots.filter(({ ready }) => ready).length,
    async stop() {
      stopping = true
      await Promise.all(slots.map(async ({ child }) => (child === null ? undefined : endChild(child, 'SIGKILL'))))
    },
  }
}
