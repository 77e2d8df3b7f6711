// A request body to typed values of known, writable fields; all else in it vanishes silently (autotask-api.md 2).
import { RefusalError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { FieldDefinition, UdfValue, Value } from '../model/field.ts'
import { parseTime } from '../query/compare.ts'

/** What a body asks for. */
export type Draft = {
  /** `id` of the body, for updates. */
  id: number | null
  /** Writable fields that are present. */
  values: Record<string, Value>
  /** User-defined fields that are present, by their defined names. */
  udfs: UdfValue[]
}

/** Parses JSON as the service does. Throws `RefusalError` with Json.NET's text. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const text = body.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return unexpected(text.trimStart().charAt(0), '')
  }
}

/**
 * Reads a create or update. `updating` leaves out fields that are fixed after the create. Throws `RefusalError` for a
 * value of the wrong type.
 */
export function readDraft(entity: Entity, body: unknown, updating: boolean): Draft {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RefusalError(['Value cannot be null. Parameter name: entity'])
  }
  const draft: Draft = { id: null, values: {}, udfs: [] }
  for (const name in body) {
    const value = (body as Record<string, unknown>)[name]
    const field = entity.field(name)
    if (!field) {
      if (name.toLowerCase() === 'userdefinedfields') draft.udfs = readUdfs(entity, value)
      continue
    }
    if (field.name === 'id') draft.id = readValue(field, value) as number | null
    else if (!field.isReadOnly && !(updating && field.isFixed)) draft.values[field.name] = readValue(field, value)
  }
  return draft
}

function readValue(field: FieldDefinition, value: unknown): Value {
  if (value === null) return field.empty
  switch (field.dataType) {
    case 'string':
      if (typeof value === 'string') return value
      return typeof value === 'object' ? unexpected('{', field.name) : String(value)
    case 'boolean':
      if (typeof value === 'boolean') return value
      if (value === 'true' || value === 'false') return value === 'true'
      return typeof value === 'number' ? value !== 0 : wrongType(field, value)
    case 'datetime': {
      const time = typeof value === 'string' ? parseTime(value) : Number.NaN
      if (!Number.isNaN(time)) return time
      return typeof value === 'string'
        ? refuse(`Could not convert string to DateTime: ${value}. Path '${field.name}'.`)
        : wrongType(field, value)
    }
    default: {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number !== 'number' || Number.isNaN(number)) return wrongType(field, value)
      if (field.dataType === 'decimal' || field.dataType === 'double' || Number.isInteger(number)) return number
      return refuse(`Input string '${number}' is not a valid integer. Path '${field.name}'.`)
    }
  }
}

function readUdfs(entity: Entity, value: unknown): UdfValue[] {
  if (!Array.isArray(value)) return []
  return value.map((item: unknown) => {
    const { name, value: given } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>
    const definition = entity.udfs.find((udf) => udf.name.toLowerCase() === String(name).toLowerCase())
    if (!definition) return refuse(`Unable to find ${String(name)} in the ${entity.name} Entity`)
    if (given === null || given === undefined || given === '') return { name: definition.name, value: null }
    const text = String(given)
    const fits =
      definition.dataType === 'string' ||
      !Number.isNaN(definition.dataType === 'datetime' ? parseTime(text) : Number(text))
    if (!fits) return unexpected(text.charAt(0), definition.name)
    if (definition.values && !definition.values.includes(text)) {
      return refuse(`Picklist value [${text}] does not exist for ${definition.name}. ; on record number [1].`)
    }
    return { name: definition.name, value: text }
  })
}

function wrongType(field: FieldDefinition, value: unknown): never {
  return unexpected(typeof value === 'object' ? '{' : String(value).charAt(0), field.name)
}

function unexpected(sign: string, path: string): never {
  return refuse(`Unexpected character encountered while parsing value: ${sign}. Path '${path}'.`)
}

function refuse(text: string): never {
  throw new RefusalError([text])
}
