import { autotask } from './desks/autotask.ts'
import { connectwise } from './desks/connectwise.ts'
import type { DeskReading } from './desks/desk-reading.ts'
import { type DeskTicket, readTickets } from './desks/ticket-life.ts'
import { tigerpaw } from './desks/tigerpaw.ts'
import type { DeskEvidence, DeskVendor, Evidence, IntegrationEvidence } from './evidence.ts'
import { EvidenceError } from './evidence-error.ts'
import { createQuiet, type Quiet } from './quiet.ts'
import type { Sight } from './source/sights.ts'
import { isConditionWords, readSource, type SourceReading } from './source/source-reading.ts'
import type { Happened, Held } from './source/truth.ts'

/** A run, read once for all checks. */
export type World = {
  readonly evidence: Evidence
  readonly quiet: Quiet
  readonly sources: ReadonlyMap<string, SourceWorld>
  readonly desks: readonly DeskWorld[]
  readonly integrations: readonly IntegrationWorld[]
  /** What was to be seen, and what was, by computer and words; sights in the order of their begin. */
  sights(computer: string, what: string): readonly Sight[]
  held(computer: string, what: string): readonly (Held & { readonly source: string })[]
}

export type SourceWorld = SourceReading & {
  readonly id: string
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

const readings: Readonly<Record<DeskVendor, DeskReading>> = { autotask, connectwise, tigerpaw }

/** Reads what a run handed over. Throws `EvidenceError` when a part of it contradicts another or was cut. */
export function readWorld(evidence: Evidence): World {
  const sources = new Map(
    evidence.sources.map((source) => {
      const { id } = source
      const reading = readSource(source)
      const events = Map.groupBy(reading.truth.events, ({ what }) => what)
      return [id, { ...reading, id, events: (what: string) => events.get(what) ?? [] }]
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
    sights: (computer, what) => sights.get(keyOf({ computer, what })) ?? [],
    held: (computer, what) => held.get(keyOf({ computer, what })) ?? [],
  }
}

/** Whether a ticket is about something that holds until it ends; else it is about an event that only happened. */
export function isCondition({ what }: Pick<DeskTicket, 'what'>): boolean {
  return isConditionWords(what)
}

function keyOf({ computer, what }: { readonly computer: string; readonly what: string }): string {
  return `${what}/${computer}`
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
function namesIn({ truth }: SourceWorld): string[] {
  return [...truth.held, ...truth.events].map(({ what, computer }) => `${what} on ${computer}`)
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
