import { z } from 'zod'
import { FieldValues, Id, listOf, Moment, named, Section } from './common.ts'
import { FieldProblem } from './connections.ts'

const RuleRow = named(
  'RuleRow',
  z.object({
    key: z.string(),
    title: z.string(),
    advice: z.string(),
    product: z
      .string()
      .nullable()
      .describe('key of the catalogue’s product whose rules it is among; null: there is one'),
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
    defaults: z
      .object({ general: FieldValues, fields: FieldValues, delayMinutes: z.int(), lifetimeHours: z.int() })
      .describe('what the general settings and a row have when nobody chose'),
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
      z.object({
        section: z.enum(['warning', 'critical', 'event-type']),
        key: z.string(),
        title: z.string(),
        count: z.int(),
      }),
    ),
  }),
)

const RulesCount = {
  count: z.int().describe('with the proposed rules'),
  before: z.int().describe('with the rules as they are'),
}

const rulesEffect = {
  total: z.int().describe('tickets with the proposed rules'),
  before: z.int().describe('tickets with the rules as they are'),
  clients: listOf(z.object({ tenantId: Id, name: z.string(), ...RulesCount })),
  rules: listOf(z.object({ section: Section, key: z.string(), title: z.string(), ...RulesCount })),
}

export const RulesPreview = named(
  'RulesPreview',
  z
    .object({
      ...rulesEffect,
      pausedUntil: Moment.nullable(),
      events: z
        .object({ days: z.int(), ...rulesEffect })
        .describe(
          'what the events of the last days would have come to, without repeats; they are not opened afterwards',
        ),
    })
    .describe('what could be opened after saving for what is wrong already; what changes by no count is left out'),
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
