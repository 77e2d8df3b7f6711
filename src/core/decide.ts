import type { ConditionChange, EndReason } from './condition.ts'
import { levelRank, type Severity, type TroubleLevel } from './observation.ts'
import { eventRule, type Rule, type Rules, statusRule } from './rule.ts'
import type { FieldValues, Known, Want } from './ticket.ts'

/**
 * From a change of a condition, or an event, to what its ticket should be, with a named reason for doing it or for not
 * doing it. Filters (rules, mappings, pauses) decide only about opening: nothing here can keep an opened ticket from
 * being closed.
 */

export type DecisionOutcome = 'open' | 'raise' | 'lower' | 'close' | 'keep' | 'reclaim' | 'repeat' | 'none'

export type DecisionReason =
  | 'rule-on'
  | 'rule-off'
  | 'tenant-not-mapped'
  | 'integration-paused'
  | 'held-before'
  | 'opened-by-request'
  | 'level-rose'
  | 'level-fell'
  | 'text-changed'
  | 'hidden-by-critical'
  | 'began-again-before-close'
  | 'began-again-after-reopening'
  | 'too-old'
  | 'repeat-of-open-ticket'
  | 'no-ticket'
  | 'ticket-is-done'
  | 'overtaken'
  | EndReason

/** The ticket of an identity that is not done yet, as far as deciding needs it. */
export type OpenTicket = {
  readonly want: Want
  readonly level: TroubleLevel
  readonly known: Pick<Known, 'phase' | 'released'>
}

export type Ground = {
  readonly mapped: boolean
  readonly paused: boolean
  readonly rules: Rules
}

/** The change to make to the desired half of a ticket; `none` changes nothing. */
export type Decision = {
  readonly outcome: DecisionOutcome
  readonly reason: DecisionReason
  /** For `open`, `raise` and `reclaim`: the fields wanted from now on. */
  readonly fields?: FieldValues
  readonly level?: TroubleLevel
  /** For `open`: minutes until it may be created; for `raise`: the most that one not created yet still has to wait. */
  readonly delayMinutes?: number
  /** For `close`: why it ended. */
  readonly endReason?: EndReason
}

export type ConditionHistory = {
  /** The condition held when its tenant was first read, so it opens nothing by itself. */
  readonly heldBefore: boolean
  /** A ticket was once made for this very condition. */
  readonly hadTicket: boolean
}

/** `ticket` is the one of this identity that is not done yet. */
export function decideCondition(
  change: ConditionChange,
  ticket: OpenTicket | null,
  ground: Ground,
  history: ConditionHistory,
): Decision {
  switch (change.kind) {
    case 'hidden':
      return { outcome: 'keep', reason: 'hidden-by-critical' }
    case 'ended':
      if (ticket === null) return { outcome: 'none', reason: 'no-ticket' }
      return { outcome: 'close', reason: change.reason, endReason: change.reason }
    case 'began':
      if (ticket !== null) return decideBeganAgain(change.level, change.statusKey, ticket, ground)
      if (history.heldBefore) return { outcome: 'none', reason: 'held-before' }
      return decideOpening(ground, statusRule(ground.rules, change.level, change.statusKey), change.level, 'rule-on')
    case 'changed':
      return decideChanged(change, ticket, ground, history)
  }
}

/** Opens a ticket for a condition that already holds, because a person asked for it. `ofEvent`: an event with an end. */
export function decideRequest(
  level: TroubleLevel,
  statusKey: string,
  ticket: OpenTicket | null,
  ground: Ground,
  ofEvent = false,
): Decision {
  if (ticket !== null) return { outcome: 'none', reason: 'repeat-of-open-ticket' }
  const rule = ofEvent ? eventRule(ground.rules, statusKey, null) : statusRule(ground.rules, level, statusKey)
  return decideOpening(ground, rule, level, 'opened-by-request')
}

function decideOpening(
  ground: Ground,
  rule: Rule | undefined,
  level: TroubleLevel,
  reason: 'rule-on' | 'level-rose' | 'opened-by-request',
): Decision {
  if (!ground.mapped) return { outcome: 'none', reason: 'tenant-not-mapped' }
  if (rule === undefined || !rule.enabled) return { outcome: 'none', reason: 'rule-off' }
  if (ground.paused) return { outcome: 'none', reason: 'integration-paused' }
  const delayMinutes = reason === 'opened-by-request' ? 0 : rule.delayMinutes
  return { outcome: 'open', reason, fields: rule.fields, level, delayMinutes }
}

/** The same thing again while its ticket is not done: the close is taken back, or the reopened ticket is ours again. */
function decideBeganAgain(level: TroubleLevel, statusKey: string, ticket: OpenTicket, ground: Ground): Decision {
  const reason = ticket.known.released ? 'began-again-after-reopening' : 'began-again-before-close'
  const rule = statusRule(ground.rules, level, statusKey)
  return { outcome: 'reclaim', reason, level, ...(rule?.enabled === true ? { fields: rule.fields } : {}) }
}

function decideChanged(
  change: Extract<ConditionChange, { kind: 'changed' }>,
  ticket: OpenTicket | null,
  ground: Ground,
  history: ConditionHistory,
): Decision {
  const rise = levelRank(change.level) - levelRank(change.from)
  if (rise === 0) return { outcome: 'none', reason: 'text-changed' }
  if (ticket === null) {
    if (rise < 0) return { outcome: 'none', reason: 'level-fell' }
    if (history.hadTicket) return { outcome: 'none', reason: 'ticket-is-done' }
    return decideOpening(ground, statusRule(ground.rules, change.level, change.statusKey), change.level, 'level-rose')
  }
  if (rise < 0) return { outcome: 'lower', reason: 'level-fell', level: change.level }
  const rule = statusRule(ground.rules, change.level, change.statusKey)
  return {
    outcome: 'raise',
    reason: 'level-rose',
    level: change.level,
    ...(rule?.enabled === true ? { fields: rule.fields, delayMinutes: rule.delayMinutes } : {}),
  }
}

export type EventFacts = {
  readonly type: string
  readonly severity: Severity
  /** False when its rules are set by its type alone. */
  readonly followsSeverity: boolean
  readonly ageHours: number
}

/** `ticket` is the open ticket of the same event type on the same computer, when repeats become notes. */
export function decideEvent(event: EventFacts, ticket: OpenTicket | null, ground: Ground): Decision {
  const rule = ruleOfEvent(event, ground)
  if (!ground.mapped) return { outcome: 'none', reason: 'tenant-not-mapped' }
  if (rule === undefined || !rule.enabled) return { outcome: 'none', reason: 'rule-off' }
  if (event.ageHours > rule.lifetimeHours) return { outcome: 'none', reason: 'too-old' }
  // A ticket that a person reopened is theirs until this: else the repeat would be counted and never told.
  if (ticket?.known.released === true) return { outcome: 'reclaim', reason: 'began-again-after-reopening' }
  if (ticket !== null) return { outcome: 'repeat', reason: 'repeat-of-open-ticket' }
  return decideOpening(ground, { ...rule, delayMinutes: 0 }, levelOfSeverity(event.severity), 'rule-on')
}

function ruleOfEvent({ type, severity, followsSeverity }: EventFacts, ground: Ground): Rule | undefined {
  return eventRule(ground.rules, type, followsSeverity ? severity : null)
}

/** The level that a ticket about an event has. */
export function levelOfSeverity(severity: Severity): TroubleLevel {
  return severity === 'critical' ? 'critical' : 'warning'
}

/** What is known of an event that has an end when it is heard. */
export type LastingHistory = {
  /** It was raised before and not resolved since. */
  readonly holds: boolean
  /** A ticket was once made for what holds. */
  readonly hadTicket: boolean
  /** Something about the same thing was heard before that happened later. */
  readonly overtaken: boolean
}

/**
 * An event that has an end. When it is resolved its ticket closes, and nothing can keep it from that; filters decide about
 * opening alone.
 */
export function decideLasting(
  event: EventFacts & { readonly state: 'raised' | 'resolved' },
  ticket: OpenTicket | null,
  ground: Ground,
  history: LastingHistory,
): Decision {
  if (history.overtaken) return { outcome: 'none', reason: 'overtaken' }
  if (event.state === 'raised') return decideRaised(event, ticket, ground, history)
  if (ticket === null) return { outcome: 'none', reason: 'no-ticket' }
  return { outcome: 'close', reason: 'resolved', endReason: 'resolved' }
}

/** A close that was wanted is taken back whatever the rules say, since it holds again. */
function decideRaised(event: EventFacts, ticket: OpenTicket | null, ground: Ground, history: LastingHistory): Decision {
  const rule = ruleOfEvent(event, ground)
  const level = levelOfSeverity(event.severity)
  if (ticket !== null) {
    if (history.holds && !ticket.known.released) return { outcome: 'repeat', reason: 'repeat-of-open-ticket' }
    const reason = ticket.known.released ? 'began-again-after-reopening' : 'began-again-before-close'
    return { outcome: 'reclaim', reason, level, ...(rule?.enabled === true ? { fields: rule.fields } : {}) }
  }
  // What a person closed while it holds is left alone, as a condition is.
  if (history.holds && history.hadTicket) return { outcome: 'none', reason: 'ticket-is-done' }
  if (rule?.enabled === true && event.ageHours > rule.lifetimeHours) return { outcome: 'none', reason: 'too-old' }
  return decideOpening(ground, rule === undefined ? undefined : { ...rule, delayMinutes: 0 }, level, 'rule-on')
}
