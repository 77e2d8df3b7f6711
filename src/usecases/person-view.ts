import type { Role } from '../core/role.ts'
import type { Person } from '../db/people.ts'

export type PersonView = {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly hasPassword: boolean
  readonly hasTotp: boolean
  readonly hasOidc: boolean
  readonly disabledAt: Date | null
  readonly lastSignedInAt: Date | null
  readonly createdAt: Date
}

/** A person as others see it: nothing secret. */
export function personToView(person: Person): PersonView {
  const { id, name, email, role, disabledAt, lastSignedInAt, createdAt } = person
  return {
    id,
    name,
    email,
    role,
    hasPassword: person.passwordHash !== null,
    hasTotp: person.totpConfirmedAt !== null,
    hasOidc: person.oidcSubject !== null,
    disabledAt,
    lastSignedInAt,
    createdAt,
  }
}

/** What the audit log tells of a person. */
export function personToAudit({ name, email, role, disabledAt }: Person): Record<string, unknown> {
  return { name, email, role, disabled: disabledAt !== null }
}
