import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { generate } from 'selfsigned'

/** What a certificate says of itself. Fingerprints are upper-case hexadecimal pairs joined by colons. */
export type CertificateFacts = {
  readonly subject: string
  readonly issuer: string
  /** Names and addresses it is for; empty: it names none. */
  readonly names: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  readonly sha1: string
  readonly sha256: string
}

const dayMs = 86_400_000
/** Nobody renews by itself what was pinned at the other side, so it lasts. */
const validDays = 3 * 365

const pemCertificates = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** Each certificate of a PEM text, in its order. Throws Node's `Error` for one that cannot be read. */
export function certificateChain(pem: string): CertificateFacts[] {
  return (pem.match(pemCertificates) ?? []).map((text) => {
    const found = new X509Certificate(text)
    const names = (found.subjectAltName ?? '').split(', ').filter((name) => name !== '')
    return {
      subject: found.subject ?? '',
      issuer: found.issuer ?? '',
      names: names.map((name) => name.replace(/^(DNS|IP Address):/, '')),
      notBefore: new Date(found.validFrom),
      notAfter: new Date(found.validTo),
      sha1: found.fingerprint,
      sha256: found.fingerprint256,
    }
  })
}

/** What is wrong with a certificate and its key as a sentence; null when a server can use them together. */
export function certificateProblem(pem: string, keyPem: string): { of: 'certificate' | 'key'; message: string } | null {
  const first = pem.match(pemCertificates)?.[0]
  if (first === undefined) return { of: 'certificate', message: 'Paste the certificate with its chain as PEM.' }
  let certificate: X509Certificate
  try {
    certificateChain(pem)
    certificate = new X509Certificate(first)
  } catch {
    return { of: 'certificate', message: 'This certificate cannot be read: paste the whole PEM text again.' }
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(keyPem))) return null
    return { of: 'key', message: 'This key is not the one of the certificate: paste the key that belongs to it.' }
  } catch {
    const message = 'This key cannot be read: paste the private key as PEM, without a password.'
    return { of: 'key', message }
  }
}

/** Makes a self-signed server certificate for names and IP addresses, valid from now on; both parts are PEM. */
export async function makeCertificate(
  names: readonly [string, ...string[]],
  now: Date,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const made = await generate([{ name: 'commonName', value: names[0] }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A peer whose clock is a little behind must not find it too young.
    notBeforeDate: new Date(now.getTime() - dayMs),
    notAfterDate: new Date(now.getTime() + validDays * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  })
  return { certificate: made.cert, key: made.private }
}
