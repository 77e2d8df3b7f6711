import { z } from 'zod'
import type { Reach } from '../../http.ts'
import { certificateField, isWebAddress, proxyFields, proxyOf, timeoutField, trustOf } from '../../psa-settings.ts'

/** Where any customer's zone is looked up (autotask-api.md 1.1). */
const defaultBaseUrl = 'https://webservices.autotask.net/ATServicesRest/'

/** These go out in HTTP headers, which carry one line of Latin-1. */
const headerText = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .regex(/^[\x20-\x7e\u00a0-\u00ff]*$/, 'must be one line of ordinary characters')

/** A connection to one Autotask database. Empty text means "not set". */
export const AutotaskSettings = z.strictObject({
  user: headerText.meta({
    title: 'API user name',
    help: 'User name (key) of an Autotask API user: Admin, Resources/Users, a user with the security level "API User (system)" or a copy of it.',
    group: 'Account',
  }),
  secret: headerText.meta({
    title: 'Secret',
    help: "The API user's password (secret), shown once when it is generated.",
    secret: true,
    group: 'Account',
  }),
  integrationCode: headerText.meta({
    title: 'API tracking identifier',
    help: 'The integration code of the API user. Autotask counts concurrent calls by it, so do not share it with another program.',
    secret: true,
    group: 'Account',
  }),
  impersonationResourceId: z
    .string()
    .trim()
    .regex(/^\d*$/, 'must be the number of a resource, or empty')
    .default('')
    .meta({
      title: 'Write as resource',
      help: 'Number of a resource under whose name tickets and notes are written; empty writes them as the API user. Both security levels must allow it.',
      group: 'Account',
    }),
  webUrl: z
    .string()
    .trim()
    .refine((text) => text === '' || isWebAddress(text, ['https:']), 'must be an https address, or empty')
    .default('')
    .meta({
      title: 'Web address',
      help: 'Address of your Autotask in a browser, for links to tickets (https://ww18.autotask.net/). Empty takes the one that the zone tells.',
      group: 'Connection',
    }),
  baseUrl: z
    .string()
    .trim()
    .refine((text) => text === '' || isBaseAddress(text), 'must be an https address (plain http only on this machine)')
    .default('')
    .meta({
      place: true,
      title: 'Zone look-up address',
      help: `Only for tests and gateways. Empty takes ${defaultBaseUrl}; then only addresses under autotask.net are ever called.`,
      group: 'Connection',
    }),
  certificate: certificateField(
    'PEM text of the authority to trust instead of the usual ones, when a company proxy inspects TLS.',
  ),
  ...proxyFields,
  timeoutSeconds: timeoutField('Autotask'),
  threadsPerEndpoint: z.int().min(1).max(3).default(3).meta({
    title: 'Calls at once per entity',
    help: 'Autotask grants 3 for each tracking identifier and entity. Take less when another program shares the identifier.',
    group: 'Limits',
  }),
  requestsPerHour: z.int().min(100).max(10_000).default(6_000).meta({
    title: 'Calls per hour',
    help: 'Our share of the 10,000 calls an hour that Autotask grants to your whole database, all programs together.',
    group: 'Limits',
  }),
  searchLagSeconds: z.int().min(0).max(3_600).default(60).meta({
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

export type AutotaskSettings = z.infer<typeof AutotaskSettings>

/** The zone look-up address with a slash at its end. */
export function baseUrlOf(settings: AutotaskSettings): string {
  const url = settings.baseUrl === '' ? defaultBaseUrl : settings.baseUrl
  return url.endsWith('/') ? url : `${url}/`
}

/** Texts that no error and no log line may hold. */
function secretsOf(settings: AutotaskSettings): readonly string[] {
  return [settings.secret, settings.integrationCode, settings.proxyPassword].filter((text) => text !== '')
}

export function reachOf(settings: AutotaskSettings): Reach {
  return {
    trust: trustOf(settings),
    proxy: proxyOf(settings),
    timeoutMs: settings.timeoutSeconds * 1_000,
    secrets: secretsOf(settings),
    // The zone that the look-up names, which may be any (autotask-api.md 1.1), or the override and what is beside it.
    hosts: [new URL(baseUrlOf(settings)).host, '*.autotask.net'],
  }
}

/**
 * Whether credentials may be sent to this address: https under autotask.net, or the origin of an explicit override.
 * Without this check a forged zone answer could collect the secret.
 */
export function isAllowedAddress(settings: AutotaskSettings, address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (settings.baseUrl !== '' && url.origin === new URL(settings.baseUrl).origin) return true
  return url.protocol === 'https:' && url.port === '' && isAutotaskHost(url.hostname)
}

function isAutotaskHost(host: string): boolean {
  return host === 'autotask.net' || host.endsWith('.autotask.net')
}

/** Plain http would show the secret to the network, so it is for this machine only. */
function isBaseAddress(text: string): boolean {
  if (!isWebAddress(text, ['http:', 'https:'])) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
