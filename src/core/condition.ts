import { type ComputerSeen, levelRank, type TroubleLevel } from './observation.ts'

/** A condition that holds: a status description on a computer of a tenant. It begins and it ends. */
export type Condition = {
  readonly statusKey: string
  /** Level of the computer when the description was last seen on it. */
  readonly level: TroubleLevel
  readonly text: string
  /** Since when a Critical level may hide it; null while it is seen. */
  readonly hiddenSince: Date | null
}

/**
 * `resolved`: an event that has an end was said to be over. `not-repeated`: what was reported by itself was not reported
 * again for as long as the source's settings take it to hold.
 */
export type EndReason = 'no-longer-applies' | 'computer-removed' | 'computer-moved' | 'resolved' | 'not-repeated'

const none: ReadonlySet<string> = new Set()

export type ConditionChange =
  | { readonly kind: 'began'; readonly statusKey: string; readonly level: TroubleLevel; readonly text: string }
  /** The same condition, seen at another level, seen again after hiding, or with another text. */
  | {
      readonly kind: 'changed'
      readonly statusKey: string
      readonly from: TroubleLevel
      readonly level: TroubleLevel
      readonly text: string
    }
  | { readonly kind: 'hidden'; readonly statusKey: string }
  | { readonly kind: 'ended'; readonly statusKey: string; readonly reason: EndReason }

/**
 * What a reading of one computer changes in the conditions that hold on it. Reading the same computer twice changes
 * nothing the second time.
 *
 * `namesAllReasons` is false for a source whose Critical level may hide reasons of the Warning level (design.md,
 * section 4): a description seen at Warning and missing while the computer is Critical is then hidden, not ended. `endsAs`
 * is why what is missing has ended; `over` are those that were said to be over, which no level hides.
 */
export function judgeComputer(
  holding: readonly Condition[],
  seen: Pick<ComputerSeen, 'level' | 'reasons'>,
  namesAllReasons: boolean,
  endsAs: EndReason = 'no-longer-applies',
  over: ReadonlySet<string> = none,
): ConditionChange[] {
  const before = new Map(holding.map((condition) => [condition.statusKey, condition]))
  const changes: ConditionChange[] = []
  const { level } = seen
  if (level !== 'ok') {
    for (const { statusKey, text } of seen.reasons) {
      const known = before.get(statusKey)
      before.delete(statusKey)
      if (known === undefined) {
        changes.push({ kind: 'began', statusKey, level, text })
      } else if (known.level !== level || known.hiddenSince !== null || known.text !== text) {
        changes.push({ kind: 'changed', statusKey, from: known.level, level, text })
      }
    }
  }
  for (const missing of before.values()) {
    const isBelow = level === 'critical' && levelRank(missing.level) < levelRank(level)
    const mayBeHidden = !namesAllReasons && isBelow && !over.has(missing.statusKey)
    if (!mayBeHidden) {
      changes.push({ kind: 'ended', statusKey: missing.statusKey, reason: endsAs })
    } else if (missing.hiddenSince === null) {
      changes.push({ kind: 'hidden', statusKey: missing.statusKey })
    }
  }
  return changes
}

/** Ends everything that holds on a computer that is no longer at this tenant. */
export function judgeDeparture(holding: readonly Condition[], reason: EndReason): ConditionChange[] {
  return holding.map(({ statusKey }) => ({ kind: 'ended', statusKey, reason }))
}
