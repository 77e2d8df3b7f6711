// Serialisation rules of ksc-open-api.md 3: tags only inside containers and arrays, no nulls, whole seconds, UTC.

/** A value as it stands inside a container. */
export type WireValue = string | number | boolean | WireValue[] | { type: string; value: unknown } | WireObject

/** The plain body of a container (at method level containers are not tagged). */
export type WireObject = { [name: string]: WireValue }

/** 64-bit integer. */
export const long = (value: number): WireValue => ({ type: 'long', value })

/** Time from milliseconds since 1970; whole seconds, since milliseconds make the official client throw. */
export const datetime = (milliseconds: number): WireValue => ({ type: 'datetime', value: isoSeconds(milliseconds) })

/** Floating point number. */
export const double = (value: number): WireValue => ({ type: 'double', value })

/** Bytes as base64. */
export const binary = (value: Buffer): WireValue => ({ type: 'binary', value: value.toString('base64') })

/** A container inside another one or in an array. */
export const params = (value: WireObject): WireValue => ({ type: 'params', value })

/** `2025-01-31T12:00:00Z`. */
function isoSeconds(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

/**
 * Takes the tags off a request's value, at any depth; clients send containers tagged or plain (ksc-open-api.md 3, rule 6).
 * A datetime becomes a `Date`, undefined for the legal empty one.
 */
export function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag)
  if (value === null || typeof value !== 'object') return value
  const { type, value: inner } = value as { type?: unknown; value?: unknown }
  if (typeof type === 'string' && 'value' in value && Object.keys(value).length === 2) {
    if (type === 'datetime' || type === 'date') return inner === '' ? undefined : new Date(String(inner))
    if (type === 'long') return Number(inner)
    if (type === 'binary') return Buffer.from(String(inner), 'base64')
    return untag(inner)
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, untag(one)]))
}
