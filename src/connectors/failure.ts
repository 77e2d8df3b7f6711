import type { CallOutcome, Failure, FailureKind, FailureReason } from '../core/failure.ts'

/**
 * The only error a connector throws. `message` says what went wrong and what to do, in words fit for a technician;
 * it may quote the vendor's text after redaction.
 */
export class ConnectorError extends Error {
  readonly code = 'connector-failure'
  readonly kind: FailureKind
  readonly reason: FailureReason
  readonly outcome: CallOutcome
  readonly until: Date | null

  constructor(
    kind: FailureKind,
    reason: FailureReason,
    message: string,
    options: { outcome?: CallOutcome; until?: Date | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ConnectorError'
    this.kind = kind
    this.reason = reason
    this.outcome = options.outcome ?? 'not-done'
    this.until = options.until ?? null
  }
}

/** Whether a call that failed so was given up by us and may still run at the vendor, holding one of its threads. */
export function mayStillRun(error: unknown): boolean {
  return error instanceof ConnectorError && error.reason === 'timed-out' && error.outcome === 'unknown'
}

/** Turns anything thrown by a connector into plain data; an unexpected error counts as `later` with unknown outcome. */
export function errorToFailure(error: unknown): Failure {
  if (error instanceof ConnectorError) {
    const { kind, reason, outcome, message, until } = error
    return { kind, reason, outcome, message, until }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    kind: 'later',
    reason: 'bad-reply',
    outcome: 'unknown',
    message: `Unexpected fault in Tocsin: ${message}`,
    until: null,
  }
}
