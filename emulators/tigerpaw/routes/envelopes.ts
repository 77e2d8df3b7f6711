// The envelopes of the contract (tigerpaw-api.md 2.3).
import { RefusalError } from '../wire/answers.ts'
import type { Json } from '../wire/xml-write.ts'

/** What a write answers. */
export function written(payload: Readonly<Record<string, Json>> = {}): Json {
  return { Success: true, Message: '', ...payload }
}

/** What a list answers beside `Success` and `Message` when it says no. */
export function emptyList(name: string): Readonly<Record<string, Json>> {
  return { [name]: [], PageSize: 0, NextRow: 0, TotalCount: 0 }
}

/** There is no such record; a read by number is then answered as the switch `missingReads` has it. */
export function missing(what: string, number: number | string): RefusalError {
  return new RefusalError(`${what} ${number} does not exist.`, { status: 404 })
}
