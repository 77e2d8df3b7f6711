import { type DutyKind, hurryDuty as hurry } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type HurryDuty = {
  readonly kind: DutyKind
  /** Id of the source or the PSA; 0 for duties of no connection. */
  readonly subjectId: number
}

/** Makes a poll or reading due now. One that is running goes on and is not started twice. Throws `RequestError`. */
export async function hurryDuty(deps: Deps, input: HurryDuty): Promise<{ dueAt: Date; running: boolean }> {
  const now = deps.clock.now()
  const duty = await withTransaction(deps.pool, async (client) => {
    await hurry(client, input.kind, input.subjectId, now)
    const { rows } = await client.query<{ due_at: Date; lease_until: Date | null }>(
      'select due_at, lease_until from duties where kind = $1 and subject_id = $2',
      [input.kind, input.subjectId],
    )
    if (rows[0] === undefined) {
      throw new RequestError('not-found', `There is no ${input.kind} for ${input.subjectId}: read the status again.`)
    }
    const subject = { kind: 'duty', id: `${input.kind}/${input.subjectId}`, name: input.kind }
    await writeAudit(deps, client, { action: 'hurry-duty', subject, before: null, after: null })
    return rows[0]
  })
  deps.log.info(input, 'duty hurried')
  return { dueAt: duty.due_at, running: duty.lease_until !== null && duty.lease_until > now }
}
