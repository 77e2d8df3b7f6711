/**
 * `bad-url` the DATABASE_URL cannot be used, `unreachable` nobody answers there or it refuses us, `too-old` a server
 * below 14, `outcome-unknown` the connection broke while a transaction was being committed, `newer-database` a newer
 * Tocsin has used it, `changed-migration` its history is not ours, `bad-migration` a migration file is wrong or failed,
 * `restoring` a back-up is being restored into it.
 */
export type DatabaseFailure =
  | 'bad-url'
  | 'unreachable'
  | 'too-old'
  | 'outcome-unknown'
  | 'newer-database'
  | 'changed-migration'
  | 'bad-migration'
  | 'restoring'

/** Thrown for what a person has to put right, or must know; errors of single statements stay the driver's. */
export class DatabaseError extends Error {
  readonly code: DatabaseFailure

  constructor(code: DatabaseFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatabaseError'
    this.code = code
  }
}

/**
 * Whether a statement failed for what it was given (SQLSTATE classes 21 to 23 and 42, and 54: more than an index or a statement
 * holds), and not for the state of the server.
 */
export function isOfInput(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^(2[1-3]|42|54)[0-9A-Z]{3}$/.test(code)
}

/** The driver gives these no code. */
const brokenWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool)/

/**
 * Whether the server could not be reached, stopped, or lacks room (SQLSTATE classes 08, 53, 57P and 58): then a statement fails
 * whatever it was given.
 */
export function isOfConnection(error: unknown): boolean {
  if (error instanceof DatabaseError || error instanceof AggregateError) return true
  const { code, syscall, message } = error as { code?: unknown; syscall?: unknown; message?: unknown }
  if (typeof syscall === 'string') return true
  if (typeof code === 'string') return /^(08|53|57P|58)/.test(code)
  return typeof message === 'string' && brokenWords.test(message)
}
