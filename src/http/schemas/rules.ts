import { z } from 'zod'
import { FieldValues, Id, listOf, Moment, named, Section } from './common.ts'
import { FieldProblem } from './connections.ts'

const RuleRow = named(
  'RuleRow',
  z.object({
    key: z.string(),
    title: z.string(),
    advice: z.string(),
    stored: z
      .boolean()
      .describe('false: never saved. Such a row is off; an event type without a row follows its severity'),
    enabled: z.boolean(),
    fields: FieldValues,
    delayMinutes: z.int().nullable().describe('status rows only'),
    lifetimeHours: z.int().nullable().describe('event rows only'),
    problems: listOf(FieldProblem),
    updatedAt: Moment.nullable(),
  }),
)

export const RuleList = named(
  'RuleList',
  z.object({
    integrationId: Id,
    version: z.int().describe('to be named when saving'),
    sections: z.object({
      warning: listOf(RuleRow),
      critical: listOf(RuleRow),
      severity: listOf(RuleRow),
      'event-type': listOf(RuleRow),
    }),
  }),
)

/** One week (kaspersky-msp-product.md 2.4 names no bound; a delay beyond a week would hide a problem for good). */
const longestDelayMinutes = 10_080
const longestLifetimeHours = 8_760

const Key = z.string().min(1).max(200)

export const SaveRules = z.strictObject({
  version: z.int().min(1),
  rows: z
    .array(
      z.strictObject({
        section: Section,
        key: Key,
        enabled: z.boolean(),
        fields: FieldValues,
        delayMinutes: z.int().min(0).max(longestDelayMinutes).optional().describe('status rows only'),
        lifetimeHours: z.int().min(1).max(longestLifetimeHours).optional().describe('event rows only'),
      }),
    )
    .max(1_000),
  remove: z
    .array(z.strictObject({ section: Section, key: Key }))
    .max(1_000)
    .optional(),
})

export const HeldPreview = named(
  'HeldPreview',
  z.object({
    total: z.int().describe('to be named when opening'),
    pausedUntil: Moment.nullable(),
    clients: listOf(z.object({ tenantId: Id, name: z.string(), count: z.int() })),
    rules: listOf(
      z.object({ section: z.enum(['warning', 'critical']), key: z.string(), title: z.string(), count: z.int() }),
    ),
  }),
)

export const HeldOpened = named(
  'HeldOpened',
  z.object({ opened: z.int(), notOpened: listOf(z.object({ reason: z.string(), count: z.int() })) }),
)

export const Tenant = named(
  'Tenant',
  z.object({
    id: Id,
    sourceId: Id,
    key: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    mapping: z.object({ integrationId: Id, accountId: z.string(), accountName: z.string() }).nullable(),
    openTickets: z.int(),
    conditions: z.int(),
    computers: z.int(),
    firstSeenAt: Moment,
    baselineAt: Moment.nullable().describe('first time that its list was read whole'),
    lastListedAt: Moment.nullable(),
    failingSince: Moment.nullable(),
    failingMessage: z.string().nullable(),
    vanishedAt: Moment.nullable(),
  }),
)

export const TenantMapped = named(
  'TenantMapped',
  z.object({
    tenantId: Id,
    integrationId: Id,
    accountId: z.string(),
    accountName: z.string(),
    openTickets: z.int(),
  }),
)
