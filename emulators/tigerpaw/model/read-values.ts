// From the properties of a request to stored values. A property with null counts as left out: the contract cannot tell
// the two apart, which is why some dates come wrapped in an object (tigerpaw-api.md 2.5 and 2.6).
import { HttpError, RefusalError } from '../wire/answers.ts'
import { lookUp } from '../wire/body.ts'
import { dayOf, parseDate, timeOfDay } from '../wire/dates.ts'
import { type Address, addressFields, type Field, type Value } from './fields.ts'

/** Values that were given, by property name; a null here was asked for. */
export type Given = Record<string, Value>

const int32 = 2 ** 31

/**
 * Reads what `object` gives of these fields; unknown properties are passed over, as the vendor's reader does. `offset` is
 * the tenant's time zone in minutes. Throws `HttpError` 400 for a value of the wrong kind.
 */
export function readValues(fields: readonly Field[], object: Readonly<Record<string, unknown>>, offset: number): Given {
  const given: Given = {}
  for (const { name, kind } of fields) {
    const value = lookUp(object, name)
    if (value === undefined || value === null || kind === 'nothing') continue
    if (kind === 'split') readSplit(name, value, offset, given)
    else if (kind === 'optional') given[name] = readWrapped(name, value, 'DateTime', offset)
    else if (kind === 'date') given[name] = readDate(name, value, offset)
    else if (kind === 'address') given[name] = readAddress(name, value)
    else given[name] = readPlain(name, kind, value)
  }
  return given
}

/** Holds texts against the limits in force: throws `RefusalError` or cuts them, as the switch has it. */
export function limitTexts(
  given: Given,
  { textLimits, overlong }: { textLimits: Readonly<Record<string, number>>; overlong: 'refuse' | 'cut' },
): void {
  for (const [name, value] of Object.entries(given)) {
    const limit = textLimits[name]
    if (typeof value !== 'string' || limit === undefined || value.length <= limit) continue
    if (overlong === 'refuse') {
      throw new RefusalError(`${name} is too long: ${value.length} characters, at most ${limit} are allowed.`)
    }
    given[name] = value.slice(0, limit)
  }
}

function readPlain(name: string, kind: Field['kind'], value: unknown): Value {
  if (kind === 'text') return typeof value === 'object' ? refuse(name) : String(value)
  if (kind === 'yes') {
    const text = String(value).toLowerCase()
    return text === 'true' || text === 'false' ? text === 'true' : refuse(name)
  }
  const number = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN
  const fits = kind === 'int' ? Number.isInteger(number) && Math.abs(number) < int32 : Number.isFinite(number)
  return fits ? number : refuse(name)
}

function readDate(name: string, value: unknown, offset: number): number {
  const time = typeof value === 'string' ? parseDate(value, offset) : Number.NaN
  return Number.isNaN(time) ? refuse(name) : time
}

function readWrapped(name: string, value: unknown, part: string, offset: number): number | null {
  // An empty XML element is an object without properties.
  if (value === '') return null
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(name)
  const inner = lookUp(value as Record<string, unknown>, part)
  return inner === undefined || inner === null ? null : readDate(`${name}.${part}`, inner, offset)
}

/** Date and time of day come apart, and are stored both apart and together. */
function readSplit(name: string, value: unknown, offset: number, given: Given): void {
  const date = readWrapped(name, value, 'Date', offset)
  const time = readWrapped(name, value, 'Time', offset)
  const day = date === null ? null : dayOf(date, offset)
  const clock = day === null ? null : time === null ? timeOfDay(day, offset) : timeOfDay(time, offset)
  const apart = name.replace(/^DateTime/, '')
  given[name] = day === null || clock === null ? null : day + (clock - timeOfDay(day, offset))
  given[`Date${apart}`] = day
  given[`Time${apart}`] = clock
}

function readAddress(name: string, value: unknown): Address {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(name)
  const address: Record<string, string | null> = {}
  for (const part of addressFields) {
    const text = lookUp(value as Record<string, unknown>, part)
    address[part] = text === undefined || text === null ? null : String(text)
  }
  return address
}

function refuse(name: string): never {
  throw new HttpError(400, `The request is invalid. ${name} has a value of the wrong kind.`)
}
