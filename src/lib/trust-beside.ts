import { getCACertificates } from 'node:tls'

/** The authorities that Node and this machine trust, and those of the PEM text: Node's own `ca` takes the place of all others. */
export function trustBeside(pem: string): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), pem])]
}
