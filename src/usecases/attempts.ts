import { beginAttempt, forgetFailures, isKnownAddress, type Patience, takeBackAttempt } from '../db/sign-in-failures.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'

/**
 * Waits between failed sign-ins. They grow, and never beyond a quarter of an hour: whoever knows the password comes in after
 * that, so nobody can be locked out for good by somebody who does not.
 */
const personPatience: Patience = { free: 5, firstMs: 2_000, longestMs: 900_000, forgetMs: 3_600_000 }
/** One address may stand for a whole office. */
const addressPatience: Patience = { free: 30, firstMs: 2_000, longestMs: 900_000, forgetMs: 3_600_000 }
/** So long an address counts as the person's own. */
export const addressKnownMs = 90 * 86_400_000

/** Who tries to prove being which person, from where. */
export type Attempt = { readonly address: string | null; readonly person: string }

/**
 * Counts an attempt at somebody's password; it counts as failed until one of the others here says otherwise. Where a person
 * has signed in before, what others try elsewhere does not count. Without an address it is somebody who is signed in. Throws `too-many-attempts`.
 */
export async function mayAttempt(
  deps: Deps,
  about: { readonly email: string; readonly personId: number | null; readonly address: string | null },
): Promise<Attempt> {
  const { email, personId, address } = about
  const now = deps.clock.now()
  const since = new Date(now.getTime() - addressKnownMs)
  const isKnown = personId !== null && address !== null && (await isKnownAddress(deps.pool, personId, address, since))
  // People type passwords into the field for the address, and this is kept for a day: of a stranger only what tells it again.
  const typed = email.toLowerCase()
  const who = personId === null ? deps.box.derive(`sign-in as ${typed}`).slice(0, 32) : typed
  // What was typed as e-mail stands last and behind a kind of its own, so that nobody can make it look like another subject.
  const person = address === null ? `account ${who}` : isKnown ? `place ${address} ${who}` : `person ${who}`
  const attempt = { address: address === null ? null : `address ${address}`, person }
  if (attempt.address !== null) {
    const until = await beginAttempt(deps.pool, attempt.address, addressPatience, now)
    if (until !== null) throw tooMany(until)
  }
  const until = await beginAttempt(deps.pool, person, personPatience, now)
  if (until === null) return attempt
  if (attempt.address !== null) await takeBackAttempt(deps.pool, attempt.address, now)
  throw tooMany(until)
}

/** The attempt has proved nothing wrong so far, and is not over: it counts no more. */
export async function attemptIsOpen(deps: Deps, attempt: Attempt): Promise<void> {
  const now = deps.clock.now()
  if (attempt.address !== null) await takeBackAttempt(deps.pool, attempt.address, now)
  await takeBackAttempt(deps.pool, attempt.person, now)
}

/** Each start makes us ask the provider, and anybody may start: it counts until the person comes back. Throws `too-many-attempts`. */
export async function mayStartOidc(deps: Deps, address: string): Promise<void> {
  const until = await beginAttempt(deps.pool, oidcStartsOf(address), addressPatience, deps.clock.now())
  if (until !== null) throw tooMany(until)
}

/** Each return makes us ask the provider as well, and what one start gave can be brought back often. Throws `too-many-attempts`. */
export async function mayFinishOidc(deps: Deps, address: string): Promise<void> {
  const until = await beginAttempt(deps.pool, oidcReturnsOf(address), addressPatience, deps.clock.now())
  if (until !== null) throw tooMany(until)
}

/** Somebody from there has come in by the provider. */
export async function oidcWasRight(deps: Deps, address: string): Promise<void> {
  await forgetFailures(deps.pool, oidcStartsOf(address))
  await forgetFailures(deps.pool, oidcReturnsOf(address))
}

function oidcStartsOf(address: string): string {
  return `oidc ${address}`
}

function oidcReturnsOf(address: string): string {
  return `oidc-return ${address}`
}

/** It was the person: what failed before is forgotten. */
export async function attemptWasRight(deps: Deps, attempt: Attempt): Promise<void> {
  if (attempt.address !== null) await takeBackAttempt(deps.pool, attempt.address, deps.clock.now())
  await forgetFailures(deps.pool, attempt.person)
}

function tooMany(until: Date): RequestError {
  const message = 'Too many failed attempts. Wait a moment and try again; it never takes more than 15 minutes.'
  return new RequestError('too-many-attempts', message, { until })
}
