/**
 * Why somebody could not come in by the provider. The sign-in page has words for each:
 * - `expired`: it was begun too long ago, in another browser, or the provider was changed meanwhile.
 * - `cancelled`, `refused`, `bad-answer`: see `OidcError`; `unreachable`: the provider does not answer.
 * - `no-provider`: there is none. `too-many`: it was begun, or came back, too often from this address.
 * - `no-email`, `not-verified`: the provider tells no address, or does not vouch for it.
 * - `foreign-domain`, `no-role`: nobody invited this person, and its domain or its groups let nobody in.
 * - `other-account`: the person with this address comes from another account of the provider.
 * - `shut-out`: an administrator shut this person out.
 */
export type OidcProblem =
  | 'expired'
  | 'cancelled'
  | 'refused'
  | 'bad-answer'
  | 'unreachable'
  | 'no-provider'
  | 'too-many'
  | 'no-email'
  | 'not-verified'
  | 'foreign-domain'
  | 'no-role'
  | 'other-account'
  | 'shut-out'

/** Thrown while somebody comes in by the provider; ends on the sign-in page. The message is for the log, without a secret. */
export class OidcRefusal extends Error {
  override readonly name = 'OidcRefusal'
  readonly code: OidcProblem

  constructor(code: OidcProblem, message: string = code, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
