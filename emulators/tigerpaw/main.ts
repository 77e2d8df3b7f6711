// The Tigerpaw emulator: a tenant of its own behind the REST ("TSI") and SOAP ("tsiWS") APIs. See README.md.
import type { Certificate } from '../kit/certificate.ts'
import { createEmulatorClock } from '../kit/clock.ts'
import { type RunningEmulator, startEmulator } from '../kit/server.ts'
import type { VendorOptions } from '../kit/vendor.ts'
import { createActs } from './acts/acts.ts'
import { createHandler, endpointOf } from './handler.ts'
import { seedTenant } from './seed/seed.ts'
import { getState, putState } from './state.ts'
import { Switches } from './store/settings.ts'
import { createStore } from './store/store.ts'

/** How to start one. `tenants` (10) clients with seeded names. `devices` says nothing to a desk without devices. */
export type TigerpawOptions = Omit<VendorOptions, 'tls'> & {
  host?: string
  /** Clients by name, instead of `tenants`. */
  companies?: readonly string[]
  tls?: boolean | Certificate
  publicKey?: string
  privateKey?: string
  /** Of the SOAP side. */
  user?: string
  password?: string
  /** Version of the API; default 18.2.1. */
  version?: string
  /** Switches other than their defaults, as act `setSwitch` takes them. */
  switches?: Partial<Switches>
  journalCapacity?: number
}

/** What a client needs beside the vendor's name. */
export type TigerpawReady = {
  /** The API host, without a slash at its end. */
  url: string
  publicKey: string
  privateKey: string
  user: string
  password: string
  certificate?: string
}

/** Starts a Tigerpaw emulator. Rejects when the port cannot be taken. */
export async function startTigerpawEmulator(
  options: TigerpawOptions,
): Promise<RunningEmulator & { ready: TigerpawReady }> {
  const clock = createEmulatorClock(options.clock)
  const credentials = {
    publicKey: options.publicKey ?? 'AAAAAAAA-0000-4000-8000-000000000001',
    privateKey: options.privateKey ?? 'BBBBBBBB-0000-4000-8000-000000000002',
    user: options.user ?? 'monitoring',
    password: options.password ?? 'emulator-password',
  }
  const store = createStore(clock, { ...credentials, rep: 12, active: true }, options.version ?? '18.2.1')
  store.switches = Switches.parse(options.switches ?? {})
  seedTenant(store, {
    seed: options.seed ?? 1,
    tenants: options.tenants ?? 10,
    ...(options.companies && { companies: options.companies }),
  })
  const running = await startEmulator(
    {
      vendor: 'tigerpaw',
      handle: createHandler(store),
      getState: (query) => getState(store, query),
      putState: (state) => putState(store, state),
      act: createActs(store),
      ticketStats: () => store.tally.counts(),
      endpointOf,
      faultReply: (status) => ({
        body: { Message: status === 429 ? 'Too many requests.' : 'An error has occurred.' },
      }),
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
  const { url, certificate } = running
  return { ...running, ready: { url, ...credentials, ...(certificate !== undefined && { certificate }) } }
}
