import { z } from 'zod'

const defaultSoapResult = '<Result><Success>true</Success><Message></Message></Result>'

/** What act `setSwitch` may set, with its default; each line is explained in the readme. */
export const Switches = z.strictObject({
  /** How a business rule says no: 200 with `Success: false`, or a plain HTTP error. */
  errorStyle: z.enum(['envelope', 'http']).default('envelope'),
  /** Reading by number what is not there: 404, or 200 with null. */
  missingReads: z.union([z.literal(404), z.literal(200)]).default(404),
  /** What a missing right gets; 200 is `Success: false`. */
  rightsStatus: z.union([z.literal(403), z.literal(401), z.literal(200)]).default(403),
  /** How far the date of a request may be from now; null does not look. */
  clockSkewMinutes: z.number().positive().nullable().default(15),
  /** The number of the first row of a list. */
  firstRow: z.union([z.literal(0), z.literal(1)]).default(1),
  defaultPageSize: z.int().positive().default(25),
  /** Larger wishes are cut to this. */
  maxPageSize: z.int().positive().default(500),
  /** What an update does to properties that are left out. */
  omittedOnPut: z.enum(['unchanged', 'null']).default('unchanged'),
  /** Whether the statuses come as a list, or as one object as the published contract declares. */
  statusesAs: z.enum(['list', 'object']).default('list'),
  /** HTTP status for writes to a locked order. */
  lockStatus: z.int().min(200).max(599).default(200),
  /** `{order}` and `{rep}` are filled in. */
  lockMessage: z.string().default('Service order {order} is locked by {rep} and cannot be updated.'),
  /** Whether a lock also keeps notes, resolutions and symptoms out. */
  lockBlocksNotes: z.boolean().default(true),
  /** Longest texts by property, in UTF-16 units; a property that is not named has no limit. */
  textLimits: z
    .record(z.string(), z.int().positive())
    .default({ Reference: 50, BriefDescription: 255, CustomerPurchaseOrder: 50, TagNumber: 50, RequestedBy: 100 }),
  /** What happens to longer texts. */
  overlong: z.enum(['refuse', 'cut']).default('refuse'),
  /** Whether a status that closes or opens an order sets or clears DateTimeClosed. */
  statusStampsClosed: z.boolean().default(true),
  /** Whether an order with open tasks can only be closed together with `CompleteOpenTasks`. */
  openTasksBlockClose: z.boolean().default(false),
  /** Whether a note's topic must be in the master table. */
  noteTopicsChecked: z.boolean().default(true),
  /** The tenant's own time, minutes east of UTC. */
  utcOffsetMinutes: z.int().min(-720).max(840).default(0),
  /** Leaves what is unset out of JSON answers (XML never has it). */
  leaveOutNulls: z.boolean().default(false),
  /** What is inside `SubmitAgreementAdditionalChargesResult`: XML. */
  soapResult: z.string().default(defaultSoapResult),
})

/** Switches in force. */
export type Switches = z.infer<typeof Switches>

const operations = (...names: ('get' | 'create' | 'update')[]) =>
  z.array(z.enum(['get', 'create', 'update'])).default(names)

/** What the API rep's security role allows (tigerpaw-api.md 2.2). */
export const Rights = z.strictObject({
  accounts: operations('get', 'create', 'update'),
  agreements: operations('get', 'create', 'update'),
  masterTables: operations('get', 'create', 'update'),
  priceBook: operations('get'),
  serviceOrders: operations('get', 'create', 'update'),
  customFields: operations('get', 'create', 'update'),
})

/** Rights in force. */
export type Rights = z.infer<typeof Rights>

/** An area and what is done there; null where credentials are enough. */
export type Right = `${keyof Rights}.${'get' | 'create' | 'update'}` | null
