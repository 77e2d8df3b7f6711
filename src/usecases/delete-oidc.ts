import { deleteOidcRow, forgetSubjects, loadOidc } from '../db/oidc.ts'
import { lockPeople } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { mustLeaveAnAdministrator } from './last-administrator.ts'
import { RequestError } from './request-error.ts'
import { toAudit } from './save-oidc.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Ends sign-in by the provider; sessions that live go on. Throws `not-found`, and `last-administrator` when nobody who
 * administers has a password.
 */
export async function deleteOidc(deps: Deps): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    await lockPeople(client)
    const before = await loadOidc(client, { lock: true })
    if (before === null) throw new RequestError('not-found', 'There is no provider: nobody signs in by one.')
    await deleteOidcRow(client)
    await forgetSubjects(client)
    await mustLeaveAnAdministrator(client)
    const subject = { kind: 'settings', id: 'oidc', name: before.name }
    await writeAudit(deps, client, { action: 'delete-oidc', subject, before: toAudit(before), after: null })
  })
  deps.log.info({}, 'sign-in by a provider ended')
}
