import type { Level } from '../emulators/ksc/model/history.ts'
import type { RuleSpan } from './evidence.ts'
import { spanOf } from './quiet.ts'
import { statusKeys } from './source/status-words.ts'
import { intersect, type Span, subtract } from './spans.ts'
import type { IntegrationWorld, World } from './world.ts'

/** What people meant at a time: rules, mappings and silences, as they were told in the evidence. */

/** Whose ticket it would be, and when. */
export type Subject = { readonly tenant: string; readonly computer: string; readonly within: Span }

/** The longest delay of a status rule in ms when a ticket was wanted all the time; null when it was not. */
export function wantedStatus(
  integration: IntegrationWorld,
  subject: Subject,
  levels: readonly Level[],
  bit: number,
): number | null {
  const delays = levels.map((level) => delayWhenOn(integration, level, statusKeys[bit] ?? '', subject.within))
  if (delays.length === 0 || delays.includes(null) || !isOpenFor(integration, subject)) return null
  return Math.max(...delays.map((delay) => delay ?? 0)) * 60_000
}

const severityKeys: Readonly<Record<number, string>> = { 2: 'warning', 3: 'functional-failure', 4: 'critical' }

/** The shortest lifetime of an event's rule in ms when a ticket was wanted all the time; null when it was not. */
export function wantedEvent(
  integration: IntegrationWorld,
  subject: Subject,
  event: { readonly type: string; readonly severity: number },
): number | null {
  const severity = severityKeys[event.severity]
  if (severity === undefined || !isOpenFor(integration, subject)) return null
  const ofType = integration.rules.filter(({ section, key }) => section === 'event-type' && key === event.type)
  const bySeverity = integration.rules.filter((rule) => rule.section === 'severity' && rule.key === severity)
  // A row of the type goes before that of the severity, also when it is off.
  const rules = [...clip(ofType, [subject.within]), ...clip(bySeverity, subtract([subject.within], ofType.map(spanOf)))]
  if (rules.some(({ enabled }) => !enabled)) return null
  if (subtract([subject.within], rules).length > 0) return null
  return Math.min(...rules.map(({ lifetimeHours }) => lifetimeHours)) * 3_600_000
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
  bit: number,
): boolean {
  return !world.integrations.some(
    (one) =>
      one.desk === route.desk &&
      one.source === route.source &&
      isOpenFor(one, subject) &&
      delayWhenOn(one, level, statusKeys[bit] ?? '', subject.within) !== null,
  )
}

function delayWhenOn(integration: IntegrationWorld, section: Level, key: string, within: Span): number | null {
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
