import { z } from 'zod'
import { Id, listOf, Moment, MomentInput, Name, named } from './common.ts'

const RoleName = named('Role', z.enum(['read-only', 'operator', 'administrator']))

export const Email = z.email().trim().max(254)
/** What may be tried; what is good enough is another matter. */
export const PasswordInput = z.string().min(1).max(256)

export const Session = named(
  'Session',
  z.object({
    state: z.enum(['first-start', 'signed-out', 'signed-in']),
    person: z
      .object({
        id: Id,
        name: z.string(),
        email: z.string(),
        role: RoleName,
        hasPassword: z.boolean(),
        hasTotp: z.boolean(),
      })
      .nullable(),
    csrf: z.string().nullable().describe('to be sent as x-tocsin-csrf with every change'),
    oidc: z.object({ name: z.string() }).nullable().describe('another way to sign in'),
    demo: z.boolean().describe('everything here is made up'),
  }),
)

export const Person = named(
  'Person',
  z.object({
    id: Id,
    name: z.string(),
    email: z.string(),
    role: RoleName,
    hasPassword: z.boolean(),
    hasTotp: z.boolean(),
    hasOidc: z.boolean(),
    disabledAt: Moment.nullable(),
    lastSignedInAt: Moment.nullable(),
    createdAt: Moment,
  }),
)

export const UpdatePerson = z.strictObject({
  name: Name.optional(),
  role: RoleName.optional(),
  disabled: z.boolean().optional(),
})

export const Invitation = named(
  'Invitation',
  z.object({ id: Id, email: z.string(), name: z.string(), role: RoleName, createdAt: Moment, endsAt: Moment }),
)

export const InvitePerson = z.strictObject({ email: Email, name: Name, role: RoleName })

export const PersonInvited = named(
  'PersonInvited',
  z.object({ id: Id, path: z.string().describe('to be sent to the person; shown this once'), endsAt: Moment }),
)

export const SessionRow = named(
  'SessionRow',
  z.object({
    id: Id,
    personId: Id,
    personName: z.string(),
    createdAt: Moment,
    lastSeenAt: Moment,
    endsAt: Moment,
    address: z.string(),
    userAgent: z.string(),
    current: z.boolean(),
  }),
)

export const Token = named(
  'Token',
  z.object({
    id: Id,
    name: z.string(),
    scope: RoleName,
    createdAt: Moment,
    endsAt: Moment.nullable(),
    lastUsedAt: Moment.nullable(),
  }),
)

export const CreateToken = z.strictObject({ name: Name, scope: RoleName, endsAt: MomentInput.nullable() })

export const TokenCreated = named(
  'TokenCreated',
  z.object({ token: Token, secret: z.string().describe('shown this once') }),
)

const Facts = z.record(z.string(), z.unknown()).nullable()

const AuditRow = named(
  'AuditRow',
  z.object({
    id: Id,
    at: Moment,
    actor: z.object({
      kind: z.enum(['person', 'token', 'command', 'system']),
      id: Id.nullable(),
      name: z.string(),
    }),
    action: z.string(),
    subject: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    before: Facts,
    after: Facts,
  }),
)

export const AuditPage = named('AuditPage', z.object({ items: listOf(AuditRow), next: Id.nullable() }))

export const AuditVerification = named(
  'AuditVerification',
  z.object({
    rows: z.int(),
    lastHash: z.string().describe('kept elsewhere, it proves that nothing was cut off at the end'),
    broken: z.object({ id: Id, words: z.string() }).nullable(),
  }),
)
