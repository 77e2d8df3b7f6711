import { z } from 'zod'

/** What an act `setSwitch` may set, with its default; each line is explained in the readme. */
export const Switches = z.strictObject({
  /** Requests at a time per integration code and first path segment; 0 is no limit. */
  threadLimit: z.int().min(0).default(3),
  threadLimitStatus: z.union([z.literal(429), z.literal(500)]).default(429),
  /** Status of calls beyond the hourly threshold. */
  thresholdStatus: z.union([z.literal(429), z.literal(500)]).default(429),
  /** Multiplies the latency added at 50 % and 75 % of the threshold; 0 adds none. */
  latencyScale: z.number().min(0).default(1),
  /** What a wrong integration code gets: 401 without a body, or 500 with a text. */
  badIntegrationCode: z.union([z.literal(401), z.literal(500)]).default(401),
  /** A workflow rule that answers a PATCH to status `from` by setting `to`, `times` times. */
  workflowRevert: z.strictObject({ from: z.int(), to: z.int(), times: z.int().positive() }).nullable().default(null),
  /** Whether a create that repeats an open ticket gets that ticket's id, and by what it is recognised. */
  duplicateHandling: z.enum(['off', 'externalID', 'title']).default('off'),
  /** Whether an adjustment may bring a service to 0 units. */
  allowZeroUnits: z.boolean().default(false),
  /** Signs webhook bodies in their escaped form (autotask-api.md 10.3). */
  escapedWebhookSignature: z.boolean().default(false),
  /** Multiplies the waiting between webhook deliveries (30 s); 0.001 makes it 30 ms. */
  webhookTimeScale: z.number().min(0).default(1),
})

/** Switches in force. */
export type Switches = z.infer<typeof Switches>

/** Requests allowed in a rolling time, over all integrations (autotask-api.md 9). */
export const Threshold = z.strictObject({
  requests: z.int().positive().default(10_000),
  minutes: z.int().positive().max(1440).default(60),
})

/** The threshold in force. */
export type Threshold = z.infer<typeof Threshold>

/** A category's rules; the API does not show them (autotask-api.md 5.3). */
export const CategoryRule = z.strictObject({
  /** Ticket fields that must not be empty. */
  requiredFields: z.array(z.string()).default([]),
  /** Due this many hours after creation when the ticket does not say; null is no default. */
  dueHours: z.number().positive().nullable().default(null),
  noteTitleRequired: z.boolean().default(false),
})

/** The rules of one category. */
export type CategoryRule = z.infer<typeof CategoryRule>
