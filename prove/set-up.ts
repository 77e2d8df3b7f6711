import { companiesOf, type DeskId, type Ground, namesAllReasons, type SourceId } from './ground.ts'
import { AnswerError, type Person } from './person.ts'
import { realSleep } from './run-clock.ts'
import type { ProvedDesk, ProvedSource, ProvedWorld } from './world.ts'

/** The first day: connects, pairs and maps everything through the API, as a person would. */

export type Ids = {
  readonly sources: ReadonlyMap<SourceId, number>
  readonly psas: ReadonlyMap<DeskId, number>
  /** By the pairing's name. */
  readonly integrations: ReadonlyMap<string, number>
  /** By source and client: `ksc-1/Alder`. */
  readonly tenants: ReadonlyMap<string, number>
  /** By desk and company name: `autotask/Alder Annex`. */
  readonly accounts: ReadonlyMap<string, string>
}

const connectAttempts = 20

type Connected = { readonly connection: { readonly id: number } }
type Tenant = {
  readonly id: number
  readonly name: string
  readonly sourceId: number
  readonly baselineAt: string | null
}

/** What desks grant us, below what their vendors do, so that a run feels it. */
export const granted = {
  autotask: { threads: 3, perHour: 5_000 },
  tigerpaw: { threads: 3, perHour: 6_000 },
  connectwise: { threads: 3, perHour: 9_000 },
} as const

export async function setUp(person: Person, world: ProvedWorld, ground: Ground): Promise<Ids> {
  const sources = new Map<SourceId, number>()
  for (const source of world.sources.values()) sources.set(source.id, await connectSource(person, source))
  const psas = new Map<DeskId, number>()
  for (const desk of world.desks.values()) psas.set(desk.id, await connectDesk(person, desk))
  const integrations = new Map<string, number>()
  for (const { name, source, desk } of ground.pairings) {
    const body = { name, sourceId: sources.get(source), psaId: psas.get(desk), general: generals[desk] }
    const { id } = await person.ask<{ id: number }>('POST', '/integrations', body)
    integrations.set(name, id)
  }
  const tenants = await readTenants(person, sources, ground)
  const accounts = new Map<string, string>()
  for (const [desk, id] of psas) {
    const found = await person.ask<{ id: string; name: string }[]>('GET', `/psas/${id}/accounts`)
    for (const account of found) accounts.set(`${desk}/${account.name}`, account.id)
  }
  for (const { name } of ground.clients) {
    for (const company of Object.values(companiesOf(name))) {
      for (const desk of psas.keys())
        if (!accounts.has(`${desk}/${company}`)) throw new Error(`The desk ${desk} does not show “${company}”.`)
    }
  }
  return { sources, psas, integrations, tenants, accounts }
}

async function connectSource(person: Person, { id, ready, gate }: ProvedSource): Promise<number> {
  const settings = {
    address: '127.0.0.1',
    port: gate.port,
    user: ready.user,
    password: ready.password,
    fingerprint: ready.fingerprint256,
    timeoutSeconds: 60,
    computersEverySeconds: 120,
    eventsEverySeconds: 60,
    pageSize: 25,
    namesAllReasons: namesAllReasons(id),
  }
  return connect(person, '/sources', { connector: 'ksc', name: id, settings })
}

async function connectDesk(person: Person, { id, ready }: ProvedDesk): Promise<number> {
  const settings = {
    autotask: {
      ...{ user: ready.user, secret: ready.secret, integrationCode: ready.integrationCode, baseUrl: ready.url },
      requestsPerHour: granted.autotask.perHour,
    },
    tigerpaw: {
      ...{ publicKey: ready.publicKey, privateKey: ready.privateKey, baseUrl: ready.url, timeZone: 'UTC' },
      requestsPerHour: granted.tigerpaw.perHour,
    },
    connectwise: {
      ...{ site: ready.url, companyId: ready.companyId, publicKey: ready.publicKey, privateKey: ready.privateKey },
      ...{ clientId: ready.clientId, searchLagSeconds: 60, requestsPerHour: granted.connectwise.perHour },
    },
  }[id]
  return connect(person, '/psas', { connector: id, name: id, settings })
}

/** Time-outs are short in a run, so that on a busy machine the first try of a connection may fail. */
async function connect(person: Person, path: string, body: object): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await person.ask<Connected>('POST', path, body)).connection.id
    } catch (error) {
      if (!(error instanceof AnswerError) || error.status !== 422 || attempt === connectAttempts) throw error
      await realSleep(500)
    }
  }
}

/** Tigerpaw has no defaults: every tenant has its own words. */
const generals: Readonly<Record<DeskId, Readonly<Record<string, string>>>> = {
  autotask: {},
  tigerpaw: { serviceOrderRep: '13', newStatus: 'New', closedStatus: 'Completed' },
  connectwise: {},
}

/** Waits until every client was listed once: what holds from then on begins before our eyes. */
async function readTenants(
  person: Person,
  sources: ReadonlyMap<SourceId, number>,
  ground: Ground,
): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const { items } = await person.ask<{ items: Tenant[] }>('GET', '/tenants?limit=200')
    const found = new Map<string, number>()
    for (const { id, name, sourceId, baselineAt } of items) {
      const source = [...sources].find(([, one]) => one === sourceId)?.[0]
      if (source !== undefined && baselineAt !== null) found.set(`${source}/${name}`, id)
    }
    if (ground.clients.every(({ source, name }) => found.has(`${source}/${name}`))) return found
    await realSleep(200)
  }
}
