import { z } from 'zod'
import type { Reach } from '../../http.ts'
import { certificateField, proxyFields, proxyOf, timeoutField, trustOf } from '../../psa-settings.ts'

/** These go out in HTTP headers, which carry one line of plain characters. */
const headerText = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .regex(/^[\x20-\x7e]*$/, 'must be one line of plain characters')

/** A connection to one ConnectWise PSA company. Empty text means "not set". */
export const ConnectwiseSettings = z
  .strictObject({
    site: z
      .string()
      .trim()
      .refine(
        isSite,
        'must be the host of your ConnectWise, for example na.myconnectwise.net (plain http only on this machine)',
      )
      .meta({
        place: true,
        title: 'Site',
        help: 'Host name where you sign in to ConnectWise PSA: na, eu, au ... .myconnectwise.net, or your own server. For the cloud "api-" is put in front by itself.',
        group: 'Account',
      }),
    companyId: headerText.regex(/^[^\s+:/]*$/, 'must be the company of the sign-in screen, without spaces').meta({
      title: 'Company ID',
      help: 'What you enter as company when you sign in.',
      group: 'Account',
    }),
    publicKey: headerText.regex(/^[^:]*$/, 'must not hold a colon').meta({
      title: 'Public key',
      help: 'Public key of an API member: System, Members, API Members, API Keys.',
      group: 'Account',
    }),
    privateKey: headerText.meta({
      title: 'Private key',
      help: 'Private key of the same pair, shown once when it is generated.',
      secret: true,
      group: 'Account',
    }),
    clientId: headerText.meta({
      title: 'Client ID',
      help: 'Identifier of this integration, registered at developer.connectwise.com under ClientID; ConnectWise refuses calls without it.',
      group: 'Account',
    }),
    processNotifications: z.boolean().default(false).meta({
      title: 'Let ConnectWise send its notifications',
      help: 'While off, tickets and notes of Tocsin are written without the e-mails that ConnectWise would send to contacts and technicians.',
      group: 'Tickets',
    }),
    callbacks: z.boolean().default(false).meta({
      title: 'Tell Tocsin of changes at once',
      help: 'Registers a callback at ConnectWise, so that what technicians do is seen in seconds. ConnectWise must reach the address in TOCSIN_PUBLIC_URL. Changes are read in turn all the same.',
      group: 'Tickets',
    }),
    apiVersion: z
      .string()
      .trim()
      .regex(/^(\d+(\.\d+)*)?$/, 'must look like 2022.1, or be empty')
      .default('2022.1')
      .meta({
        title: 'Interface version',
        help: 'Release of ConnectWise PSA whose data model is asked for; empty takes the newest. Older servers take 3.0.0.',
        group: 'Connection',
      }),
    fingerprint: z
      .string()
      .trim()
      .refine(
        (text) => text === '' || /^([0-9a-f]{2}[\s:-]?){31}[0-9a-f]{2}$/i.test(text),
        'must be 64 hexadecimal digits, or empty',
      )
      .default('')
      .meta({
        place: true,
        title: 'SHA-256 fingerprint',
        help: 'For your own server with a certificate that no public authority signed: its fingerprint. Empty for the cloud.',
        group: 'Connection',
      }),
    certificate: certificateField(
      'PEM text of the authority to trust instead of the usual ones: that of your own server, or of a company proxy that inspects TLS.',
    ),
    ...proxyFields,
    timeoutSeconds: timeoutField('ConnectWise'),
    callsAtOnce: z.int().min(1).max(10).default(3).meta({
      title: 'Calls at once',
      help: 'ConnectWise names no number; few are kind to the technicians who work on the same server.',
      group: 'Limits',
    }),
    requestsPerHour: z.int().min(100).max(60_000).default(20_000).meta({
      title: 'Calls per hour',
      help: 'ConnectWise begins to turn calls away above 1,000 a minute, all programs together.',
      group: 'Limits',
    }),
    searchLagSeconds: z.int().min(0).max(3_600).default(30).meta({
      title: 'Search lag in seconds',
      help: 'How long a ticket may stay invisible to a search after its creation was answered or given up. Until then no second attempt is made.',
      group: 'Limits',
    }),
    changesEverySeconds: z.int().min(15).max(3_600).default(60).meta({
      title: 'Look for changes every (seconds)',
      help: 'How often tickets that technicians closed or reopened are looked for.',
      group: 'Limits',
    }),
  })
  .superRefine(({ fingerprint, certificate }, refinement) => {
    if (fingerprint === '' || certificate === '') return
    const message = 'Give either a fingerprint or a certificate, not both.'
    refinement.addIssue({ code: 'custom', path: ['fingerprint'], message })
  })

export type ConnectwiseSettings = z.infer<typeof ConnectwiseSettings>

/** Hosts in the cloud whose interface lives behind the prefix `api-` (connectwise-api.md 1). */
const cloudHost = /^(?:[a-z]{2,3}\.myconnectwise\.net|staging\.connectwisedev\.com)$/

/** Where the interface is, without a slash at its end. */
export function apiOrigin(settings: ConnectwiseSettings): string {
  const { protocol, hostname, host } = siteUrl(settings.site)
  return `${protocol}//${cloudHost.test(hostname) ? 'api-' : ''}${host}`
}

/** Where people open it, without a slash at its end. */
export function webOrigin(settings: ConnectwiseSettings): string {
  const { protocol, hostname, host } = siteUrl(settings.site)
  return `${protocol}//${cloudHost.test(hostname.replace(/^api-/, '')) ? host.replace(/^api-/, '') : host}`
}

/** What `Authorization: Basic` carries, before it is encoded (connectwise-api.md 2). */
export function credentialsOf({ companyId, publicKey, privateKey }: ConnectwiseSettings): string {
  return `${companyId}+${publicKey}:${privateKey}`
}

export function reachOf(settings: ConnectwiseSettings): Reach {
  return {
    trust: trustOf(settings),
    proxy: proxyOf(settings),
    timeoutMs: settings.timeoutSeconds * 1_000,
    // The header holds the key only inside the encoded whole.
    secrets: [settings.privateKey, credentialsOf(settings), settings.proxyPassword].filter((text) => text !== ''),
    hosts: [new URL(apiOrigin(settings)).host],
  }
}

function isSite(text: string): boolean {
  if (/[\s\\@?#]/.test(text) || !URL.canParse(withProtocol(text))) return false
  const { protocol, hostname } = siteUrl(text)
  if (!isOrigin(withProtocol(text), ['http:', 'https:'])) return false
  // Plain http would show the keys to the network, so it is for this machine only.
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

function siteUrl(site: string): URL {
  return new URL(withProtocol(site))
}

function withProtocol(site: string): string {
  return /^[a-z]+:\/\//i.test(site) ? site : `https://${site}`
}

/** An address of nothing but protocol, host and port. */
function isOrigin(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const isPlain = url.username === '' && url.password === '' && url.pathname === '/' && url.search === ''
  return protocols.includes(url.protocol) && isPlain && url.hash === ''
}
