import { z } from 'zod'
import { Retention } from './retention-words.ts'

/**
 * All settings of an installation as one document without secrets, for a file under version control. Things are named by
 * what lasts: connections and integrations by their names, tenants by their keys at the source, accounts by their ids at the desk.
 */

const Name = z.string().trim().min(1).max(200)
const Key = z.string().min(1).max(200)

/** What a person writes without quotes may be read as a number. */
const Value = z.union([z.string(), z.int()]).transform(String)
const Values = z.record(z.string().min(1).max(100), Value)

const ConnectionEntry = z.strictObject({
  name: Name,
  connector: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Names of the secrets that are set; their values never stand here. */
  secrets: z.array(z.string()).default([]),
})

const SourceEntry = ConnectionEntry.extend({
  /**
   * How a source that is never asked listens. Absent: it stays as it is. Null: nothing is set up. Judged like the settings, with the
   * source known.
   */
  channels: z.record(z.string(), z.unknown()).nullable().optional(),
})

const rule = { enabled: z.boolean(), fields: Values.default({}) }
const StatusRules = z.record(Key, z.strictObject({ ...rule, delayMinutes: z.int().min(0).max(10_080).default(0) }))
const EventRules = z.record(Key, z.strictObject({ ...rule, lifetimeHours: z.int().min(1).max(8_760).default(24) }))

const MappingEntry = z.strictObject({
  tenant: Key,
  /** For the reader, and for a tenant that was not seen yet. */
  tenantName: z.string().optional(),
  account: Value,
  accountName: z.string().optional(),
})

const IntegrationEntry = z.strictObject({
  name: Name,
  source: Name,
  psa: Name,
  general: Values.default({}),
  titleTemplate: z.string().max(20_000),
  descriptionTemplate: z.string().max(20_000),
  repeats: z.enum(['note', 'ticket']).default('note'),
  repeatNoteMinutes: z.int().min(0).max(10_080).default(60),
  pausedUntil: z.iso.datetime({ offset: true }).nullable().default(null),
  mappings: z.array(MappingEntry).default([]),
  rules: z
    .strictObject({
      warning: StatusRules.default({}),
      critical: StatusRules.default({}),
      severity: EventRules.default({}),
      'event-type': EventRules.default({}),
    })
    .prefault({}),
})

/** What is absent stays as it is; a list that is there is whole: what it does not name is removed. */
export const ConfigFile = z.strictObject({
  /** Version of this form. */
  tocsin: z.literal(1),
  retention: Retention.optional(),
  sources: z.array(SourceEntry).optional(),
  psas: z.array(ConnectionEntry).optional(),
  integrations: z.array(IntegrationEntry).optional(),
})

export type ConfigFile = z.infer<typeof ConfigFile>
export type ConnectionEntry = z.infer<typeof ConnectionEntry>
export type SourceEntry = z.infer<typeof SourceEntry>
export type IntegrationEntry = z.infer<typeof IntegrationEntry>
