/**
 * The five ways a call to a vendor may fail, as the reconciler understands them. A connector succeeds or fails with
 * one of these; it never retries and never swallows.
 */

/**
 * - `later`: a passing fault; the same call may succeed later.
 * - `limited`: the vendor asks us to hold back until a time.
 * - `denied`: not allowed; the whole connection stops until a person helps.
 * - `refused`: our input is wrong; a person must look at this one.
 * - `gone`: the thing was deleted or merged at the vendor.
 */
export type FailureKind = 'later' | 'limited' | 'denied' | 'refused' | 'gone'

/** Why, from a closed list, so that logs, metrics and the console can group failures. */
export type FailureReason =
  | 'unreachable'
  | 'timed-out'
  | 'cut-off'
  | 'server-error'
  | 'busy'
  | 'bad-reply'
  | 'locked'
  | 'rate-limited'
  | 'budget-used'
  | 'budget-kept'
  | 'threads-held'
  | 'bad-credentials'
  | 'missing-right'
  | 'untrusted-certificate'
  | 'wrong-address'
  | 'invalid-value'
  | 'missing-value'
  | 'unknown-value'
  | 'deleted'
  | 'merged'

/**
 * What became of the call at the vendor: `not-done` is certain (it never left, or the vendor refused it); `unknown` means
 * that the vendor may have carried it out although we saw no answer.
 */
export type CallOutcome = 'not-done' | 'unknown'

/** A failure as plain data, as it is stored with a ticket and shown to a person. */
export type Failure = {
  readonly kind: FailureKind
  readonly reason: FailureReason
  readonly outcome: CallOutcome
  /** Says what to do; holds the vendor's own words where they help; never a secret. */
  readonly message: string
  /** Only for `limited`: nothing may be sent before this moment. */
  readonly until: Date | null
}
