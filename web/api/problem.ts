import type { Problem } from './generated/types.gen.ts'

/** What went wrong with a call, in words for a person; `problem` is the server's own answer, null when there was none. */
export class ApiError extends Error {
  readonly code: string
  readonly problem: Problem | null

  constructor(message: string, problem: Problem | null, code = problem?.code ?? 'offline') {
    super(message)
    this.code = code
    this.problem = problem
  }
}

/** Message of the field of a refused form, by the field's name. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  const errors = error instanceof ApiError ? (error.problem?.errors ?? []) : []
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]))
}
