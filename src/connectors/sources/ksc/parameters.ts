/**
 * How KSC writes values in JSON (ksc-open-api.md 3). Arguments, return values and out-parameters of a method are plain;
 * inside a `params` container or an array everything but text, 32-bit integers, booleans and arrays carries its type.
 */

export type TaggedType = 'long' | 'datetime' | 'date' | 'binary' | 'float' | 'double' | 'params'

/** A value with its type written beside it. */
export type Tagged = { readonly type: TaggedType; readonly value: unknown }

/** What `untag` gives: a `long` beyond 2^53 is a bigint, a `datetime` that means "never" is null. */
export type Plain = null | boolean | string | number | bigint | Date | Uint8Array | readonly Plain[] | PlainParams
export type PlainParams = { readonly [name: string]: Plain }

const int32 = 2 ** 31

/** A 64-bit integer. Throws `RangeError` when it is none. */
export function long(value: number | bigint): Tagged {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`)
    return { type: 'long', value }
  }
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`not a 64-bit integer: ${value}`)
  const number = Number(value)
  return { type: 'long', value: Number.isSafeInteger(number) ? number : String(value) }
}

/** A moment in UTC, whole seconds; null means "never". Throws `RangeError` for an invalid date. */
export function datetime(value: Date | null): Tagged {
  return { type: 'datetime', value: value === null ? '' : `${value.toISOString().slice(0, -5)}Z` }
}

/** A day, `YYYY-MM-DD`. Throws `RangeError` for another form. */
export function date(value: string): Tagged {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) throw new RangeError(`not a day: ${value}`)
  return { type: 'date', value }
}

export function binary(value: Uint8Array): Tagged {
  return { type: 'binary', value: Buffer.from(value).toString('base64') }
}

export function float(value: number): Tagged {
  return { type: 'float', value: finite(value) }
}

export function double(value: number): Tagged {
  return { type: 'double', value: finite(value) }
}

/** A container inside an array or another container. Throws `TypeError` on what must not stand in one. */
export function params(fields: Readonly<Record<string, unknown>>): Tagged {
  for (const [name, value] of Object.entries(fields)) checkInside(name, value)
  return { type: 'params', value: fields }
}

function checkInside(name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'boolean' || isTagged(value)) return
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null) checkInside(name, item)
    return
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= -int32 && value < int32) return
  throw new TypeError(`${name}: ${value === null ? 'null' : typeof value} must be left out or carry its type`)
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`not a number that JSON can carry: ${value}`)
  return value
}

function isTagged(value: unknown): value is Tagged {
  return typeof value === 'object' && value !== null && 'type' in value && 'value' in value && isType(value.type)
}

function isType(type: unknown): type is TaggedType {
  return typeof type === 'string' && Object.hasOwn(readers, type)
}

/**
 * Takes the types off a value and everything in it. Lenient, as clients in use are: what is plain stays as it is, a
 * `long` may be a number or text. What cannot be read becomes null, but NaN for a number, which must not be taken for absent.
 */
export function untag(raw: unknown): Plain {
  if (typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' || typeof raw === 'bigint')
    return raw
  if (typeof raw !== 'object' || raw === null) return null
  if (Array.isArray(raw)) return raw.map(untag)
  if ('type' in raw && 'value' in raw && Object.keys(raw).length === 2 && typeof raw.type === 'string') {
    return isType(raw.type) ? readers[raw.type](raw.value) : null
  }
  return untagFields(raw)
}

function untagFields(raw: object): PlainParams {
  const fields: Record<string, Plain> = {}
  for (const [name, value] of Object.entries(raw)) fields[name] = untag(value)
  return fields
}

const readers: Readonly<Record<TaggedType, (value: unknown) => Plain>> = {
  long: readLong,
  datetime: readDatetime,
  date: (value) => (typeof value === 'string' ? value : null),
  binary: (value) => (typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : null),
  float: readNumber,
  double: readNumber,
  params: (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? untagFields(value) : null),
}

function readLong(value: unknown): number | bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number.NaN
  if (typeof value !== 'string' || !/^[+-]?\d{1,20}$/.test(value.trim())) return Number.NaN
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value.trim())
}

function readDatetime(value: unknown): Date | null {
  if (typeof value !== 'string' || value === '') return null
  // The time is UTC also where a server leaves the letter out.
  const moment = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value.replace(' ', 'T')}Z`)
  return Number.isNaN(moment.getTime()) ? null : moment
}

function readNumber(value: unknown): number {
  // A whole double beyond 2^53 comes out of `parseExactly` as a bigint.
  const isWritten = typeof value === 'bigint' || (typeof value === 'string' && value.trim() !== '')
  const number = isWritten ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : Number.NaN
}

/**
 * The fields of a container, tagged or plain, with the marks still on the fields themselves; null for what is no container.
 * Nothing is copied: for lists too long to be gone over twice.
 */
export function fieldsOf(raw: unknown): Readonly<Record<string, unknown>> | null {
  if (!isContainer(raw)) return null
  if (!('type' in raw) || !('value' in raw) || typeof raw.type !== 'string' || Object.keys(raw).length !== 2) return raw
  return raw.type === 'params' && isContainer(raw.value) ? raw.value : null
}

function isContainer(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return (
    typeof raw === 'object' &&
    raw !== null &&
    !Array.isArray(raw) &&
    !(raw instanceof Date) &&
    !(raw instanceof Uint8Array)
  )
}

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver?: Reviver) => unknown

/** Parses a reply without losing digits: an integer beyond 2^53 becomes a bigint. Throws `SyntaxError`. */
export function parseExactly(text: string): unknown {
  // Almost no reply has such a number, and a reviver costs several times the parsing.
  if (!hasLongNumber(text)) return JSON.parse(text)
  return parseWithSource(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value,
  )
}

/** Whether 16 digits stand in a row. Every 16th character is one of them: a regular expression would look at each. */
function hasLongNumber(text: string): boolean {
  for (let at = 15; at < text.length; at += 16) {
    if (!isDigit(text, at)) continue
    let first = at
    while (isDigit(text, first - 1)) first -= 1
    while (isDigit(text, at + 1)) at += 1
    if (at - first >= 15) return true
  }
  return false
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}
