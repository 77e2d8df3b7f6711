import type { Duty, DutyKind } from '../db/duties.ts'

/** What of a duty's detail tells that something happened; all else says only that somebody looked. */
const news: Readonly<Record<DutyKind, readonly string[]>> = {
  'poll-computers': ['began', 'changed', 'ended', 'opened', 'closed', 'failed'],
  'poll-events': ['events', 'opened', 'failed', 'reread'],
  'read-changes': ['closedByPerson', 'reopened', 'deleted'],
  'read-options': ['changed'],
  'keep-house': [],
  'forget-old': ['rows'],
  'watch-self': ['began', 'ended'],
  'tell-webhook': ['delivered', 'failed'],
  // Each drill has lines of its own.
  'conduct-drill': [],
  'poll-mailbox': ['taken'],
}

const dayMs = 86_400_000

/**
 * Whether an operator wants to read of a duty that went well: when something came of it, when it had failed before, and once
 * a day (by UTC) as a sign of life. A quiet month of one source and one desk is then some 200 lines instead of 100,000.
 */
export function isNews(duty: Duty, detail: object, now: Date): boolean {
  if (duty.failures > 0 || duty.lastGoodAt === null) return true
  if (Math.floor(duty.lastGoodAt.getTime() / dayMs) !== Math.floor(now.getTime() / dayMs)) return true
  const counts = detail as Readonly<Record<string, unknown>>
  return news[duty.kind].some((key) => counts[key] !== undefined && counts[key] !== 0 && counts[key] !== false)
}
