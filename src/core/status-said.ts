import type { Level, ReasonSeen, TroubleLevel } from './observation.ts'

/** What a computer is known to be. */
export type ComputerState = { readonly level: Level; readonly reasons: readonly ReasonSeen[] }

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
 * everything: only then does silence end something.
 */
export function foldStatus(known: ComputerState, said: StatusSaid): ComputerState {
  if (said.level === 'ok') return { level: 'ok', reasons: [] }
  const named = new Map(said.reasons.map((reason) => [reason.statusKey, reason]))
  const before = known.level === 'ok' ? [] : known.reasons
  const kept = said.state === 'raised' && said.namesAll ? [] : before.filter(({ statusKey }) => !named.has(statusKey))
  return toState(said.level, said.state === 'raised' ? [...kept, ...named.values()] : kept)
}

/** The same without some reasons, which nobody said again. */
export function withoutReasons(known: ComputerState, statusKeys: ReadonlySet<string>): ComputerState {
  if (known.level === 'ok') return known
  return toState(
    known.level,
    known.reasons.filter(({ statusKey }) => !statusKeys.has(statusKey)),
  )
}

/** A computer for whose level no reason is left is well as far as anybody knows. */
function toState(level: TroubleLevel, reasons: readonly ReasonSeen[]): ComputerState {
  if (reasons.length === 0) return { level: 'ok', reasons: [] }
  return { level, reasons: sortReasons(reasons) }
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
