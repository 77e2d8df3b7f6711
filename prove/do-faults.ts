import type { Trouble } from '../checker/evidence.ts'
import type { RunningEmulator } from '../emulators/kit/server.ts'
import type { ProvedDatabase } from './database.ts'
import { troubleOrders } from './desk-troubles.ts'
import { type DeskTrouble, deskFaults, type EmulatorFault, sourceFaults } from './fault-kinds.ts'
import type { Fault, FaultName } from './faults.ts'
import type { Meant } from './meant.ts'
import type { ProvedProcesses } from './processes.ts'
import type { Administrator } from './rules.ts'
import type { ProvedSource, ProvedWorld } from './world.ts'

/** Does what goes wrong, tells the checker of it, and finds out whether it was felt. */
export type FaultHand = {
  /** False when there was nothing that it could happen to just now. */
  begin(fault: Fault): Promise<boolean>
  end(fault: Fault): Promise<void>
  /** False while nothing came by that could feel it. */
  isFelt(fault: Fault): boolean
  /** How often each kind was felt; `kill-at` counts deaths at named points. */
  felt(): Readonly<Partial<Record<FaultName, number>>>
}

type Deps = {
  readonly world: ProvedWorld
  readonly processes: ProvedProcesses
  readonly database: ProvedDatabase
  readonly administrator: Administrator
  readonly meant: Meant
  readonly speed: number
  now(): number
}

type Running = {
  readonly finish: () => Promise<boolean>
  readonly told: (at: number) => void
  /** Absent: it is felt as soon as it begins. */
  readonly isFelt?: () => boolean
}

export function createFaultHand(deps: Deps): FaultHand {
  const { world, processes, database, meant, now } = deps
  const felt: Partial<Record<FaultName, number>> = {}
  const running = new Map<Fault, Running>()
  const note = (name: FaultName) => {
    felt[name] = (felt[name] ?? 0) + 1
  }
  const us = (words: string): Trouble => ({ of: 'us', from: now(), to: null, words })

  /** Puts settings on an emulator; whether it was felt is read from its journal. */
  function onEmulator(emulator: RunningEmulator, fault: EmulatorFault): Pick<Running, 'finish' | 'isFelt'> {
    const since = emulator.journal.total()
    const isFelt = () => emulator.journal.entries(since).some(fault.felt)
    emulator.control.setFaults(fault.settings(deps.speed))
    return {
      isFelt,
      async finish() {
        emulator.control.setFaults({})
        return isFelt()
      },
    }
  }

  async function begin(fault: Fault): Promise<Running | null | 'nobody'> {
    switch (fault.on) {
      case 'desk': {
        const desk = world.desks.get(fault.desk)
        if (desk === undefined) return null
        const told = (can: 'nothing' | 'some') =>
          meant.begin({ of: 'desk', desk: fault.desk, can, from: now(), to: null, words: fault.name })
        if (fault.name in deskFaults) {
          const kind: EmulatorFault = deskFaults[fault.name as keyof typeof deskFaults]
          return { ...onEmulator(desk.emulator, kind), told: told(kind.total === true ? 'nothing' : 'some') }
        }
        const { on, off, felt: wasFelt } = troubleOrders(desk, fault.name as DeskTrouble)
        const since = desk.emulator.journal.total()
        const ending = told('some')
        for (const order of on) await desk.emulator.control.act(order)
        const isFelt = () => desk.emulator.journal.entries(since).some(wasFelt)
        return {
          told: ending,
          isFelt,
          async finish() {
            for (const order of off) await desk.emulator.control.act(order)
            return isFelt()
          },
        }
      }
      case 'source': {
        const source = world.sources.get(fault.source)
        return source === undefined ? null : beginAtSource(source, fault.name)
      }
      case 'process':
        return beginAtProcess(fault)
      case 'database':
        return beginAtDatabase(fault)
    }
  }

  function beginAtSource(source: ProvedSource, name: keyof typeof sourceFaults | 'certificate'): Running {
    const told = (can: 'nothing' | 'some') =>
      meant.begin({ of: 'source', source: source.id, tenant: null, can, from: now(), to: null, words: name })
    if (name === 'certificate') {
      const before = source.gate.impostorCount()
      source.gate.showOther(true)
      const isFelt = () => source.gate.impostorCount() > before
      const finish = async () => {
        source.gate.showOther(false)
        return isFelt()
      }
      return { finish, isFelt, told: told('nothing') }
    }
    const kind: EmulatorFault = sourceFaults[name]
    return { ...onEmulator(source.emulator, kind), told: told(kind.total === true ? 'nothing' : 'some') }
  }

  async function beginAtProcess(fault: Extract<Fault, { on: 'process' }>): Promise<Running | null | 'nobody'> {
    if (fault.name === 'kill-at') {
      processes.arm(fault.point, fault.nth)
      return null
    }
    const victim = processes.pick(fault.victim)
    if (victim === null) return 'nobody'
    switch (fault.name) {
      case 'kill-random':
        if (!(await processes.kill(victim))) return 'nobody'
        note(fault.name)
        return null
      case 'stop': {
        const resume = processes.pause(victim)
        if (resume === null) return 'nobody'
        const told = meant.begin(us(`${victim} is paused`))
        return {
          told,
          async finish() {
            resume()
            return true
          },
        }
      }
      default: {
        const { byMs } = fault
        processes.jump(victim, byMs)
        const told = meant.begin({ of: 'clock', byMs, from: now(), to: null, words: `the clock of ${victim}` })
        return {
          told,
          async finish() {
            processes.jump(victim, 0)
            return true
          },
        }
      }
    }
  }

  async function beginAtDatabase(fault: Extract<Fault, { on: 'database' }>): Promise<Running | null> {
    const told = meant.begin(us(fault.name))
    switch (fault.name) {
      case 'kill-postgres':
        await database.kill()
        note(fault.name)
        told(now() + recoveryMs)
        return null
      case 'kill-backend':
        if (await database.killBackend(0.5)) note(fault.name)
        told(now() + recoveryMs)
        return null
      case 'disk-full': {
        await database.fillDisk()
        return {
          told,
          async finish() {
            await database.freeDisk()
            return true
          },
        }
      }
    }
  }

  async function end(fault: Fault): Promise<void> {
    const one = running.get(fault)
    if (one === undefined) return
    running.delete(fault)
    // Before it is lifted: until then, and not longer, nothing can have come through.
    one.told(now())
    if (await one.finish()) note(fault.name)
  }

  return {
    felt: () => felt,
    isFelt: (fault) => running.get(fault)?.isFelt?.() ?? true,
    async begin(fault) {
      // One that nobody felt in its time may be there still, and the next takes its place.
      for (const other of running.keys()) if (placeOf(other) === placeOf(fault)) await end(other)
      const begun = await begin(fault)
      if (begun === 'nobody') return false
      if (begun !== null) running.set(fault, begun)
      return true
    },
    end,
  }
}

/** Faults of one place take turns; those of processes and of the database stand for themselves. */
function placeOf(fault: Fault): unknown {
  if (fault.on === 'desk') return fault.desk
  return fault.on === 'source' ? fault.source : fault
}

/** In the run's own time; PostgreSQL is back after a few real seconds. */
const recoveryMs = 5 * 60_000
