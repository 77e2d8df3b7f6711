import { z } from 'zod'
import type { HttpOptions } from './http.ts'

/** Settings that the connections of all desks have alike. Empty text means "not set". */

/** The way through a proxy. */
export const proxyFields = {
  proxyUrl: z
    .string()
    .trim()
    .refine((text) => text === '' || isWebAddress(text, ['http:', 'https:']), 'must look like http://proxy:3128')
    .default('')
    .meta({
      place: true,
      title: 'HTTP proxy',
      help: 'Address such as http://proxy:3128; empty for none.',
      group: 'Connection',
    }),
  proxyUser: z.string().default('').meta({ title: 'Proxy user', help: '', group: 'Connection' }),
  proxyPassword: z.string().default('').meta({ title: 'Proxy password', help: '', secret: true, group: 'Connection' }),
}

/** An authority that is trusted instead of the usual ones; `help` says when it is needed. */
export function certificateField(help: string) {
  return z
    .string()
    .trim()
    .refine((text) => text === '' || text.includes('-----BEGIN CERTIFICATE-----'), 'must be PEM text, or empty')
    .default('')
    .meta({ place: true, title: 'Additional root certificate', help, multiline: true, group: 'Connection' })
}

/** Longest wait in seconds for one answer of the desk. */
export function timeoutField(desk: string) {
  return z
    .int()
    .min(5)
    .max(300)
    .default(60)
    .meta({ title: 'Time-out in seconds', help: `Longest wait for one answer of ${desk}.`, group: 'Limits' })
}

/** A proxy and the ways to trust, as the HTTP client takes them. */
export function proxyOf(settings: {
  readonly proxyUrl: string
  readonly proxyUser: string
  readonly proxyPassword: string
}): HttpOptions['proxy'] {
  const { proxyUrl, proxyUser, proxyPassword } = settings
  return proxyUrl === '' ? null : { url: proxyUrl, user: proxyUser, password: proxyPassword }
}

/** By fingerprint or by authority where one is given, else as the system trusts. */
export function trustOf(settings: {
  readonly fingerprint?: string
  readonly certificate: string
}): HttpOptions['trust'] {
  const { fingerprint = '', certificate } = settings
  if (fingerprint !== '') return { by: 'fingerprint', sha256: fingerprint }
  return certificate === '' ? { by: 'system' } : { by: 'ca', pem: certificate }
}

/** An address without credentials in it. */
export function isWebAddress(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return protocols.includes(url.protocol) && url.username === '' && url.password === ''
}
