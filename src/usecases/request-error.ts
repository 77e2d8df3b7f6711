import { ConnectorError } from '../connectors/failure.ts'
import type { Failure } from '../core/failure.ts'
import { SecretBoxError } from '../lib/secret-box.ts'

/**
 * Why a use case refuses what a person asked for. Each code is one kind of answer over HTTP (`http/problem.ts`):
 * - `invalid-input`: a field is wrong; `fields` says which and what to do.
 * - `rule-problems`: the desk's live lists do not allow a rule that was to be switched on.
 * - `not-found`: there is nothing with this id.
 * - `name-taken`, `account-taken`: must be unique and is not.
 * - `in-use`: cannot be deleted yet.
 * - `changed-meanwhile`, `count-changed`: somebody or something else was quicker; look again.
 * - `ticket-done`, `ticket-busy`: the ticket is past the point where this can be done, or being worked on.
 * - `check-failed`: the connection was tried before saving, and failed.
 * - `connection-failed`, `connection-limited`: a live call to a vendor failed, or must wait.
 * - `wrong-credentials`, `code-needed`, `too-many-attempts`: somebody could not sign in.
 * - `forged-message`: a message in a desk's name that the desk did not write.
 * - `inbox-full`: what a source sends comes faster than it can be settled; send it again later.
 * - `already-set-up`: the first administrator is there.
 * - `too-many-screens`: no room for another one that is told of changes.
 * - `last-administrator`: without this one nobody could administer any more.
 * - `not-allowed`: the role does not go that far.
 * - `secret-unreadable`: a stored secret cannot be opened with the present TOCSIN_SECRET.
 */
export type RequestProblem =
  | 'invalid-input'
  | 'rule-problems'
  | 'not-found'
  | 'name-taken'
  | 'account-taken'
  | 'in-use'
  | 'changed-meanwhile'
  | 'count-changed'
  | 'ticket-done'
  | 'ticket-busy'
  | 'check-failed'
  | 'connection-failed'
  | 'connection-limited'
  | 'wrong-credentials'
  | 'code-needed'
  | 'too-many-attempts'
  | 'forged-message'
  | 'inbox-full'
  | 'already-set-up'
  | 'too-many-screens'
  | 'last-administrator'
  | 'not-allowed'
  | 'secret-unreadable'

/** What is wrong with one field of the input; `section` and `key` name a row of rules. */
export type FieldIssue = {
  readonly field: string
  readonly message: string
  readonly section?: string
  readonly key?: string
}

/** A row of rules by its place. */
export type RowPlace = { readonly section: string; readonly key: string }

/** Facts that go with a refusal, for a program that reads it. */
export type RequestFacts = {
  readonly errors?: readonly FieldIssue[]
  readonly openTickets?: number
  readonly integrations?: readonly string[]
  readonly version?: number
  readonly changed?: readonly RowPlace[]
  readonly removed?: readonly RowPlace[]
  /** Names of those who changed it. */
  readonly changedBy?: readonly string[]
  readonly total?: number
  readonly failure?: Pick<Failure, 'kind' | 'reason'>
  /** Nothing may be asked again before this moment. */
  readonly until?: Date
}

/** Thrown by use cases that a person starts. The message says what to do and holds no secret. */
export class RequestError extends Error {
  readonly code: RequestProblem
  readonly facts: RequestFacts

  constructor(code: RequestProblem, message: string, facts: RequestFacts = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RequestError'
    this.code = code
    this.facts = facts
  }
}

/** `what` with its article-free name, for example `source`. */
export function notFound(what: string, id: number | string): RequestError {
  return new RequestError('not-found', `There is no ${what} ${id}. It may have been deleted: read the list again.`)
}

/** One error for all that is wrong with the input. */
export function invalidInput(errors: readonly FieldIssue[]): RequestError {
  const message = errors.map(({ field, message: text }) => (field === '' ? text : `${field}: ${text}`)).join(' ')
  return new RequestError('invalid-input', message, { errors })
}

/** What a vendor call that a person started failed with; a fault of our own is thrown on. */
export function connectionRefusal(error: unknown, code: 'check-failed' | 'connection-failed'): RequestError {
  if (error instanceof SecretBoxError) return new RequestError('secret-unreadable', error.message)
  if (error instanceof Error && error.name === 'TimeoutError') {
    const failure = { kind: 'later', reason: 'timed-out' } as const
    return new RequestError(code, 'No answer came in time. Look at the status of the connection and try again.', {
      failure,
    })
  }
  if (!(error instanceof ConnectorError)) throw error
  const failure = { kind: error.kind, reason: error.reason }
  if (error.kind === 'limited' && error.until !== null) {
    return new RequestError('connection-limited', error.message, { failure, until: error.until }, { cause: error })
  }
  return new RequestError(code, error.message, { failure }, { cause: error })
}
