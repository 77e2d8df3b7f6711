import type { Severity, TroubleLevel } from './observation.ts'
import type { FieldValues } from './ticket.ts'

/**
 * What ticket a status description or an event gets. A row that was never saved is off: nothing is opened until a person
 * chooses it.
 */
export type Rule = {
  readonly enabled: boolean
  readonly fields: FieldValues
  /** Status rows: a condition that ends within this time gets no ticket. */
  readonly delayMinutes: number
  /** Event rows: older events get no ticket. */
  readonly lifetimeHours: number
}

/** Sections of rules, as a service manager sees them. */
export type RuleSection = 'warning' | 'critical' | 'severity' | 'event-type'

export type Rules = Readonly<Record<RuleSection, ReadonlyMap<string, Rule>>>

/** Looks up the row for a status description at a level; undefined means off. */
export function statusRule(rules: Rules, level: TroubleLevel, statusKey: string): Rule | undefined {
  return rules[level].get(statusKey)
}

/**
 * A row for the event's type overrides the row of its severity, also when it is off. `severity` is null for a type that
 * follows none, because the rows of severities belong to another product.
 */
export function eventRule(rules: Rules, type: string, severity: Severity | null): Rule | undefined {
  return rules['event-type'].get(type) ?? (severity === null ? undefined : rules.severity.get(severity))
}
