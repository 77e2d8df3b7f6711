import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry, HistoryFact, Level } from '../emulators/ksc/model/history.ts'
import { checkHistory, type Report } from './check-history.ts'
import { autotask } from './desks/autotask.ts'
import { connectwise } from './desks/connectwise.ts'
import type { DeskReading } from './desks/desk-reading.ts'
import { tigerpaw } from './desks/tigerpaw.ts'
import type { At, DeskVendor, Evidence, IntegrationEvidence, RuleSpan, Trouble } from './evidence.ts'
import { kscKeys, kscWords } from './source/ksc-words.ts'

/** Histories written by hand, for the tests of the checker. Times are minutes after midnight of one day. */

const midnight = Date.parse('2026-03-02T00:00:00Z')

export function minutes(count: number): At {
  return midnight + count * 60_000
}

/** Bits of the reasons used here. */
export const bits = { protection: 1, viruses: 3, databases: 7, restart: 11 } as const

/** Virtual servers and their accounts at the first desk. */
export const acme = 'ACME'
export const delta = 'DELTA'
const accounts: Readonly<Record<string, number>> = { [acme]: 175, [delta]: 176 }

const readings: Readonly<Record<DeskVendor, DeskReading>> = { autotask, connectwise, tigerpaw }
const virus = 'GNRL_EV_VIRUS_FOUND'
const virusWords = 'Malicious object detected'

export type What = {
  readonly bit?: number
  readonly level?: Level
  readonly vserver?: string
  readonly computer?: string
}
export type TicketKind = TicketHistoryEntry['kind']
export type Opened = What & {
  readonly account?: number
  readonly reference?: string
  readonly desk?: string
  readonly title?: string
}

/** What of the evidence is other than usual. */
type Changes = { -readonly [Part in keyof Evidence]?: Evidence[Part] } & {
  vendor?: DeskVendor
  integration?: Partial<IntegrationEvidence>
  namesAllReasons?: boolean
}

/** A run that is being written. Everything may be changed until it is checked. */
export type Draft = {
  readonly ksc: HistoryEntry[]
  readonly desks: Record<string, TicketHistoryEntry[]>
  readonly calls: { at: At; inFlight: number; status: number }[]
  /** Changes to the evidence beside the histories. */
  with: Changes
  fact(at: number, computer: string, fact: HistoryFact, vserver?: string): void
  /** A reason begins; the mask follows as a server that names the winning level's shows it. */
  begin(at: number, what?: What): void
  level(at: number, what: What & { readonly from: Level }): void
  end(at: number, what?: What & { readonly cause?: 'changed' | 'host-removed' | 'host-moved' }): void
  event(at: number, what?: { readonly vserver?: string; readonly computer?: string }): void
  /** A ticket of ours; the number is its id. */
  opened(at: number, ticketId: number, about?: Opened): void
  eventTicket(at: number, ticketId: number, about?: Opened): void
  /** What became of a ticket. */
  ticket(
    at: number,
    ticketId: number,
    kind: TicketKind,
    by?: 'api' | 'person' | 'workflow',
    changes?: TicketHistoryEntry['changes'],
  ): void
  evidence(until?: number): Evidence
  check(until?: number): Report
}

const desk = 'Desk'
const rule = { enabled: true, fields: {}, delayMinutes: 0, lifetimeHours: 24, from: minutes(-60), to: null }

/** Every status and every critical event has its rule on, without delay. */
export const allRules: readonly RuleSpan[] = [
  ...(['warning', 'critical'] as const).flatMap((section) => kscKeys.map((key) => ({ ...rule, section, key }))),
  { ...rule, section: 'severity', key: 'critical' },
]

export const allMappings = Object.entries(accounts).map(([tenant, account]) => {
  return { tenant, account: String(account), from: minutes(-60), to: null }
})

/** A minute to see, one to tell, two to notice people, ten seconds a call, two minutes to recover. */
const grace = { seeMs: 60_000, deliverMs: 60_000, noticeMs: 120_000, callMs: 10_000, recoverMs: 120_000 }

export function createDraft(): Draft {
  const ksc: HistoryEntry[] = []
  const desks: Draft['desks'] = { [desk]: [] }
  const calls: Draft['calls'] = []
  const holding = new Map<string, Map<number, Level>>()
  const shown = new Map<string, string>()

  const fact: Draft['fact'] = (at, computer, what, vserver = acme) => {
    const place = computer === '' ? {} : { hostId: computer, hostName: computer }
    ksc.push({ n: ksc.length + 1, time: iso(at), vserverUid: vserver, ...place, ...what })
  }
  function show(at: number, computer: string, vserver: string | undefined): void {
    const all = [...(holding.get(computer) ?? [])]
    const isCritical = all.some(([, level]) => level === 'critical')
    const named =
      draft.with.namesAllReasons === true ? all : all.filter(([, level]) => isCritical === (level === 'critical'))
    const mask = named.reduce((sum, [bit]) => sum | (1 << bit), 0)
    const statusId = isCritical ? 1 : all.length > 0 ? 2 : 0
    const state = `${statusId}/${mask}`
    if (shown.get(computer) === state) return
    shown.set(computer, state)
    fact(at, computer, { kind: 'host-status', statusId, mask, fromStatusId: 0 }, vserver)
  }
  function historyOf(ticketId: number): [string, TicketHistoryEntry[]] {
    const found = Object.entries(desks).find(([, entries]) => entries.some((entry) => entry.ticketId === ticketId))
    if (found === undefined) throw new Error(`there is no ticket ${ticketId}`)
    return found
  }
  function create(at: number, ticketId: number, title: string, about: Opened): void {
    const { vserver = acme, account = accounts[vserver] ?? 0, desk: id = desk } = about
    const entries = desks[id] ?? []
    desks[id] = entries
    const { title: field } = readings[draft.with.vendor ?? 'autotask']
    entries.push({
      ...{ time: iso(at), ticketId, kind: 'created', by: 'api', resourceID: 1, companyID: account },
      externalID: about.reference ?? `tocsin-${ticketId}`,
      changes: { [field]: { old: null, new: about.title ?? title }, priority: { old: null, new: 1 } },
    })
  }

  const draft: Draft = {
    ksc,
    desks,
    calls,
    with: {},
    fact,
    begin(at, { bit = bits.protection, level = 'critical', vserver, computer = 'PC-1' } = {}) {
      fact(at, computer, { kind: 'status-begin', bit, level }, vserver)
      holding.set(computer, (holding.get(computer) ?? new Map()).set(bit, level))
      show(at, computer, vserver)
    },
    level(at, { bit = bits.protection, level = 'critical', from, vserver, computer = 'PC-1' }) {
      fact(at, computer, { kind: 'status-level', bit, level, from }, vserver)
      holding.get(computer)?.set(bit, level)
      show(at, computer, vserver)
    },
    end(at, { bit = bits.protection, vserver, computer = 'PC-1', cause = 'changed' } = {}) {
      const level = holding.get(computer)?.get(bit) ?? 'critical'
      fact(at, computer, { kind: 'status-end', bit, level, cause }, vserver)
      holding.get(computer)?.delete(bit)
      show(at, computer, vserver)
    },
    event(at, { vserver, computer = 'PC-1' } = {}) {
      fact(at, computer, { kind: 'event', eventDbId: ksc.length, severity: 4, type: virus }, vserver)
    },
    opened(at, ticketId, about = {}) {
      const { bit = bits.protection, level = 'critical', computer = 'PC-1' } = about
      const title = `${level === 'critical' ? 'Critical' : 'Warning'}: ${kscWords[bit]} on ${computer}`
      create(at, ticketId, title, about)
    },
    eventTicket(at, ticketId, about = {}) {
      create(at, ticketId, `Critical: ${virusWords} on ${about.computer ?? 'PC-1'}`, about)
    },
    ticket(at, ticketId, kind, by = 'api', changes = {}) {
      const [, entries] = historyOf(ticketId)
      const created = entries.find((entry) => entry.ticketId === ticketId)
      if (created === undefined) return
      const who = by === 'workflow' ? { by: 'person' as const, via: 'workflow' as const } : { by }
      entries.push({ ...created, time: iso(at), kind, ...who, changes })
    },
    evidence: (until = 600) => evidenceOf(draft, until),
    check: (until) => checkHistory(draft.evidence(until)),
  }
  return draft
}

function evidenceOf(draft: Draft, until: number): Evidence {
  const { vendor = 'autotask', integration, namesAllReasons = false, ...more } = draft.with
  const journal = draft.calls.map(({ at, inFlight, status }, n) => ({
    ...{ n: n + 1, time: new Date(at).toISOString(), method: 'POST', path: '/Tickets', status, inFlight, ms: 5 },
  }))
  const most = Math.max(0, ...journal.map(({ inFlight }) => inFlight))
  const stats = {
    ...{
      requests: journal.length,
      byStatus: {},
      inFlight: 0,
      maxInFlight: most,
      maxInFlightByEndpoint: { Tickets: most },
    },
    ...{ tickets: { open: 0, closed: 0, duplicates: 0 }, handlerErrors: 0 },
  }
  const grant = { threads: 3, threadsPer: 'endpoint' as const, uncounted: [], perHour: 10 }
  return {
    run: { from: minutes(0), to: minutes(until) },
    grace,
    sources: [{ vendor: 'ksc', id: 'KSC', history: draft.ksc, eventNames: { [virus]: virusWords }, namesAllReasons }],
    desks: Object.entries(draft.desks).map(([id, history], n) => ({
      ...{
        id,
        vendor,
        history: [...history].sort((a, b) => a.time.localeCompare(b.time)),
        grant,
        aboutUs: ['^Drill: '],
      },
      ...(n === 0 ? { journal, stats } : { journal: [], stats: { ...stats, requests: 0 } }),
    })),
    integrations: [
      {
        ...{ id: 'KSC to Desk', source: 'KSC', desk, repeats: 'note' as const, rules: allRules, mappings: allMappings },
        ...{ silences: [], removedAt: null },
        ...integration,
      },
    ],
    ...{ requests: [], givenUp: [], troubles: [], restores: [], database: null },
    ...more,
  }
}

function iso(at: number): string {
  return new Date(minutes(at)).toISOString()
}

/** A source that cannot be read at all from one minute to another. */
export function dead(from: number, to: number | null, can: 'nothing' | 'some' = 'nothing'): Trouble {
  return {
    of: 'source',
    source: 'KSC',
    tenant: null,
    can,
    from: minutes(from),
    to: to === null ? null : minutes(to),
    words: 'dead',
  }
}

/** A desk that cannot be reached from one minute to another. */
export function deskDown(from: number, to: number): Trouble {
  return { of: 'desk', desk, can: 'nothing', from: minutes(from), to: minutes(to), words: 'refuses connections' }
}
