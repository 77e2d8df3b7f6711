import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

/** A server certificate with its key, both PEM. */
export type Certificate = {
  key: string
  cert: string
  /** SHA-256 of the certificate, upper-case hex pairs joined by colons, as Node's `fingerprint256`. */
  fingerprint256: string
}

const day = 86_400_000

/**
 * Makes a self-signed certificate for localhost, 127.0.0.1 and ::1, valid from yesterday for ten years of the machine's
 * own time (TLS libraries know no emulator clock). It is its own issuer, so a client may trust it as a CA file.
 */
export async function createCertificate(commonName = 'localhost'): Promise<Certificate> {
  const now = Date.now()
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + 3650 * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { key: made.private, cert: made.cert, fingerprint256: new X509Certificate(made.cert).fingerprint256 }
}
