import type { HistoryEntry, Told } from '../../emulators/kaspersky-hub/world.ts'
import type { HubEvidence } from '../evidence.ts'
import { EvidenceError } from '../evidence-error.ts'
import { hubLastingWords, statusReason } from './hub-words.ts'
import type { Sight } from './sights.ts'
import type { Level, Reason } from './truth.ts'

/**
 * What a hub's feeder has told, read from its own history: a reason is to be seen from the moment at which somebody was told of it
 * until the moment at which somebody was told that it is over. What was never told, nobody can know.
 */

type OpenSpan = { from: number; to: number }
type Draft = Omit<Sight, 'from' | 'to' | 'levels'> & OpenSpan & { levels: (OpenSpan & { level: Level })[] }
type Computer = { tenant: string; number: number; open: Map<string, Draft> }
type Entry<Kind extends HistoryEntry['kind']> = Extract<HistoryEntry, { kind: Kind }>
type OfComputers = Extract<Entry<'told'>, { computers: Told[] }>

const forever = Number.POSITIVE_INFINITY

/** Reads all that was told, oldest first. Throws `EvidenceError` for statuses by syslog, which name no end. */
export function readHubSights({ id, history }: Pick<HubEvidence, 'id' | 'history'>): Sight[] {
  const sights: Draft[] = []
  const computers = new Map<string, Computer>()
  const lists = new Map<string, number>()
  const raised = new Map<string, { happenedAt: number; open: Draft | null }>()
  const lasting = new Map(history.flatMap((entry) => (isLasting(entry) ? [[entry.id, entry] as const] : [])))

  function begin(about: Omit<Draft, 'source' | 'from' | 'to' | 'levels'>, level: Level, at: number): Draft {
    const draft: Draft = { ...about, source: id, from: at, to: forever, levels: [{ level, from: at, to: forever }] }
    sights.push(draft)
    return draft
  }

  function tell(tenant: string, { name, level, statuses }: Told, number: number, at: number): void {
    const known = computers.get(name) ?? { tenant, number: Number.NEGATIVE_INFINITY, open: new Map() }
    computers.set(name, known)
    // What is older than what was told before changes nothing.
    if (number <= known.number) return
    known.number = number
    const named = level === 'ok' ? [] : statuses
    for (const [status, draft] of known.open) {
      if (named.includes(status)) continue
      end(draft, at)
      known.open.delete(status)
    }
    if (level === 'ok') return
    for (const status of named) {
      const draft = known.open.get(status)
      if (draft === undefined) {
        known.open.set(status, begin({ ...statusReason(status), tenant, computer: name }, level, at))
      } else if (draft.levels.at(-1)?.level !== level) {
        endLast(draft.levels, at)
        draft.levels.push({ level, from: at, to: forever })
      }
    }
  }

  function tellList(entry: OfComputers, at: number): void {
    const { company: tenant, sequence } = entry
    if (sequence <= (lists.get(tenant) ?? Number.NEGATIVE_INFINITY)) return
    lists.set(tenant, sequence)
    const named = new Set(entry.computers.map(({ name }) => name))
    for (const [name, known] of computers) {
      if (known.tenant === tenant && !named.has(name)) tell(tenant, { name, level: 'ok', statuses: [] }, sequence, at)
    }
    for (const computer of entry.computers) tell(tenant, computer, sequence, at)
  }

  function tellLasting({ company: tenant, type, kind, time }: Entry<'raised' | 'resolved'>, at: number): void {
    const place = `${tenant}/${type}`
    const known = raised.get(place)
    const happenedAt = Date.parse(time)
    if (known !== undefined && happenedAt < known.happenedAt) return
    const reason: Reason = { key: type, what: hubLastingWords[type] ?? type, isEvent: true }
    if (kind === 'resolved') end(known?.open, at)
    const open =
      kind === 'resolved' ? null : (known?.open ?? begin({ ...reason, tenant, computer: id }, 'critical', at))
    raised.set(place, { happenedAt, open })
  }

  for (const entry of history) {
    if (entry.kind !== 'told') continue
    const at = Date.parse(entry.time)
    if (entry.of === 'event') {
      const about = lasting.get(entry.id)
      if (about !== undefined) tellLasting(about, at)
      continue
    }
    if (entry.by !== 'http') {
      throw new EvidenceError(`“${id}” told statuses by ${entry.by}, which names no end: send them by web requests.`)
    }
    if (entry.of === 'list') tellList(entry, at)
    else for (const computer of entry.computers) tell(entry.company, computer, entry.sequence, at)
  }
  return sights.map((draft) => ({ ...draft, levels: draft.levels.filter(({ from, to }) => from < to) })).filter(isReal)
}

function isLasting(entry: HistoryEntry): entry is Entry<'raised' | 'resolved'> {
  return entry.kind === 'raised' || entry.kind === 'resolved'
}

function end(draft: Draft | null | undefined, at: number): void {
  if (draft == null) return
  draft.to = at
  endLast(draft.levels, at)
}

function endLast(levels: Draft['levels'], at: number): void {
  const last = levels.at(-1)
  if (last !== undefined && last.to === forever) last.to = at
}

function isReal({ from, to }: Sight): boolean {
  return from < to
}
