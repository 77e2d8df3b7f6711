import { certificateChain } from '../lib/certificate.ts'

/** Certificates by their fingerprints, since nobody reads PEM; anything else as it is. */
export function certificatesInWords(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('-----BEGIN CERTIFICATE-----')) return value
  return certificateChain(value).map(({ sha256 }) => `sha256 ${sha256}`)
}
