import { statusWords } from '../checker/source/status-words.ts'
import type { Level } from '../emulators/ksc/model/history.ts'
import type { RuleSection } from '../src/core/rule.ts'

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
  /** By the desk's field, as its lists call them; what is absent has the connector's default. */
  readonly fields?: Readonly<Record<string, string>>
}

/** The rule that stands for a row; undefined when none was given, so that it is off. */
export function ruleOf(rules: readonly StageRule[], section: RuleSection, title: string): StageRule | undefined {
  return rules.findLast((rule) => rule.section === section && (rule.what === 'all' || rule.what === title))
}

/** Minutes to wait with a ticket for a reason of KSC; null when its rule is off. */
export function delayOf(rules: readonly StageRule[], level: Level, bit: number): number | null {
  const rule = ruleOf(rules, level, statusWords[bit] ?? '')
  return rule === undefined || rule.enabled === false ? null : (rule.delayMinutes ?? 0)
}

const severityTitles: Readonly<Record<number, string>> = { 2: 'Warning', 3: 'Functional failure', 4: 'Critical' }

/** Whether an event gets a ticket; a row of its type goes before that of its severity. */
export function wantsEvent(rules: readonly StageRule[], title: string, severity: number): boolean {
  const rule = ruleOf(rules, 'event-type', title) ?? ruleOf(rules, 'severity', severityTitles[severity] ?? '')
  return rule !== undefined && rule.enabled !== false
}

const urgent = { priority: 'Critical', queue: 'Security', dueHours: '4', issueType: 'Security' }
const high = { priority: 'High', dueHours: '8', issueType: 'Security' }
const usual = { priority: 'Medium', dueHours: '48' }

/** What most providers would begin with. */
export const starterRules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: high },
  { section: 'critical', what: 'Active threats are detected', fields: urgent },
  { section: 'critical', what: 'Protection is disabled', fields: urgent },
  { section: 'critical', what: 'Too many viruses detected', fields: urgent },
  // A security application that is being updated is soon back.
  { section: 'critical', what: 'Security application is not running', delayMinutes: 120, fields: urgent },
  { section: 'warning', what: 'Databases are outdated', fields: { ...usual, issueType: 'Security' } },
  { section: 'warning', what: 'Too many viruses detected', fields: high },
  { section: 'warning', what: 'Active threats are detected', fields: high },
  { section: 'warning', what: 'License expired or expires soon', fields: { ...usual, dueHours: '120' } },
  // Somebody on holiday is no reason for a ticket on the first day.
  {
    section: 'warning',
    what: 'Not connected in a long time',
    delayMinutes: 1440,
    fields: { ...usual, priority: 'Low' },
  },
  { section: 'warning', what: 'Restart is required', fields: { ...usual, priority: 'Low' } },
  { section: 'warning', what: 'Device is out of disk space', fields: usual },
  { section: 'warning', what: 'Unprocessed incidents (security issues) detected', fields: high },
  { section: 'severity', what: 'Critical', lifetimeHours: 24, fields: urgent },
  // Its reasons have tickets of their own.
  { section: 'event-type', what: 'Device status is Critical', enabled: false },
]
