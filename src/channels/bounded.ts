import type { Field } from './message.ts'

/** Bounds of what is handed over, so that one message can never fill a table or a process (see message.ts). */
export const bounds = { rawChars: 16 * 1024, fields: 200, fieldChars: 64 * 1024, nameChars: 100 } as const

/** More fields than this are not looked for in one message: what is behind them stays in its text. */
export const mostParsed = 500

/** Text that PostgreSQL takes as text and as JSON: no U+0000, no half characters, at most `most` UTF-16 units. */
export function cleanText(text: string, most: number): string {
  const cut = text.length > most ? text.slice(0, most) : text
  return cut.replaceAll('\u0000', '\ufffd').toWellFormed()
}

/** Fields in the order they were met, without empty names, cut where the bounds of message.ts are reached. */
export function boundFields(fields: Iterable<Field>): Field[] {
  const kept: Field[] = []
  let room = bounds.fieldChars
  for (const { name, value } of fields) {
    if (kept.length === bounds.fields || room <= 0) break
    if (name === '') continue
    const key = cleanText(name, Math.min(bounds.nameChars, room))
    const text = cleanText(value, Math.max(0, room - key.length))
    room -= key.length + text.length
    kept.push({ name: key, value: text })
  }
  return kept
}

/** The first value of a field by its name, exactly spelt; null when there is none. */
export function fieldValue(fields: readonly Field[], name: string): string | null {
  return fields.find((field) => field.name === name)?.value ?? null
}

/** The first of several names that has a value; empty when none has. */
export function firstValue(fields: readonly Field[], names: readonly string[]): string {
  for (const name of names) {
    const value = fieldValue(fields, name)
    if (value !== null && value.trim() !== '') return value.trim()
  }
  return ''
}
