import { type DutyKind, hurryDuty as hurry } from '../db/duties.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'

export type HurryDuty = {
  readonly kind: DutyKind
  /** Id of the source or the PSA; 0 for duties of no connection. */
  readonly subjectId: number
}

/** Makes a poll or reading due now. One that is running goes on and is not started twice. Throws `RequestError`. */
export async function hurryDuty(deps: Deps, input: HurryDuty): Promise<{ dueAt: Date; running: boolean }> {
  const now = deps.clock.now()
  await hurry(deps.pool, input.kind, input.subjectId, now)
  const duty = await deps.db
    .selectFrom('duties')
    .select(['due_at', 'lease_until'])
    .where('kind', '=', input.kind)
    .where('subject_id', '=', input.subjectId)
    .executeTakeFirst()
  if (duty === undefined) {
    throw new RequestError('not-found', `There is no ${input.kind} for ${input.subjectId}: read the status again.`)
  }
  deps.log.info(input, 'duty hurried')
  return { dueAt: duty.due_at, running: duty.lease_until !== null && duty.lease_until > now }
}
