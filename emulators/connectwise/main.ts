// The ConnectWise PSA emulator: a tenant of its own behind the REST API 3.0. See README.md.
import type { Certificate } from '../kit/certificate.ts'
import { createEmulatorClock } from '../kit/clock.ts'
import { type RunningEmulator, startEmulator } from '../kit/server.ts'
import type { VendorOptions } from '../kit/vendor.ts'
import { createActs } from './acts/acts.ts'
import { throttleBody } from './answers.ts'
import { startDelivery } from './callbacks/delivery.ts'
import { createHandler, endpointOf } from './handler.ts'
import { apiMemberId, seedTenant } from './seed/seed.ts'
import { getState, putState } from './state.ts'
import { Switches } from './store/settings.ts'
import { type Account, createStore } from './store/store.ts'
import { createThrottle } from './throttle.ts'

/** How to start one. `tenants` (10) clients with seeded names; `devices` (40) configurations of all clients together. */
export type ConnectwiseOptions = Omit<VendorOptions, 'tls'> & {
  host?: string
  /** Clients by name, instead of `tenants`. */
  companies?: readonly string[]
  tls?: boolean | Certificate
  companyId?: string
  publicKey?: string
  privateKey?: string
  clientId?: string
  /** Prefix that `companyinfo` names, with a slash at its end; `v4_6_release/` is a self-hosted site. */
  codebase?: string
  /** Switches other than their defaults, as act `setSwitch` takes them. */
  switches?: Partial<Switches>
  journalCapacity?: number
}

/** What a client needs beside the vendor's name. */
export type ConnectwiseReady = {
  /** Address of the site, without a slash at its end. */
  url: string
  companyId: string
  publicKey: string
  privateKey: string
  clientId: string
  certificate?: string
}

/** Starts a ConnectWise emulator. Rejects when the port cannot be taken. */
export async function startConnectwiseEmulator(
  options: ConnectwiseOptions,
): Promise<RunningEmulator & { ready: ConnectwiseReady }> {
  const clock = createEmulatorClock(options.clock)
  const account: Account = {
    companyId: options.companyId ?? 'nordlicht',
    publicKey: options.publicKey ?? 'EmulatorPublicKey',
    privateKey: options.privateKey ?? 'EmulatorPrivateKey',
    clientId: options.clientId ?? '3f1c2a60-7d5b-4c7e-9a11-5e0d6b1f7a42',
    memberId: apiMemberId,
  }
  const store = createStore(clock, account, options.codebase ?? 'v2025_1/')
  store.switches = Switches.parse(options.switches ?? {})
  seedTenant(store, {
    seed: options.seed ?? 1,
    tenants: options.tenants ?? 10,
    devices: options.devices ?? 40,
    ...(options.companies && { companies: options.companies }),
  })
  const throttle = createThrottle(store)
  const delivery = startDelivery(store)
  const running = await startEmulator(
    {
      vendor: 'connectwise',
      handle: createHandler(store, throttle, options.tls ? 'https' : 'http'),
      getState: (query) => getState(store, query),
      putState: (state) => putState(store, state),
      act: createActs(store, throttle),
      ticketStats: () => store.tally.counts(),
      endpointOf,
      faultReply,
    },
    {
      port: options.port,
      clock,
      ...(options.host !== undefined && { host: options.host }),
      ...(options.tls !== undefined && { tls: options.tls }),
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.journalCapacity !== undefined && { journalCapacity: options.journalCapacity }),
    },
  )
  store.origin = running.url
  const { companyId, publicKey, privateKey, clientId } = account
  const { certificate } = running
  return {
    ...running,
    ready: {
      url: running.url,
      companyId,
      publicKey,
      privateKey,
      clientId,
      ...(certificate !== undefined && { certificate }),
    },
    async stop() {
      await delivery.stop()
      await running.stop()
    },
  }
}

/** A 429 has the throttle's own shape; a 500 is how undefined errors come (connectwise-api.md 3). */
function faultReply(status: number): { body: object } {
  if (status === 429) return { body: throttleBody }
  return { body: { code: 'ConnectWiseApi', message: 'An unexpected error occurred.', errors: null } }
}
