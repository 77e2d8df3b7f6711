import { fieldErrors } from '../api/problem.ts'

/** What the server refused, by field, of the fields that stand under `prefix.` in the request. */
export function errorsUnder(error: unknown, prefix: string): Readonly<Record<string, string>> {
  const start = `${prefix}.`
  return Object.fromEntries(
    Object.entries(fieldErrors(error)).flatMap(([field, words]) =>
      field.startsWith(start) ? [[field.slice(start.length), words]] : [],
    ),
  )
}
