import { startAutotaskEmulator } from '../emulators/autotask/main.ts'
import { startConnectwiseEmulator } from '../emulators/connectwise/main.ts'
import type { RunningEmulator } from '../emulators/kit/server.ts'
import { type KscReady, startKscEmulator } from '../emulators/ksc/main.ts'
import { startTigerpawEmulator } from '../emulators/tigerpaw/main.ts'
import { companiesOf, type DeskId, type Ground, type SourceId, sourceIds } from './ground.ts'
import { type KscGate, openKscGate } from './ksc-gate.ts'
import { type RunTime, timeOf } from './run-clock.ts'

/** The world of a run: the vendors' emulators, on the time of the run. Nothing here is ever killed: it is the truth. */

export type ProvedSource = {
  readonly id: SourceId
  readonly emulator: RunningEmulator
  readonly ready: KscReady
  readonly gate: KscGate
  /** UID of a client's virtual server. */
  uidOf(client: string): string
}

export type ProvedDesk = {
  readonly id: DeskId
  readonly emulator: RunningEmulator
  readonly ready: Readonly<Record<string, unknown>>
  /** Companies of the clients whose tickets go there. */
  readonly companies: readonly string[]
}

export type ProvedWorld = {
  readonly sources: ReadonlyMap<SourceId, ProvedSource>
  readonly desks: ReadonlyMap<DeskId, ProvedDesk>
  stop(): Promise<void>
}

/** The checker refuses a journal that was cut. */
const journalCapacity = 3_000_000

export async function startWorld(ground: Ground, time: RunTime, seed: number): Promise<ProvedWorld> {
  const clock = { now: () => new Date(timeOf(time)) }
  const sources = new Map<SourceId, ProvedSource>()
  for (const id of sourceIds) {
    const fleet = ground.fleets[id]
    const emulator = await startKscEmulator({ port: 0, clock, fleet, seed })
    const uids = new Map(fleet.vservers.map(({ name, uid }) => [name, uid]))
    const gate = await openKscGate(emulator.port)
    sources.set(id, { id, emulator, ready: emulator.ready, gate, uidOf: (client) => uids.get(client) ?? '' })
  }
  const desks = new Map<DeskId, ProvedDesk>()
  for (const id of new Set(ground.pairings.map(({ desk }) => desk))) {
    desks.set(id, { id, ...(await startDesk(id, ground, { clock, seed, speed: time.speed })) })
  }
  return {
    sources,
    desks,
    async stop() {
      for (const { emulator, gate } of sources.values()) {
        await gate.stop()
        await emulator.stop()
      }
      for (const { emulator } of desks.values()) await emulator.stop()
    },
  }
}

async function startDesk(
  id: DeskId,
  ground: Ground,
  { clock, seed, speed }: { clock: { now(): Date }; seed: number; speed: number },
): Promise<Omit<ProvedDesk, 'id'>> {
  const mine = ground.clients.filter(({ desk }) => desk === id).map(({ name }) => companiesOf(name).main)
  const companies = ground.clients.flatMap(({ name }) => Object.values(companiesOf(name)))
  const common = { port: 0, clock, seed, companies, journalCapacity }
  const emulator = await {
    // What the vendor adds when the hour fills is waited for in real time.
    autotask: () => startAutotaskEmulator({ ...common, devices: 0, switches: { latencyScale: 1 / speed } }),
    tigerpaw: () => startTigerpawEmulator({ ...common, switches: { leaveOutNulls: true } }),
    connectwise: () => startConnectwiseEmulator({ ...common, devices: 0 }),
  }[id]()
  return { emulator, ready: { ...emulator.ready }, companies: mine }
}
