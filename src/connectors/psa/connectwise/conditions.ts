/**
 * Conditions as ConnectWise reads them (connectwise-api.md 5): texts in double quotes, dates in brackets and UTC, `and`.
 * Names and operators are fixed here; only values come from outside.
 */

/** A part of a condition, ready to be joined. */
export type Condition = string & { readonly condition: unique symbol }

/**
 * Fits every record whose text is `value`, and perhaps others: how a quote or a backslash inside a text is written is not
 * documented, so each stands as a wildcard, and the caller compares the answers.
 */
export function textIs(name: string, value: string): Condition {
  const safe = value.replace(/["\\\p{Cc}]/gu, '*')
  return asCondition(safe === value ? `${name} = "${value}"` : `${name} like "${safe}"`)
}

/** Fits texts that begin so, and perhaps others. */
export function textBegins(name: string, start: string): Condition {
  return asCondition(`${name} like "${start.replace(/["\\\p{Cc}]/gu, '*')}*"`)
}

/** For whole numbers. */
export function numberIs(name: string, value: number): Condition {
  return asCondition(`${name} = ${value}`)
}

export function numberAbove(name: string, value: number): Condition {
  return asCondition(`${name} > ${value}`)
}

export function flagIs(name: string, value: boolean): Condition {
  return asCondition(`${name} = ${value ? 'True' : 'False'}`)
}

/**
 * Fits moments at or after `since`, and a few before it: stored times may have fractions of a second that answers do not
 * show, and a self-hosted server is known to err at the border of `>=` (connectwise-api.md 5).
 */
export function notBefore(name: string, since: Date): Condition {
  const second = Math.floor(since.getTime() / 1_000) * 1_000 - marginMs
  return asCondition(`${name} >= [${new Date(second).toISOString().slice(0, 19)}Z]`)
}

/** Fits what fits all. */
export function all(...conditions: readonly Condition[]): Condition {
  return asCondition(conditions.join(' and '))
}

/** A value of a query, with the characters too that ConnectWise wants encoded and `encodeURIComponent` leaves. */
export function encodeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const marginMs = 2_000

function asCondition(text: string): Condition {
  return text as Condition
}
