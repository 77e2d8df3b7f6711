import type { z } from 'zod'

/** The caller asked for something an emulator does not know; answered as 400 with this text. */
export class EmulatorInputError extends Error {
  readonly code = 'emulator-input'
  override readonly name = 'EmulatorInputError'
}

/**
 * Parses `value` with `schema`. Throws `EmulatorInputError` naming every wrong field; `hint` says what would be right.
 */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  hint = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`)
  throw new EmulatorInputError(`${what} is not right: ${problems.join('; ')}${hint === '' ? '' : `. ${hint}`}`)
}
