// The Autotask emulator: a tenant of its own behind the REST API V1.0. See readme.md.

import type { Certificate } from '../kit/certificate.ts'
import { createEmulatorClock } from '../kit/clock.ts'
import { type RunningEmulator, startEmulator } from '../kit/server.ts'
import type { VendorOptions } from '../kit/vendor.ts'
import { createActs } from './acts.ts'
import { failed } from './answers.ts'
import { createHandler, endpointOf } from './handler.ts'
import { createLimits } from './limits.ts'
import { seedTenant } from './seed.ts'
import { getState, putState } from './state.ts'
import { Switches, Threshold } from './store/settings.ts'
import { type Account, createStore } from './store/store.ts'
import { startDelivery } from './webhooks/delivery.ts'

/**
 * How to start one. `tenants` (10) clients with seeded names; `devices` (40) configuration items of all clients together.
 */
export type AutotaskOptions = Omit<VendorOptions, 'tls'> & {
  host?: string
  /** Clients by name, instead of `tenants`. */
  companies?: readonly string[]
  tls?: boolean | Certificate
  user?: string
  secret?: string
  integrationCode?: string
  /** Switches other than their defaults, as act `setSwitch` takes them. */
  switches?: Partial<Switches>
  /** Requests allowed in so many minutes; default 10,000 in 60. */
  threshold?: Partial<Threshold>
  journalCapacity?: number
}

/** What a client needs beside the vendor's name. */
export type AutotaskReady = {
  /** Base address, with a slash at its end. */
  url: string
  user: string
  secret: string
  integrationCode: string
  certificate?: string
}

/** Starts an Autotask emulator. Rejects when the port cannot be taken. */
export async function startAutotaskEmulator(
  options: AutotaskOptions,
): Promise<RunningEmulator & { ready: AutotaskReady }> {
  const clock = createEmulatorClock(options.clock)
  const account: Account = {
    user: options.user ?? 'api@provider.example',
    secret: options.secret ?? 'emulator-secret',
    integrationCode: options.integrationCode ?? 'EMULATORINTEGRATIONCODE0001',
    resourceID: 29682885,
  }
  const store = createStore(clock, account)
  store.switches = Switches.parse(options.switches ?? {})
  store.threshold = Threshold.parse(options.threshold ?? {})
  seedTenant(store, {
    seed: options.seed ?? 1,
    tenants: options.tenants ?? 10,
    devices: options.devices ?? 40,
    ...(options.companies && { companies: options.companies }),
  })
  const limits = createLimits(store)
  const delivery = startDelivery(store)
  const act = createActs(store, limits)
  const running = await startEmulator(
    {
      vendor: 'autotask',
      handle: createHandler(store, limits, options.tls ? 'https' : 'http'),
      getState: (query) => getState(store, query),
      putState: (state) => putState(store, state),
      act,
      clockMoved: () => limits.forgetFinished(),
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
  const { user, secret, integrationCode } = account
  const { certificate } = running
  return {
    ...running,
    ready: {
      url: `${running.url}/ATServicesRest/`,
      user,
      secret,
      integrationCode,
      ...(certificate !== undefined && { certificate }),
    },
    async stop() {
      await delivery.stop()
      await running.stop()
    },
  }
}

/** A 429 reads like the thread limit; a 500 has no `errors`, which means "try again" (autotask-api.md 8). */
function faultReply(status: number): { body: object | string; headers: Record<string, string> } {
  const body =
    status === 429
      ? failed(['The Autotask API thread threshold of 3 threads has been exceeded.']).body
      : JSON.stringify({ Message: 'An error has occurred.' })
  return { body, headers: { 'content-type': 'application/json; charset=utf-8' } }
}
