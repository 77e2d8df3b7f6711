import { startAutotaskEmulator } from '../../emulators/autotask/main.ts'
import { startKscEmulator } from '../../emulators/ksc/main.ts'
import type { Connection } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/tables.ts'
import { runNextDuty } from '../../src/usecases/run-duty.ts'
import { createDesks } from '../../src/worker/desks.ts'
import { type ApiBench, createApiBench } from './api-bench.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** The API with both emulators behind it, everything connected through the API, on one clock that moves when told. */
export type ApiWorld = ApiBench & {
  readonly clock: FakeClock
  readonly ksc: Awaited<ReturnType<typeof startKscEmulator>>
  readonly autotask: Awaited<ReturnType<typeof startAutotaskEmulator>>
  readonly sourceId: number
  readonly psaId: number
  readonly integrationId: number
  kscSettings(): Record<string, unknown>
  autotaskSettings(): Record<string, unknown>
  /** Does all that is due now: polls, readings, tickets. */
  work(): Promise<void>
}

export const companies = ['Alder & Sons', 'Birch "Bros"', 'Cedar Ltd', 'Dogwood GmbH']

export async function createApiWorld(database: Connection<Database>): Promise<ApiWorld> {
  const clock = createFakeClock('2026-03-02T06:00:00Z')
  const ksc = await startKscEmulator({ port: 0, clock, devices: 24, tenants: 3, sick: 0.5 })
  const autotask = await startAutotaskEmulator({ port: 0, clock, companies, switches: { latencyScale: 0 } })
  const bench = await createApiBench(database, { clock })
  const kscSettings = () => ({
    address: '127.0.0.1',
    port: ksc.port,
    user: ksc.ready.user,
    password: ksc.ready.password,
    fingerprint: ksc.ready.fingerprint256,
    timeoutSeconds: 5,
  })
  const autotaskSettings = () => ({
    user: autotask.ready.user,
    secret: autotask.ready.secret,
    integrationCode: autotask.ready.integrationCode,
    baseUrl: autotask.ready.url,
    timeoutSeconds: 5,
  })
  const stopping = new AbortController()
  const desks = createDesks(bench.deps)
  const source = await bench.ok('POST', '/api/v1/sources', {
    connector: 'ksc',
    name: 'KSC',
    settings: kscSettings(),
  })
  const psa = await bench.ok('POST', '/api/v1/psas', {
    connector: 'autotask',
    name: 'Autotask',
    settings: autotaskSettings(),
  })
  const ids = { sourceId: Number(source.connection.id), psaId: Number(psa.connection.id) }
  async function work(): Promise<void> {
    while (await runNextDuty(bench.deps, stopping.signal));
    await desks.runUntilIdle(stopping.signal)
  }
  await work()
  const integration = await bench.ok('POST', '/api/v1/integrations', { name: 'Endpoint security', ...ids })
  return {
    ...bench,
    ...ids,
    clock,
    ksc,
    autotask,
    integrationId: Number(integration.id),
    kscSettings,
    autotaskSettings,
    work,
    async stop() {
      stopping.abort()
      await desks.close()
      await bench.stop()
      await ksc.stop()
      await autotask.stop()
    },
  }
}
