import type { Role } from '../core/role.ts'
import { loadPerson, lockPeople, updatePersonRow } from '../db/people.ts'
import { deleteSessionsOf } from '../db/sessions.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { mustLeaveAnAdministrator } from './last-administrator.ts'
import { type PersonView, personToAudit, personToView } from './person-view.ts'
import { notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type UpdatePerson = {
  readonly id: number
  readonly name?: string | undefined
  readonly role?: Role | undefined
  /** A disabled person is signed out everywhere and cannot come in. */
  readonly disabled?: boolean | undefined
}

/** Throws `last-administrator` when nobody could administer any more. */
export async function updatePerson(deps: Deps, input: UpdatePerson): Promise<PersonView> {
  const now = deps.clock.now()
  const person = await withTransaction(deps.pool, async (client) => {
    await lockPeople(client)
    const before = await loadPerson(client, input.id)
    if (before === null) throw notFound('person', input.id)
    const { name = before.name, role = before.role, disabled = before.disabledAt !== null } = input
    await updatePersonRow(
      client,
      input.id,
      {
        name,
        role,
        // A role that somebody here gives is theirs to take, not the provider's.
        roleByOidc: before.roleByOidc && role === before.role,
        disabledAt: disabled ? (before.disabledAt ?? now) : null,
      },
      now,
    )
    if (disabled) await deleteSessionsOf(client, input.id, null)
    await mustLeaveAnAdministrator(client)
    const after = await loadPerson(client, input.id)
    if (after === null) throw notFound('person', input.id)
    const subject = { kind: 'person', id: input.id, name: before.email }
    const change = { before: personToAudit(before), after: personToAudit(after) }
    await writeAudit(deps, client, { action: 'update-person', subject, ...change })
    return after
  })
  return personToView(person)
}
