import { statusId } from '../../emulators/ksc/model/bits.ts'
import type { HistoryEntry } from '../../emulators/ksc/model/history.ts'
import type { KscEvidence } from '../evidence.ts'
import type { Span } from '../spans.ts'
import { kscKeys, kscWords } from './ksc-words.ts'
import type { Happened, Level, Severity, Truth } from './truth.ts'

/**
 * What really was, read from the KSC emulator's own history: which reason held on which computer from when to when, at
 * which level, and whether the API showed it.
 */

type OpenSpan = { from: number; to: number }
type Draft = OpenSpan & {
  tenant: string
  computer: string
  bit: number
  levels: (OpenSpan & { level: Level })[]
  shown: OpenSpan[]
}
type Computer = {
  mask: number
  open: Map<number, Draft>
  critical: OpenSpan[]
  places: (OpenSpan & { tenant: string })[]
}

const severities: Readonly<Record<number, Severity>> = { 2: 'warning', 3: 'functional-failure', 4: 'critical' }

/** Reads a whole history, oldest entry first; a client is a virtual server. Computer names must be unique in the fleet. */
export function readKscTruth({ history, eventNames }: Pick<KscEvidence, 'history' | 'eventNames'>): Truth {
  const held: Draft[] = []
  const events: Happened[] = []
  const removed = new Map<string, number>()
  const added = new Map<string, number>()
  const computers = new Map<string, Computer>()

  function computerOf(entry: HistoryEntry & { hostName: string }, at: number): Computer {
    const known = computers.get(entry.hostName)
    if (known !== undefined) return known
    const tenant = entry.kind === 'host-moved' ? entry.fromVserverUid : entry.vserverUid
    const from = entry.kind === 'host-added' ? at : Number.NEGATIVE_INFINITY
    const fresh: Computer = { mask: 0, open: new Map(), critical: [], places: [{ tenant, from, to: forever }] }
    computers.set(entry.hostName, fresh)
    return fresh
  }

  for (const entry of history) {
    const at = Date.parse(entry.time)
    const { hostName, vserverUid: tenant } = entry
    if (entry.kind === 'event') {
      const { type } = entry
      const severity = severities[entry.severity] ?? null
      const what = eventNames[type] ?? type
      events.push({ at, toldAt: at, tenant, computer: hostName ?? '', type, what, severity, followsSeverity: true })
    }
    if (entry.kind === 'vserver-removed') removed.set(tenant, at)
    if (entry.kind === 'vserver-added') added.set(tenant, at)
    if (hostName === undefined) continue
    const computer = computerOf({ ...entry, hostName }, at)
    if (entry.kind === 'status-begin') {
      const { bit, level } = entry
      const draft: Draft = { tenant, computer: hostName, bit, from: at, to: forever, levels: [], shown: [] }
      draft.levels.push({ level, from: at, to: forever })
      computer.open.set(bit, draft)
      held.push(draft)
      show(computer, at)
    } else {
      change(computer, entry, at)
    }
  }
  return {
    held: held.map(({ bit, ...draft }) => ({
      ...draft,
      ...{ key: kscKeys[bit] ?? '', what: kscWords[bit] ?? '', isEvent: false },
      levels: draft.levels.filter(isReal),
      shown: draft.shown.filter(isReal),
    })),
    events,
    critical: new Map([...computers].map(([name, { critical }]) => [name, critical.filter(isReal)])),
    places: new Map([...computers].map(([name, { places }]) => [name, places.filter(isReal)])),
    removed,
    added,
  }
}

const forever = Number.POSITIVE_INFINITY

function change(computer: Computer, entry: HistoryEntry, at: number): void {
  switch (entry.kind) {
    case 'status-level': {
      const draft = computer.open.get(entry.bit)
      end(draft?.levels, at)
      draft?.levels.push({ level: entry.level, from: at, to: forever })
      return
    }
    case 'status-end': {
      const draft = computer.open.get(entry.bit)
      if (draft === undefined) return
      computer.open.delete(entry.bit)
      draft.to = at
      end(draft.levels, at)
      end(draft.shown, at)
      return
    }
    case 'host-status':
      computer.mask = entry.mask
      end(computer.critical, at)
      if (entry.statusId === statusId.critical) computer.critical.push({ from: at, to: forever })
      show(computer, at)
      return
    case 'host-moved':
      end(computer.places, at)
      computer.places.push({ tenant: entry.vserverUid, from: at, to: forever })
      return
    case 'host-removed':
      computer.mask = 0
      end(computer.critical, at)
      end(computer.places, at)
      return
    default:
  }
}

/** Brings what is shown of a computer's reasons in line with its mask. */
function show(computer: Computer, at: number): void {
  for (const { bit, shown } of computer.open.values()) {
    const isShown = shown.at(-1)?.to === forever
    const named = (computer.mask & (1 << bit)) !== 0
    if (named && !isShown) shown.push({ from: at, to: forever })
    if (!named) end(shown, at)
  }
}

function end(spans: OpenSpan[] | undefined, at: number): void {
  const last = spans?.at(-1)
  if (last !== undefined && last.to === forever) last.to = at
}

function isReal({ from, to }: Span): boolean {
  return from < to
}
