import type { RuleSection } from '../src/core/rule.ts'
import { autotaskDesk } from './desks/autotask.ts'
import type { DeskKind, Labels, Urgency } from './desks/desk-kind.ts'

/** Rules as a service manager would say them: rows by their titles, values by their labels. */

export type StageRule = {
  readonly section: RuleSection
  /** Title of the row, or every row of the section; a later rule for the same row takes its place. */
  readonly what: string | 'all'
  /** On unless it says false. */
  readonly enabled?: boolean
  /** Status rows only. */
  readonly delayMinutes?: number
  /** Event rows only. */
  readonly lifetimeHours?: number
  /** What is absent has the connector's default. */
  readonly fields?: Labels
}

/** The rule that stands for a row; undefined when none was given, so that it is off. */
export function ruleOf(rules: readonly StageRule[], section: RuleSection, title: string): StageRule | undefined {
  return rules.findLast((rule) => rule.section === section && (rule.what === 'all' || rule.what === title))
}

type Row = Omit<StageRule, 'fields'> & { readonly urgency?: Urgency }

/** What most providers would begin with, by kind of source. */
const kscRows: readonly Row[] = [
  { section: 'critical', what: 'all', urgency: 'high' },
  { section: 'critical', what: 'Active threats are detected', urgency: 'urgent' },
  { section: 'critical', what: 'Protection is disabled', urgency: 'urgent' },
  { section: 'critical', what: 'Too many viruses detected', urgency: 'urgent' },
  // A security application that is being updated is soon back.
  { section: 'critical', what: 'Security application is not running', delayMinutes: 120, urgency: 'urgent' },
  { section: 'warning', what: 'Databases are outdated', urgency: 'security' },
  { section: 'warning', what: 'Too many viruses detected', urgency: 'high' },
  { section: 'warning', what: 'Active threats are detected', urgency: 'high' },
  { section: 'warning', what: 'License expired or expires soon', urgency: 'someday' },
  // Somebody on holiday is no reason for a ticket on the first day.
  { section: 'warning', what: 'Not connected in a long time', delayMinutes: 1440, urgency: 'low' },
  { section: 'warning', what: 'Restart is required', urgency: 'low' },
  { section: 'warning', what: 'Device is out of disk space', urgency: 'usual' },
  { section: 'warning', what: 'Unprocessed incidents (security issues) detected', urgency: 'high' },
  { section: 'severity', what: 'Critical', lifetimeHours: 24, urgency: 'urgent' },
  // Its reasons have tickets of their own.
  { section: 'event-type', what: 'Device status is Critical', enabled: false },
]

/** The two products of a hub are set up each by itself: computers and their events, and the named events of mailboxes. */
const hubRows: readonly Row[] = [
  { section: 'critical', what: 'all', urgency: 'high' },
  { section: 'critical', what: 'Real-time protection is disabled', urgency: 'urgent' },
  { section: 'critical', what: 'Security application is not running', delayMinutes: 120, urgency: 'urgent' },
  { section: 'warning', what: 'Databases have not been updated in a long time', urgency: 'security' },
  { section: 'warning', what: 'Not connected in a long time', delayMinutes: 1440, urgency: 'low' },
  { section: 'severity', what: 'Critical', lifetimeHours: 24, urgency: 'urgent' },
  { section: 'event-type', what: 'Mailboxes protection is not provided', urgency: 'urgent' },
  { section: 'event-type', what: 'License-related issue occurred', urgency: 'usual' },
  { section: 'event-type', what: 'Malware detected in a mailbox', urgency: 'high' },
  // The users get these back by themselves.
  { section: 'event-type', what: 'Attachment filtered', enabled: false },
]

const rows: Readonly<Record<SourceKind, readonly Row[]>> = { ksc: kscRows, 'kaspersky-hub': hubRows }

/** Kinds of sources that a world can have, by the ids of their connectors. */
export type SourceKind = 'ksc' | 'kaspersky-hub'

/** The same rules in the fields of each desk. */
export function startersFor(desk: Pick<DeskKind, 'rules'>, source: SourceKind): readonly StageRule[] {
  return rows[source].map(({ urgency, ...row }) => ({
    ...row,
    ...(urgency !== undefined && { fields: desk.rules[urgency] }),
  }))
}

/** Those of a stage, whose desk is Autotask. */
export const starterRules: readonly StageRule[] = startersFor(autotaskDesk(), 'ksc')
