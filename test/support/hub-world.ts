import { startAutotaskEmulator } from '../../emulators/autotask/main.ts'
import { startKasperskyHubEmulator } from '../../emulators/kaspersky-hub/main.ts'
import type { Connection } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/tables.ts'
import { runNextDuty } from '../../src/usecases/run-duty.ts'
import { createDesks } from '../../src/worker/desks.ts'
import { type ApiAnswer, type ApiBench, createApiBench } from './api-bench.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/**
 * A hub with its feeder and Autotask: what the feeder sends goes over real HTTP to a real port, everything runs on one clock that
 * moves when told. All tenants the feeder begins with are mapped once they were heard of; rules are off until `ruleOn`.
 */
export type HubWorld = ApiBench & {
  readonly clock: FakeClock
  readonly autotask: Awaited<ReturnType<typeof startAutotaskEmulator>>
  readonly hub: Awaited<ReturnType<typeof startKasperskyHubEmulator>>
  readonly sourceId: number
  readonly integrationId: number
  /** Where the API answers over the network. */
  readonly url: string
  /** A token for all companies. */
  readonly sendToken: string
  act(name: string, order?: Record<string, unknown>): Promise<Record<string, unknown>>
  /** Sends what waits in the feeder; throws when something was refused. */
  flush(again?: number): Promise<{ sent: number; pushedBack: number }>
  /** Everything that is due: settling, tickets. */
  work(): Promise<void>
  /** Sends and works. */
  settle(): Promise<void>
  /** Moves the clock and works. */
  pass(minutes: number): Promise<void>
  /** Switches rows on, or off, at the default queue. */
  ruleOn(rows: readonly (readonly [section: string, key: string])[], enabled?: boolean): Promise<void>
  /** Maps a company by its key to the desk's company of the same name. */
  map(company: string): Promise<void>
  /** Posts to the ingest as somebody. */
  post(form: string, body: object | string, headers?: Record<string, string>): Promise<ApiAnswer>
  /** Tickets at the desk, oldest first. */
  atDesk(): { title: string; state: 'open' | 'closed'; company: string; resolution: string }[]
}

type DeskTicket = { title: string; status: number; companyID: number; resolution: string | null }

export async function createHubWorld(
  database: Connection<Database>,
  options: { tenants?: number; devices?: number; settings?: Record<string, unknown> } = {},
): Promise<HubWorld> {
  const clock = createFakeClock('2026-03-02T06:00:00Z')
  const hub = await startKasperskyHubEmulator({ port: 0, clock, tenants: 2, devices: 4, ...options })
  const companies = hub.ready.companies.map(({ name }) => name)
  const autotask = await startAutotaskEmulator({ port: 0, clock, companies, switches: { latencyScale: 0 } })
  const bench = await createApiBench(database, { clock })
  const url = await bench.api.listen({ host: '127.0.0.1', port: 0 })
  const source = await bench.ok('POST', '/api/v1/sources', {
    connector: 'kaspersky-hub',
    name: 'Business Hub',
    settings: options.settings ?? {},
  })
  const psa = await bench.ok('POST', '/api/v1/psas', {
    connector: 'autotask',
    name: 'Autotask',
    settings: {
      user: autotask.ready.user,
      secret: autotask.ready.secret,
      integrationCode: autotask.ready.integrationCode,
      baseUrl: autotask.ready.url,
      timeoutSeconds: 5,
    },
  })
  const sourceId = Number(source.connection.id)
  const psaId = Number(psa.connection.id)
  const { secret: sendToken } = await bench.ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Feeder' })
  const stopping = new AbortController()
  const desks = createDesks(bench.deps)

  const act: HubWorld['act'] = async (name, order = {}) =>
    (await hub.control.act({ act: name, ...order })) as Record<string, unknown>
  const work = async (): Promise<void> => {
    while (await runNextDuty(bench.deps, stopping.signal));
    await desks.runUntilIdle(stopping.signal)
  }
  const flush: HubWorld['flush'] = async (again = 0) => {
    const { sent, pushedBack, refused } = await act('flush', { again })
    if (refused !== null) throw new Error(`The ingest refused: ${String(refused)}`)
    return { sent: Number(sent), pushedBack: Number(pushedBack) }
  }

  await work()
  await act('connect', { url, sourceId, token: sendToken })
  const integration = await bench.ok('POST', '/api/v1/integrations', { name: 'Cloud', sourceId, psaId })
  const integrationId = Number(integration.id)
  const priority = await bench.ok('GET', `/api/v1/psas/${psaId}/options`).then(({ choices }) => {
    return choices.priority.find(({ label }: { label: string }) => label === 'High').value as string
  })

  const world: HubWorld = {
    ...bench,
    clock,
    autotask,
    hub,
    sourceId,
    integrationId,
    url,
    sendToken,
    act,
    flush,
    work,
    async settle() {
      await flush()
      clock.advance(6_000)
      await work()
    },
    async pass(minutes) {
      clock.advance(minutes * 60_000)
      await work()
    },
    async ruleOn(rows, enabled = true) {
      const path = `/api/v1/integrations/${integrationId}/rules`
      const { version, defaults } = await bench.ok('GET', path)
      const fields = { ...defaults.fields, priority }
      await bench.ok('PUT', path, { version, rows: rows.map(([section, key]) => ({ section, key, enabled, fields })) })
    },
    async map(company) {
      const { items } = await bench.ok('GET', `/api/v1/tenants?sourceId=${sourceId}&limit=500`)
      const tenant = items.find(({ key }: { key: string }) => key === company)
      const accounts = await bench.ok('GET', `/api/v1/psas/${psaId}/accounts`)
      const account = accounts.find(({ name }: { name: string }) => name === tenant.name)
      await bench.ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, { integrationId, accountId: account.id })
    },
    post: (form, body, headers = { authorization: `Bearer ${sendToken}` }) =>
      bench.send({
        method: 'POST',
        url: `/api/v1/hub/${sourceId}/${form}`,
        headers: { 'content-type': 'application/json', ...headers },
        body: body as object,
      }),
    atDesk() {
      const part = (name: string) => autotask.control.getState({ part: name })
      const tickets = part('tickets') as DeskTicket[]
      const found = part('companies') as { id: number; companyName: string }[]
      const names = new Map(found.map(({ id, companyName }) => [id, companyName]))
      return tickets.map(({ title, status, companyID, resolution }) => ({
        title,
        state: status === 5 ? 'closed' : 'open',
        company: names.get(companyID) ?? '',
        resolution: resolution ?? '',
      }))
    },
    async stop() {
      stopping.abort()
      await desks.close()
      await bench.stop()
      await hub.stop()
      await autotask.stop()
    },
  }
  return world
}
