import type { HistoryEntry } from '../../emulators/kaspersky-hub/world.ts'
import type { HubEvidence } from '../evidence.ts'
import { EvidenceError } from '../evidence-error.ts'
import type { Span } from '../spans.ts'
import { hubEventWords, hubLastingWords, statusReason } from './hub-words.ts'
import type { Happened, Held, Level, Truth } from './truth.ts'

/**
 * What really was, read from the history of a hub's feeder: which status held on which computer, and which event with an end was
 * raised and not resolved. What of it was told is another thing (`hub-told.ts`).
 */

type OpenSpan = { from: number; to: number }
type Draft = OpenSpan & Omit<Held, 'from' | 'to' | 'levels' | 'shown'> & { levels: (OpenSpan & { level: Level })[] }
type Computer = { open: Map<string, Draft>; critical: OpenSpan[]; places: (OpenSpan & { tenant: string })[] }

const forever = Number.POSITIVE_INFINITY

/** Reads a whole history, oldest entry first. Throws `EvidenceError` when two clients have a computer of the same name. */
export function readHubTruth({ id, history }: Pick<HubEvidence, 'id' | 'history'>): Truth {
  const held: Draft[] = []
  const events: Happened[] = []
  const removed = new Map<string, number>()
  const added = new Map<string, number>()
  const computers = new Map<string, Computer>()
  const raised = new Map<string, Draft>()
  const told = new Map(
    history.flatMap((entry) =>
      entry.kind === 'told' && entry.of === 'event' ? [[entry.id, Date.parse(entry.time)] as const] : [],
    ),
  )

  function computerOf(name: string, tenant: string, from: number): Computer {
    const known = computers.get(name)
    if (known !== undefined) {
      const place = known.places.at(-1)
      if (place?.tenant !== tenant && place?.to === forever) {
        throw new EvidenceError(`Two clients of “${id}” have a computer “${name}”: give it two names.`)
      }
      return known
    }
    const fresh: Computer = { open: new Map(), critical: [], places: [{ tenant, from, to: forever }] }
    computers.set(name, fresh)
    return fresh
  }

  for (const entry of history) {
    const at = Date.parse(entry.time)
    const { company: tenant } = entry
    switch (entry.kind) {
      case 'company-added':
        added.set(tenant, at)
        break
      case 'company-removed':
        removed.set(tenant, at)
        break
      case 'event': {
        const { type, name, computerName: computer, severity } = entry
        const what = name === '' ? (hubEventWords[type] ?? type) : name
        const followsSeverity = entry.product === 'endpoint-security-cloud'
        events.push({
          at,
          toldAt: told.get(entry.id) ?? forever,
          tenant,
          computer,
          type,
          what,
          severity,
          followsSeverity,
        })
        break
      }
      case 'raised': {
        const place = `${tenant}/${entry.type}`
        if (raised.has(place)) break
        const reason = { key: entry.type, what: hubLastingWords[entry.type] ?? entry.type, isEvent: true }
        raised.set(place, begin(held, { ...reason, tenant, computer: id }, 'critical', at))
        break
      }
      case 'resolved': {
        end(raised.get(`${tenant}/${entry.type}`), at)
        raised.delete(`${tenant}/${entry.type}`)
        break
      }
      case 'mailboxes':
      case 'told':
        break
      default: {
        const isNew = entry.kind === 'computer-added'
        const computer = computerOf(entry.name, tenant, isNew ? at : Number.NEGATIVE_INFINITY)
        change(held, computer, entry, at)
      }
    }
  }
  const every = [...computers]
  return {
    held: held.map((draft) => ({ ...draft, levels: draft.levels.filter(isReal), shown: [draft].filter(isReal) })),
    events,
    critical: new Map(every.map(([name, { critical }]) => [name, critical.filter(isReal)])),
    places: new Map(every.map(([name, { places }]) => [name, places.filter(isReal)])),
    removed,
    added,
  }
}

type OfComputer = Extract<HistoryEntry, { name: string; computer: string }> & {
  kind: `${'status' | 'computer'}-${string}`
}

function change(held: Draft[], { open, critical, places }: Computer, entry: OfComputer, at: number): void {
  const { company: tenant } = entry
  switch (entry.kind) {
    case 'status-begin': {
      const { status: key, level, name: computer } = entry
      open.set(key, begin(held, { ...statusReason(key), tenant, computer }, level, at))
      break
    }
    case 'status-level': {
      const draft = open.get(entry.status)
      close(draft?.levels, at)
      draft?.levels.push({ level: entry.level, from: at, to: forever })
      break
    }
    case 'status-end':
      end(open.get(entry.status), at)
      open.delete(entry.status)
      break
    case 'computer-added':
      if (places.at(-1)?.to !== forever) places.push({ tenant, from: at, to: forever })
      break
    case 'computer-removed':
      close(places, at)
      break
  }
  const isCritical = [...open.values()].some(({ levels }) => levels.at(-1)?.level === 'critical')
  if (!isCritical) close(critical, at)
  else if (critical.at(-1)?.to !== forever) critical.push({ from: at, to: forever })
}

function begin(held: Draft[], about: Omit<Draft, keyof OpenSpan | 'levels'>, level: Level, at: number): Draft {
  const draft: Draft = { ...about, from: at, to: forever, levels: [{ level, from: at, to: forever }] }
  held.push(draft)
  return draft
}

function end(draft: Draft | undefined, at: number): void {
  if (draft === undefined) return
  draft.to = at
  close(draft.levels, at)
}

function close(spans: OpenSpan[] | undefined, at: number): void {
  const last = spans?.at(-1)
  if (last !== undefined && last.to === forever) last.to = at
}

function isReal({ from, to }: Span): boolean {
  return from < to
}
