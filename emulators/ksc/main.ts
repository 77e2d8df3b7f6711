import type { Certificate } from '../kit/certificate.ts'
import { type Clock, createEmulatorClock } from '../kit/clock.ts'
import type { EmulatorDefinition } from '../kit/definition.ts'
import { type RunningEmulator, startEmulator } from '../kit/server.ts'
import type { VendorOptions } from '../kit/vendor.ts'
import { doAct } from './acts/acts.ts'
import { createHandler, kscFaults } from './handler.ts'
import { settle } from './model/hosts.ts'
import { createWorld } from './model/world.ts'
import { createFleet, type Fleet } from './seed/fleet.ts'
import { createSessions } from './sessions.ts'
import { getState, populate, putState } from './state.ts'

/** Options of the KSC emulator beside the common ones. It always serves HTTPS, as the real one. */
export type KscOptions = Omit<VendorOptions, 'tls' | 'clock'> & {
  /** A certificate to keep over restarts; `true` or nothing makes a fresh one. */
  tls?: boolean | Certificate
  clock?: Clock
  /** Share of managed computers that is sick at the start, 0..1; default 0. */
  sick?: number
  /** A fleet made elsewhere, instead of one from `devices`, `tenants`, `seed` and `sick`. */
  fleet?: Fleet
}

/** What a client needs. `certificate` is the PEM that real installations have as klserver.cer. */
export type KscReady = { user: string; password: string; certificate: string; fingerprint256: string }

/**
 * Starts an emulated Kaspersky Security Center, by default with 6 tenants and 120 computers. Rejects when the port is taken.
 */
export async function startKscEmulator(options: KscOptions): Promise<RunningEmulator & { ready: KscReady }> {
  const { devices = 120, tenants = 6, seed = 1, sick = 0 } = options
  const clock = createEmulatorClock(options.clock)
  const world = createWorld(clock)
  const fleet = options.fleet ?? createFleet({ devices, tenants, seed, sick, now: clock.now().getTime() })
  world.server = { ...fleet.server }
  world.accounts = fleet.accounts
  world.keys = fleet.keys
  populate(world, fleet)
  const sessions = createSessions(world)

  const definition: EmulatorDefinition = {
    vendor: 'ksc',
    handle: createHandler(world, sessions),
    getState: (query) => getState(world, query),
    putState: (state) => putState(world, state),
    act: (order) => doAct(world, sessions, order),
    clockMoved: () => void settle(world),
    endpointOf: (method, path) => `${method} ${path}`,
    vendorFaults: kscFaults,
  }
  const running = await startEmulator(definition, {
    port: options.port,
    tls: typeof options.tls === 'object' ? options.tls : true,
    clock,
    seed,
  })
  const account = fleet.accounts[0]
  return {
    ...running,
    ready: {
      user: account?.user ?? '',
      password: account?.password ?? '',
      certificate: running.certificate ?? '',
      fingerprint256: running.fingerprint256 ?? '',
    },
  }
}
