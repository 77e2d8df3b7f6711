import { z } from 'zod'

/** Building stones of the API's schemas. What goes in is strict: an unknown field is refused. */

/** A schema with a name of its own in the OpenAPI document. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  return schema.meta({ id })
}

/** A list in an answer, as use cases give it. */
export function listOf<S extends z.ZodType>(schema: S): z.ZodType<readonly z.output<S>[], readonly z.input<S>[]> {
  return z.array(schema)
}

export const Moment = z.date().describe('ISO 8601, UTC')

/** A moment in a request. */
export const MomentInput = z
  .codec(z.iso.datetime({ offset: true }), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  })
  .describe('ISO 8601 with a time zone, for example 2026-11-22T08:10:00Z')

export const Id = z.int().min(1)

/** An id in a path or a query, where all is text. */
export const IdText = z.coerce.number().int().min(1)

export const IdParams = z.strictObject({ id: IdText })

/** Yes or no in a query. */
export const Flag = z.codec(z.enum(['true', 'false']), z.boolean(), {
  decode: (text) => text === 'true',
  encode: (value) => (value ? 'true' : 'false'),
})

export const Name = z.string().trim().min(1).max(200)

/** Part of a text to look for. */
export const Search = z.string().trim().min(1).max(200)

export const Level = z.enum(['warning', 'critical'])
export const Severity = z.enum(['critical', 'functional-failure', 'warning'])
export const Section = z.enum(['warning', 'critical', 'severity', 'event-type'])

const longestValue = 500

/** Values of a desk's fields by key, as the desk stores them. */
export const FieldValues = z.record(z.string().min(1).max(100), z.string().max(longestValue))

/** Fields of a paged list. */
export const pageQuery = {
  cursor: IdText.optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
}

export function pageOf<S extends z.ZodType>(schema: S) {
  return z.object({
    items: listOf(schema),
    next: z.int().nullable().describe('cursor of the page after this one; null at the end'),
  })
}

export const Failure = named('Failure', z.object({ kind: z.string(), reason: z.string(), message: z.string() }))
