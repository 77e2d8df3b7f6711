import type { RuleSpan } from './evidence.ts'
import { spanOf } from './quiet.ts'
import type { Happened, Level, Reason } from './source/truth.ts'
import { intersect, type Span, subtract } from './spans.ts'
import type { IntegrationWorld, World } from './world.ts'

/** What people meant at a time: rules, mappings and silences, as they were told in the evidence. */

/** Whose ticket it would be, and when. */
export type Subject = { readonly tenant: string; readonly computer: string; readonly within: Span }

/** The longest delay of its rule in ms when a ticket was wanted all the time; null when it was not. */
export function wantedCondition(
  integration: IntegrationWorld,
  subject: Subject,
  levels: readonly Level[],
  reason: Reason,
): number | null {
  const delays = levels.map((level) => delayWhenOn(integration, level, reason, subject.within))
  if (delays.length === 0 || delays.includes(null) || !isOpenFor(integration, subject)) return null
  return Math.max(...delays.map((delay) => delay ?? 0)) * 60_000
}

/** The shortest lifetime of an event's rule in ms when a ticket was wanted all the time; null when it was not. */
export function wantedEvent(
  integration: IntegrationWorld,
  subject: Subject,
  { type, severity, followsSeverity }: Pick<Happened, 'type' | 'severity' | 'followsSeverity'>,
): number | null {
  if (severity === null || !isOpenFor(integration, subject)) return null
  const ofType = integration.rules.filter(({ section, key }) => section === 'event-type' && key === type)
  const bySeverity = integration.rules.filter(
    (rule) => followsSeverity && rule.section === 'severity' && rule.key === severity,
  )
  // A row of the type goes before that of the severity, also when it is off.
  const rules = [...clip(ofType, [subject.within]), ...clip(bySeverity, subtract([subject.within], ofType.map(spanOf)))]
  if (rules.some(({ enabled }) => !enabled)) return null
  if (subtract([subject.within], rules).length > 0) return null
  return Math.min(...rules.map(({ lifetimeHours }) => lifetimeHours)) * 3_600_000
}

/** The shortest lifetime in ms that rules gave an event with an end in this time; Infinity when there was none. */
export function lifetimeOf({ rules }: IntegrationWorld, { key }: Reason, within: Span): number {
  const own = rules.filter((rule) => rule.section === 'event-type' && rule.key === key)
  return Math.min(...clip(own, [within]).map(({ lifetimeHours }) => lifetimeHours)) * 3_600_000
}

/** Accounts at a desk that a tenant's mapping named at any moment of a time. */
export function accountsAt(world: World, desk: string, source: string, tenant: string, within: Span): Set<string> {
  const accounts = world.integrations.flatMap((integration) => {
    if (integration.desk !== desk || integration.source !== source) return []
    return integration.mappings.filter((mapping) => mapping.tenant === tenant && touches(spanOf(mapping), within))
  })
  return new Set(accounts.map(({ account }) => account))
}

/** Whether a rule, a silence or a mapping stood against new tickets of this kind at any moment of a time. */
export function isFiltered(
  world: World,
  route: { readonly desk: string; readonly source: string },
  subject: Subject,
  level: Level,
  reason: Reason,
): boolean {
  return !world.integrations.some(
    (one) =>
      one.desk === route.desk &&
      one.source === route.source &&
      isOpenFor(one, subject) &&
      delayWhenOn(one, level, reason, subject.within) !== null,
  )
}

function delayWhenOn(
  integration: IntegrationWorld,
  level: Level,
  { key, isEvent }: Reason,
  within: Span,
): number | null {
  const section = isEvent ? 'event-type' : level
  const rows = integration.rules.filter((rule) => rule.section === section && rule.key === key)
  const on = clip(rows, [within]).filter(({ enabled }) => enabled)
  if (subtract([within], on).length > 0) return null
  return Math.max(0, ...on.map(({ delayMinutes }) => delayMinutes))
}

/** Mapped, there, and not silenced, all the time. */
function isOpenFor(
  { mappings, silences, removedAt }: IntegrationWorld,
  { tenant, computer, within }: Subject,
): boolean {
  if (removedAt !== null && removedAt < within.to) return false
  const mapped = mappings.filter((mapping) => mapping.tenant === tenant).map(spanOf)
  if (subtract([within], mapped).length > 0) return false
  const silent = silences.filter(
    (one) => (one.tenant === null || one.tenant === tenant) && (one.computer === null || one.computer === computer),
  )
  return intersect(silent.map(spanOf), [within]).length === 0
}

/** The parts of rows that lie in the given times. */
function clip(rows: readonly RuleSpan[], within: readonly Span[]): (Omit<RuleSpan, 'from' | 'to'> & Span)[] {
  return rows.flatMap((row) => intersect([spanOf(row)], within).map((span) => ({ ...row, ...span })))
}

function touches(one: Span, other: Span): boolean {
  return one.from <= other.to && other.from < one.to
}
