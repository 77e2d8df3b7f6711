// From the JSON of a write to values by field, before references are looked up.
import { badBody, invalidObject, type ValidationError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { Field, Part, Scalar, Value } from '../model/field.ts'

/** How a client named the target of a reference; null takes the reference away. */
export type GivenReference = { key: 'id' | 'identifier' | 'name'; value: number | string } | null

/** What a write says about a record. Names it does not hold are left as they are. */
export type Draft = {
  values: Record<string, Value>
  references: Record<string, GivenReference>
  /** Fields that hold several references. */
  lists: Record<string, readonly GivenReference[]>
}

/** A draft that says nothing. */
export function emptyDraft(): Draft {
  return { values: {}, references: {}, lists: {} }
}

/** Parses a body. Throws `ConnectWiseApi` when it is not JSON. */
export function parseJson(body: Buffer): unknown {
  const text = body.toString('utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw badBody(`Unexpected character encountered while parsing value. Path '', line 1, position ${text.length}.`)
  }
}

/** Reads the object of a POST or PUT. Throws `RefusalError` for unknown names and values of the wrong kind. */
export function readDraft(entity: Entity, body: unknown, source: Buffer): Draft {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badBody('A JSON object is expected.')
  const draft = emptyDraft()
  const errors: ValidationError[] = []
  for (const [name, value] of Object.entries(body)) {
    const field = memberOf(entity, name, source)
    if (field) setField(entity, draft, field, value, errors)
  }
  if (errors.length > 0) throw invalidObject(entity.label, errors)
  return draft
}

/** The field of this name, or undefined for one that is passed over. Throws for one that the model does not have. */
export function memberOf(entity: Entity, name: string, source?: Buffer): Field | undefined {
  const field = entity.field(name)
  const isPassedOver = !entity.isComplete || name === '_info' || entity.ignored.has(name.toLowerCase())
  if (field || isPassedOver) return field?.access === 'read' ? undefined : field
  const at = source ? `, line 1, position ${source.indexOf(`"${name}"`) + name.length + 3}` : ''
  const type = entity.name
  throw badBody(`Could not find member '${name}' on object of type '${type}'. Path '${name}'${at}.`)
}

/** Puts a JSON value into the draft; what does not fit goes to `errors`. */
export function setField(entity: Entity, draft: Draft, field: Field, value: unknown, errors: ValidationError[]): void {
  const wrong = (): void => {
    const message = `The value of ${field.name} is not valid.`
    errors.push({ code: 'InvalidField', message, resource: entity.label, field: field.name })
  }
  if (field.kind === 'ref') {
    const reference = readReference(value)
    if (reference === undefined) wrong()
    else draft.references[field.name] = reference
    return
  }
  if (field.kind === 'refs') {
    const all = Array.isArray(value) ? value.map(readReference) : value === null ? [] : [undefined]
    if (all.includes(undefined)) wrong()
    else draft.lists[field.name] = all.filter((one) => one !== undefined)
    return
  }
  const read = readValue(field, value)
  if (read === undefined) {
    wrong()
    return
  }
  if (typeof read === 'string' && read.length > field.max) {
    const message = `The field ${field.name} must be a string with a maximum length of ${field.max}.`
    errors.push({ code: 'MaxLength', message, resource: entity.label, field: field.name })
    return
  }
  draft.values[field.name] = read
}

/** An id goes before an identifier, that before a name; an object without any takes the reference away. */
function readReference(value: unknown): GivenReference | undefined {
  if (value === null) return null
  if (typeof value !== 'object' || Array.isArray(value)) return undefined
  const given = value as Record<string, unknown>
  for (const key of ['id', 'identifier', 'name'] as const) {
    const one = given[key]
    if (one === undefined || one === null) continue
    if (key === 'id' ? Number.isInteger(one) : typeof one === 'string') return { key, value: one as number | string }
    return undefined
  }
  return null
}

/** The stored value, or undefined when it is of the wrong kind. */
function readValue(field: Field, value: unknown): Value | undefined {
  if (value === null || value === undefined) return field.initial
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' ? value : undefined
    case 'integer':
      return Number.isInteger(value) ? (value as number) : undefined
    case 'decimal':
      return typeof value === 'number' ? value : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'time':
      return readTime(value)
    case 'choice':
      return field.values.find((one) => typeof value === 'string' && one.toLowerCase() === value.toLowerCase())
    case 'texts':
      return isListOf(value, (one): one is string => typeof one === 'string') ? value : undefined
    case 'integers':
      return isListOf(value, (one): one is number => Number.isInteger(one)) ? value : undefined
    case 'custom':
      return readParts(value, ['id', 'value'])
    case 'parts':
      return readParts(value, field.parts)
    default:
      return undefined
  }
}

function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\d(?:T|$)/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000) * 1000
}

function isListOf<Item>(value: unknown, is: (one: unknown) => one is Item): value is Item[] {
  return Array.isArray(value) && value.every(is)
}

/** Keeps the named values of each object; an inner reference is kept as its name. */
function readParts(value: unknown, names: readonly string[]): Part[] | undefined {
  if (!isListOf(value, (one): one is Record<string, unknown> => typeof one === 'object' && one !== null)) {
    return undefined
  }
  return value.map((one) => {
    const part: Record<string, Scalar> = {}
    for (const name of names) part[name] = readScalar(one[name])
    return part
  })
}

function readScalar(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  const name = typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : undefined
  return typeof name === 'string' ? name : null
}
