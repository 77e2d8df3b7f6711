import { Secret, TOTP } from 'otpauth'
import { renderSVG } from 'uqr'

/** RFC 6238 as every authenticator knows it: SHA-1, six digits, thirty seconds. */
const periodSeconds = 30

/** A new secret, in Base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32
}

export function createTotp(email: string, base32: string): TOTP {
  return new TOTP({ issuer: 'Tocsin', label: email, secret: Secret.fromBase32(base32), period: periodSeconds })
}

/** The time step that a code is of, one before and after now allowed; null when it is of none. */
export function totpStep(totp: TOTP, code: string, now: Date): number | null {
  const digits = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(digits)) return null
  const delta = totp.validate({ token: digits, timestamp: now.getTime(), window: 1 })
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / periodSeconds) + delta
}

/** What the authenticator's camera reads, as an SVG. */
export function totpPicture(uri: string): string {
  return renderSVG(uri)
}
