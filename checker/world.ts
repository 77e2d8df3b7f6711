import { autotask } from './desks/autotask.ts'
import { connectwise } from './desks/connectwise.ts'
import type { DeskReading } from './desks/desk-reading.ts'
import { type DeskTicket, readTickets } from './desks/ticket-life.ts'
import { tigerpaw } from './desks/tigerpaw.ts'
import type { DeskEvidence, DeskVendor, Evidence, IntegrationEvidence } from './evidence.ts'
import { createQuiet, type Quiet } from './quiet.ts'
import { type Happened, type Held, readTruth, type Truth } from './source/ksc-truth.ts'
import { readSights, type Sight } from './source/sights.ts'
import { bitOf, statusWords } from './source/status-words.ts'

/** A run, read once for all checks. */
export type World = {
  readonly evidence: Evidence
  readonly quiet: Quiet
  readonly sources: ReadonlyMap<string, SourceWorld>
  readonly desks: readonly DeskWorld[]
  readonly integrations: readonly IntegrationWorld[]
  /** What was to be seen, and what was, by computer and bit; sights in the order of their begin. */
  sights(computer: string, bit: number): readonly Sight[]
  held(computer: string, bit: number): readonly (Held & { readonly source: string })[]
}

export type SourceWorld = {
  readonly id: string
  readonly truth: Truth
  readonly sights: readonly Sight[]
  readonly eventNames: Readonly<Record<string, string>>
  /** Events that are called so in tickets. */
  events(what: string): readonly Happened[]
}

export type IntegrationWorld = IntegrationEvidence & {
  readonly sourceWorld: SourceWorld
  readonly deskWorld: DeskWorld
}

export type DeskWorld = {
  readonly id: string
  readonly evidence: DeskEvidence
  readonly reading: DeskReading
  readonly tickets: readonly DeskTicket[]
  /** Created by us, and about a client. */
  readonly ours: readonly DeskTicket[]
  /** Ours about a computer and a status description or event. */
  about(computer: string, what: string): readonly DeskTicket[]
}

/** What was handed over cannot be judged; the message says what is missing. */
export class EvidenceError extends Error {
  readonly code = 'evidence-incomplete'
}

const readings: Readonly<Record<DeskVendor, DeskReading>> = { autotask, connectwise, tigerpaw }

/** Reads what a run handed over. Throws `EvidenceError` when a part of it contradicts another or was cut. */
export function readWorld(evidence: Evidence): World {
  const sources = new Map(
    evidence.sources.map(({ id, history, namesAllReasons, eventNames }) => {
      const truth = readTruth(history)
      const events = Map.groupBy(truth.events, ({ type }) => eventNames[type] ?? type)
      const sights = readSights(id, truth, namesAllReasons)
      return [id, { id, truth, sights, eventNames, events: (what: string) => events.get(what) ?? [] }]
    }),
  )
  refuseSharedNames(sources)
  const sights = Map.groupBy(
    [...sources.values()].flatMap((source) => source.sights).sort((a, b) => a.from - b.from),
    keyOf,
  )
  const held = Map.groupBy(
    [...sources.values()].flatMap(({ id, truth }) => truth.held.map((one) => ({ ...one, source: id }))),
    keyOf,
  )
  const names = [...new Set([...sources.values()].flatMap(namesIn))]
  const desks = evidence.desks.map((desk) => readDesk(desk, names))
  return {
    evidence,
    quiet: createQuiet(evidence),
    sources,
    desks,
    integrations: evidence.integrations.map((integration) => ({
      ...integration,
      sourceWorld: needed(sources.get(integration.source), 'source', integration.source),
      deskWorld: needed(
        desks.find(({ id }) => id === integration.desk),
        'desk',
        integration.desk,
      ),
    })),
    sights: (computer, bit) => sights.get(keyOf({ computer, bit })) ?? [],
    held: (computer, bit) => held.get(keyOf({ computer, bit })) ?? [],
  }
}

/** Whether tickets with these words are about a status description; else they are about an event. */
export function isStatus({ what }: Pick<DeskTicket, 'what'>): boolean {
  return bitOf(what) !== undefined
}

function keyOf({ computer, bit }: { readonly computer: string; readonly bit: number }): string {
  return `${bit}/${computer}`
}

function readDesk(desk: DeskEvidence, names: readonly string[]): DeskWorld {
  const kept = desk.journal.length
  if (kept !== desk.stats.requests) {
    const message = `The journal of “${desk.id}” holds ${kept} of ${desk.stats.requests} requests: give its emulator a larger journalCapacity, and read journal and stats while nothing is sent.`
    throw new EvidenceError(message)
  }
  const reading = readings[desk.vendor]
  const aboutUs = desk.aboutUs.map((pattern) => new RegExp(pattern))
  const tickets = readTickets(desk.history, reading).map((ticket) => mendCut(ticket, names))
  const ours = tickets.filter(({ createdBy, title }) => createdBy === 'api' && !aboutUs.some((one) => one.test(title)))
  const byMeaning = Map.groupBy(ours, ({ computer, what }) => `${what}/${computer}`)
  return {
    id: desk.id,
    evidence: desk,
    reading,
    tickets,
    ours,
    about: (computer, what) => byMeaning.get(`${what}/${computer}`) ?? [],
  }
}

/** `what on computer` of everything that a ticket may be about. */
function namesIn({ truth, eventNames }: SourceWorld): string[] {
  return [
    ...truth.held.map(({ bit, computer }) => `${statusWords[bit]} on ${computer}`),
    ...truth.events.map(({ type, computer }) => `${eventNames[type] ?? type} on ${computer}`),
  ]
}

/** A title that was cut by us names the one thing that begins with the same words. */
function mendCut(ticket: DeskTicket, names: readonly string[]): DeskTicket {
  if (!ticket.title.endsWith('…') || (ticket.what !== '' && !ticket.computer.endsWith('…'))) return ticket
  const start = /^.+?: (.+)…$/s.exec(ticket.title)?.[1]
  const fitting = start === undefined ? [] : names.filter((name) => name.startsWith(start))
  const [, what, computer] = fitting.length === 1 ? (/^(.+) on (.+)$/s.exec(fitting[0] ?? '') ?? []) : []
  return what === undefined || computer === undefined ? ticket : { ...ticket, what, computer }
}

function refuseSharedNames(sources: ReadonlyMap<string, SourceWorld>): void {
  const owners = new Map<string, string>()
  for (const { id, truth } of sources.values()) {
    for (const name of truth.places.keys()) {
      const owner = owners.get(name) ?? id
      if (owner !== id) {
        throw new EvidenceError(`The sources “${owner}” and “${id}” both have a computer “${name}”: give it two names.`)
      }
      owners.set(name, id)
    }
  }
}

function needed<T>(value: T | undefined, kind: string, id: string): T {
  if (value === undefined) throw new EvidenceError(`An integration names the ${kind} “${id}”, which is not there.`)
  return value
}
