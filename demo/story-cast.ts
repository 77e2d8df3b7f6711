import type { DeskVerb } from './desks/desk-kind.ts'
import type { Order } from './stage-emulator.ts'
import { fleetOf, mainServerOf } from './stage-fleet.ts'
import type { Act, Scene, StoryIntegration, StorySource, TicketFilter } from './story-form.ts'

/** Who is in the story, and the words in which its scenes are written. */

export const start = '2026-03-02T06:00:00Z'
export const days = 30

export const [acme, borealis, cascade, delta, ember] = [
  'Acme Dental GmbH',
  'Borealis Law SpA',
  'Cascade Freight BV',
  'Delta Foods Ltd',
  'Ember Motors BV',
] as const
/** Mapped nowhere. */
const fairway = 'Fairway Travel AB'
const granite = 'Granite Optics SARL'
export const harbour = 'Harbour Clinic Inc'

/** The clients of the first KSC whose computers have tickets. */
export const mainClients = [acme, borealis, cascade, delta, ember] as const

export const main: StorySource = {
  kind: 'ksc',
  id: 'ksc',
  name: 'Kaspersky Security Center',
  clients: [...mainClients, fairway],
  devices: 132,
  seed: 1,
}

export const east: StorySource = {
  kind: 'ksc',
  id: 'ksc-east',
  name: 'KSC East',
  clients: [granite, harbour],
  devices: 24,
  seed: 2,
  codes: { main: 'EAST', clients: ['GRANIT', 'HARBOU'] },
  hostName: 'KSC-EAST',
}

/** The computers of both at the start, as the emulators will have them. */
export const mainFleet = fleetFor(main)
export const eastFleet = fleetFor(east)

function fleetFor(source: StorySource) {
  return fleetOf({ ...source, tenants: source.clients }, new Date(start))
}

/** Companies are called as the clients; the computers of the main server are the provider's own. */
const own = 'Nordlicht IT Services'
const same = (...clients: string[]) => Object.fromEntries(clients.map((client) => [client, client]))

/** One KSC for three desks, and two KSCs at one of them. */
export const integrations: readonly StoryIntegration[] = [
  {
    name: 'Endpoint security · Autotask',
    source: main.id,
    desk: 'autotask',
    companies: { [mainServerOf(mainFleet)]: own, ...same(acme, borealis) },
  },
  { name: 'Endpoint security · Tigerpaw', source: main.id, desk: 'tigerpaw', companies: same(cascade, ember) },
  { name: 'Endpoint security · ConnectWise', source: main.id, desk: 'connectwise', companies: same(delta) },
  {
    name: 'Endpoint security East · ConnectWise',
    source: east.id,
    desk: 'connectwise',
    companies: same(granite, harbour),
  },
]

export function scene(day: number, time: string, say: string, ...acts: Act[]): Scene {
  return { day, time, say, acts }
}

/** An order to the emulator of a source or desk. */
export function order(at: string, given: Order): Act {
  return { at, order: given }
}

export function faults(at: string, given: Readonly<Record<string, unknown>>): Act {
  return { at, faults: given }
}

/** Changes a computer in the KSC that has it. */
export function set(host: string, changes: object, at: string = main.id): Act {
  return order(at, { act: 'setHost', host, changes })
}

export function setAll(hosts: readonly string[], changes: object, at: string = main.id): Act {
  return order(at, { act: 'setHosts', hosts, changes })
}

/** What technicians do with the open tickets that fit. */
export function technician(does: DeskVerb, tickets: TicketFilter, words?: string): Act {
  return { desk: { does, ...(words !== undefined && { words }) }, tickets }
}

export const protectionOff = { rtpState: 1 }
export const protectionOn = { rtpState: 4 }
export const now = { hoursAgo: 0 }
/** A computer without a security application. */
export const bare = { productInstalled: false, productRunning: false, rtpState: 0 }
