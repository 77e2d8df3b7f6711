import { z } from 'zod'

/** Autotask's JSON, only the parts that are read. Unset texts come as '' or null, both in one record (autotask-api.md 2). */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const id = z.int()
const optionalId = z.int().nullish()

/** Answer to a create or update; the id may be null although it succeeded. */
export const Written = z.object({ itemId: z.int().nullish() })

export const Ticket = z.object({
  id,
  companyID: id,
  externalID: text,
  ticketNumber: text,
  status: id,
  priority: optionalId,
  queueID: optionalId,
  completedDate: z.string().nullish(),
  lastTrackedModificationDateTime: z.string().nullish(),
})
export type Ticket = z.infer<typeof Ticket>
export const ticketFields = Object.keys(Ticket.shape)

export const Resolution = z.object({ id, resolution: text })
export const resolutionFields = Object.keys(Resolution.shape)

export const Company = z.object({
  id,
  companyName: text,
  companyNumber: text,
  isActive: z.boolean().nullish(),
})
export type Company = z.infer<typeof Company>
export const companyFields = Object.keys(Company.shape)

export const Note = z.object({ id, title: text, description: text })
export const noteFields = Object.keys(Note.shape)

export const NoteTime = z.object({ id, createDateTime: z.string().nullish() })
export const noteTimeFields = Object.keys(NoteTime.shape)

export const Resource = z.object({ id, firstName: text, lastName: text, isActive: z.boolean().nullish() })
export type Resource = z.infer<typeof Resource>
export const resourceFields = Object.keys(Resource.shape)

export const Role = z.object({ id, name: text, isActive: z.boolean().nullish() })
export type Role = z.infer<typeof Role>
export const roleFields = Object.keys(Role.shape)

/** A role held in a queue or in a department. */
export const ResourceRole = z.object({
  id,
  resourceID: id,
  roleID: id,
  queueID: optionalId,
  isActive: z.boolean().nullish(),
})
export type ResourceRole = z.infer<typeof ResourceRole>
export const resourceRoleFields = Object.keys(ResourceRole.shape)

const PicklistValue = z.object({
  // Strings although the ticket's field is a number (autotask-api.md 4).
  value: z.union([z.string(), z.number()]).transform(String),
  label: text,
  parentValue: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => (value === null || value === undefined ? '' : String(value))),
  isActive: z.boolean().nullish(),
  sortOrder: z.number().nullish(),
})
export type PicklistValue = z.infer<typeof PicklistValue>

/** `…/entityInformation/fields`. */
export const Fields = z.object({
  fields: z.array(
    z.object({ name: z.string(), length: z.number().nullish(), picklistValues: z.array(PicklistValue).nullish() }),
  ),
})
export type Fields = z.infer<typeof Fields>

/** `…/entityInformation`. */
export const EntityInformation = z.object({
  info: z.object({
    canCreate: z.boolean().nullish(),
    canQuery: z.boolean().nullish(),
    canUpdate: z.boolean().nullish(),
    userAccessForCreate: text,
    userAccessForQuery: text,
    userAccessForUpdate: text,
  }),
})
export type EntityInformation = z.infer<typeof EntityInformation>

export const Version = z.object({ majorVersion: z.number().nullish(), minorVersion: z.number().nullish(), build: text })

export const ThresholdInformation = z.object({
  externalRequestThreshold: z.number(),
  requestThresholdTimeframe: z.number().nullish(),
  currentTimeframeRequestCount: z.number(),
})

/** The answer to a read of one record; a missing one is `{"item":null}` (autotask-api.md 2). */
export function itemOf<T extends z.ZodType>(schema: T) {
  return z.object({ item: schema.nullable() })
}

/** A page of a query. */
export function pageOf<T extends z.ZodType>(schema: T) {
  return z.object({
    items: z.array(schema),
    pageDetails: z.object({ nextPageUrl: z.string().nullable() }),
  })
}
