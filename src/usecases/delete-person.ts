import { deletePersonRow, loadPerson, lockPeople } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { mustLeaveAnAdministrator } from './last-administrator.ts'
import { personToAudit } from './person-view.ts'
import { notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/** Removes a person with its sessions; what it did stays in the audit log. Throws `last-administrator`. */
export async function deletePerson(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    await lockPeople(client)
    const person = await loadPerson(client, input.id)
    if (person === null) throw notFound('person', input.id)
    await deletePersonRow(client, input.id)
    await mustLeaveAnAdministrator(client)
    const subject = { kind: 'person', id: input.id, name: person.email }
    await writeAudit(deps, client, { action: 'delete-person', subject, before: personToAudit(person), after: null })
  })
}
