import { setTimeout as pause } from 'node:timers/promises'
import { createEmulatorClock } from '../kit/clock.ts'
import type { EmulatorDefinition } from '../kit/definition.ts'
import { type RunningEmulator, startEmulator } from '../kit/server.ts'
import type { VendorOptions } from '../kit/vendor.ts'
import { doAct, type Feeder } from './acts.ts'
import { createOutbox } from './outbox.ts'
import { seedWorld } from './seed.ts'
import { getState, putState } from './state.ts'
import { recordTold } from './told.ts'
import { createWorld } from './world.ts'

export type HubOptions = VendorOptions & {
  /** Names of the companies, instead of `tenants` with seeded ones. */
  readonly companies?: readonly string[]
}

/** Who feeds a hub: companies with their keys, and how to make it tell something. */
export type HubReady = { companies: { key: string; name: string }[]; connect: string }

/**
 * Starts the feeder of a hub, by default with 4 companies and 24 computers. It answers its control routes alone; what it has to
 * tell it sends, once an act has connected it. Rejects when the port is taken.
 */
export async function startKasperskyHubEmulator(options: HubOptions): Promise<RunningEmulator & { ready: HubReady }> {
  const { devices = 24, tenants = 4, seed = 1 } = options
  const clock = createEmulatorClock(options.clock)
  const world = createWorld(() => clock.now())
  seedWorld(world, { devices, tenants: options.companies ?? tenants, seed })
  const feeder: Feeder = {
    world,
    outbox: createOutbox(pause, (message, by) => recordTold(world, message, by)),
    channels: new Map(),
  }

  const definition: EmulatorDefinition = {
    vendor: 'hub',
    async handle(_, reply) {
      reply.send(404, 'A hub cannot be asked: it sends. See /_emulator/state and /_emulator/act.')
    },
    getState: (query) => getState(feeder, query),
    putState: (state) => putState(feeder, state),
    act: (order) => doAct(feeder, order),
  }
  const running = await startEmulator(definition, { port: options.port, tls: options.tls ?? false, clock, seed })
  const companies = [...world.companies.values()].map(({ key, name }) => ({ key, name }))
  return {
    ...running,
    ready: { companies, connect: 'POST /_emulator/act {"act": "connect", "url": ..., "sourceId": ..., "token": ...}' },
    async stop() {
      for (const channel of feeder.channels.values()) await channel.close()
      await running.stop()
    },
  }
}
