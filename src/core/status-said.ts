import type { Level, ReasonSeen, TroubleLevel } from './observation.ts'

/** What a computer is known to be. */
export type ComputerState = { readonly level: Level; readonly reasons: readonly ReasonSeen[] }

/** The same with what its level may hide. */
export type ComputerKnown = ComputerState & {
  /**
   * Seen at Warning before the computer became Critical: a message about a Critical computer need not name them, so whether they
   * hold cannot be told (docs/adr/0010). Empty below Critical.
   */
  readonly hidden: readonly ReasonSeen[]
}

/** What a single message says of a computer's status, without listing everything that holds on it. */
export type StatusSaid = {
  /** The level it has now; `ok` ends all. */
  readonly level: Level
  readonly state: 'raised' | 'ended'
  readonly reasons: readonly ReasonSeen[]
  /** It names every reason that holds at its level. */
  readonly namesAll: boolean
}

/**
 * What is known of a computer after a message about it. What the message does not speak of stays as it is, unless it names
 * everything at its level: only then does silence end something, and nothing of another level. `wasSaid` tells the reasons that
 * came by messages: what a list named at Critical may well be a Warning, and only a list ends it then.
 */
export function foldStatus(
  known: ComputerKnown,
  said: StatusSaid,
  wasSaid: (statusKey: string) => boolean,
): ComputerKnown {
  if (said.level === 'ok') return well
  const named = new Map(said.reasons.map((reason) => [reason.statusKey, reason]))
  const unnamed = (reasons: readonly ReasonSeen[]) => reasons.filter(({ statusKey }) => !named.has(statusKey))
  const seen = said.state === 'raised' ? [...named.values()] : []
  const namesAll = said.state === 'raised' && said.namesAll
  const before = known.level === 'ok' ? [] : unnamed(known.reasons)
  const hidden = unnamed(known.hidden)
  if (said.level === 'warning') return toKnown('warning', namesAll ? seen : [...hidden, ...before, ...seen], [])
  if (known.level === 'warning') return toKnown('critical', seen, before)
  const kept = namesAll ? before.filter(({ statusKey }) => !wasSaid(statusKey)) : before
  return toKnown('critical', [...kept, ...seen], hidden)
}

/**
 * What is known of a computer after a message that is older than others about it, none of which said that anything is over: what
 * it raised holds too. Null when it cannot be told: of what was at Warning then and may be hidden now, and of what ended.
 */
export function foldEarlier(known: ComputerKnown, said: StatusSaid): ComputerKnown | null {
  if (said.state !== 'raised' || (known.level === 'critical' && said.level === 'warning')) return null
  if (known.level === 'ok') return foldStatus(known, said, () => false)
  const own = new Set([...known.reasons, ...known.hidden].map(({ statusKey }) => statusKey))
  const fresh = said.reasons.filter(({ statusKey }) => !own.has(statusKey))
  return { ...known, reasons: sortReasons([...known.reasons, ...fresh]) }
}

/** The same without some reasons, which nobody said again. */
export function withoutReasons(known: ComputerKnown, statusKeys: ReadonlySet<string>): ComputerKnown {
  if (known.level === 'ok') return known
  const left = known.reasons.filter(({ statusKey }) => !statusKeys.has(statusKey))
  return toKnown(known.level, left, known.hidden)
}

const well: ComputerKnown = { level: 'ok', reasons: [], hidden: [] }

/**
 * A computer for whose level no reason is left has the next lower one as far as anybody knows: what was hidden is at Warning
 * then, and without any reason it is well.
 */
function toKnown(level: TroubleLevel, reasons: readonly ReasonSeen[], hidden: readonly ReasonSeen[]): ComputerKnown {
  if (reasons.length > 0) return { level, reasons: sortReasons(reasons), hidden: sortReasons(hidden) }
  return hidden.length > 0 ? { level: 'warning', reasons: sortReasons(hidden), hidden: [] } : well
}

/** Reasons in the order in which they are stored, each once: the last word about one counts. */
export function sortReasons(reasons: readonly ReasonSeen[]): ReasonSeen[] {
  const last = new Map(reasons.map((reason) => [reason.statusKey, reason]))
  return [...last.values()].toSorted((a, b) => (a.statusKey < b.statusKey ? -1 : 1))
}

/** Whether two states are the same, so that nothing has to be judged. */
export function sameState(one: ComputerState, other: ComputerState): boolean {
  if (one.level !== other.level) return false
  if (one.level === 'ok') return true
  return (
    one.reasons.length === other.reasons.length &&
    one.reasons.every(({ statusKey, text }, n) => {
      const against = other.reasons[n]
      return against !== undefined && against.statusKey === statusKey && against.text === text
    })
  )
}
