import { z } from 'zod'

const status404 = z.union([z.literal(401), z.literal(404)])

/** What an act `setSwitch` may set, with its default; each line is explained in the readme. */
export const Switches = z.strictObject({
  /** `companyinfo` of an unknown company: JSON null with 200, or 404. */
  unknownCompany: z.enum(['null', '404']).default('null'),
  /** `IsCloud` of `companyinfo` as the text "True" instead of a boolean. */
  isCloudAsText: z.boolean().default(false),
  /** Answer to a wrong company or wrong keys; clouds are said to answer 404. */
  badCredentials: status404.default(401),
  /** Answer to a missing or unknown `clientId`. */
  missingClientId: z.union([z.literal(403), z.literal(401)]).default(403),
  /** Turns plain HTTP away. */
  requireSsl: z.boolean().default(false),
  /** Requests allowed in a rolling minute; 0 is no limit. */
  requestsPerMinute: z.int().min(0).default(1000),
  /** What a `pageSize` above 1,000 gets. */
  largePage: z.enum(['capped', 'rejected']).default('capped'),
  /** Whether a PATCH path may begin with a slash. */
  leadingSlash: z.boolean().default(true),
  /** A PATCH path inside an object: 200 without a change, or 400. */
  innerPath: z.enum(['ignored', 'rejected']).default('ignored'),
  /** Whether `inactiveFlag` of boards is refused in conditions. */
  boardsHideInactiveFlag: z.boolean().default(false),
  /** Shows fields without a value as null instead of leaving them out. */
  showNulls: z.boolean().default(false),
  /** Multiplies the waiting between callback attempts, and the three days until one is disabled. */
  callbackTimeScale: z.number().min(0).default(1),
  /** A workflow rule: a ticket closed through the API goes to the status named `to`, `times` times. */
  workflowReopen: z.strictObject({ to: z.string(), times: z.int().positive() }).nullable().default(null),
})

/** Switches in force. */
export type Switches = z.infer<typeof Switches>
