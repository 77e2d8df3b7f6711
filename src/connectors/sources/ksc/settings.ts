import { z } from 'zod'
import type { Reach } from '../../http.ts'
import type { SourceFacts } from '../../source.ts'

const server = 'Server'
const account = 'Account'
const certificate = 'Certificate'
const proxy = 'Proxy'
const polling = 'Polling'

/** A host name, an IPv4 or an IPv6 address; anything that would change the meaning of a URL is refused. */
function isHost(text: string): boolean {
  if (!/^[\p{L}\p{N}._-]+$/u.test(text) && !/^[0-9a-f:.]*:[0-9a-f:.]+$/i.test(text)) return false
  return URL.canParse(`https://${urlHost(text)}/`)
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Settings of a connection to one Administration Server. */
export const Settings = z
  .object({
    address: z
      .string()
      .trim()
      .refine(
        isHost,
        'Write only the host name or IP address of the Administration Server, for example ksc.example.com.',
      )
      .meta({
        place: true,
        title: 'Administration Server',
        help: 'Host name or IP address of the server, without https:// and port.',
        group: server,
      }),
    port: z.number().int().min(1).max(65_535).default(13_299).meta({
      place: true,
      title: 'Port',
      help: 'Port of the Open API; 13299 unless it was changed on the server.',
      group: server,
    }),
    timeoutSeconds: z.number().int().min(1).max(600).default(60).meta({
      title: 'Time-out (seconds)',
      help: 'Longest time that one call to the server may take.',
      group: server,
    }),
    user: z.string().min(1, 'Enter the name of the account.').meta({
      title: 'User name',
      help: 'An account with a role that can read: the right “Basic functionality: Read” is enough.',
      group: account,
    }),
    password: z.string().min(1, 'Enter the password of the account.').meta({
      title: 'Password',
      help: 'Password of this account.',
      secret: true,
      group: account,
    }),
    internalUser: z.boolean().default(true).meta({
      title: 'Internal user of Kaspersky Security Center',
      help: 'Switch off for an account of Windows or of a domain.',
      group: account,
    }),
    domain: z
      .string()
      .trim()
      .regex(/^[^"\p{Cc}]*$/u, 'A domain name holds no quotation marks.')
      .default('')
      .meta({
        title: 'Domain',
        help: 'Domain of the account; leave it empty for an internal user or an account of the server itself.',
        group: account,
      }),
    trust: z
      .enum(['fingerprint', 'ca'])
      .default('fingerprint')
      .meta({
        place: true,
        title: 'Trust the server by',
        titles: { fingerprint: 'Fingerprint of its certificate', ca: 'Certificate file' },
        help: 'By the fingerprint of its certificate, or by a certificate file: that of the server or of the authority that issued it.',
        group: certificate,
      }),
    fingerprint: z
      .string()
      .trim()
      .default('')
      .meta({
        place: true,
        title: 'SHA-256 fingerprint',
        when: { key: 'trust', value: 'fingerprint' },
        help: 'Fingerprint of klserver.cer: 64 hexadecimal digits, with or without colons.',
        group: certificate,
      }),
    caPem: z
      .string()
      .trim()
      .default('')
      .meta({
        place: true,
        title: 'Certificate (PEM)',
        when: { key: 'trust', value: 'ca' },
        help: 'Text that begins with -----BEGIN CERTIFICATE-----.',
        group: certificate,
        multiline: true,
      }),
    proxyAddress: z
      .string()
      .trim()
      .refine(
        (text) => text === '' || /^https?:\/\/[^/@\s]+\/?$/.test(text),
        'Write the proxy as http://proxy.example:3128.',
      )
      .default('')
      .meta({
        place: true,
        title: 'HTTP proxy',
        help: 'For example http://proxy.example:3128; empty for none.',
        group: proxy,
      }),
    proxyUser: z
      .string()
      .default('')
      .meta({ title: 'Proxy user', help: 'Empty when the proxy asks for none.', group: proxy }),
    proxyPassword: z
      .string()
      .default('')
      .meta({ title: 'Proxy password', help: 'Password of the proxy user.', secret: true, group: proxy }),
    computersEverySeconds: z.number().int().min(10).max(86_400).default(300).meta({
      title: 'Read computer statuses every (seconds)',
      help: 'Time between two readings of all computers.',
      group: polling,
    }),
    eventsEverySeconds: z.number().int().min(5).max(86_400).default(60).meta({
      title: 'Read events every (seconds)',
      help: 'Time between two readings of new events.',
      group: polling,
    }),
    pageSize: z.number().int().min(1).max(20_000).default(1000).meta({
      title: 'Records a page',
      help: 'Computers or events read in one call.',
      group: polling,
    }),
    tenantsPerQuery: z.number().int().min(1).max(200).default(25).meta({
      title: 'Virtual servers a query',
      help: 'Virtual servers whose computers are listed together; fewer make a slow server answer sooner.',
      group: polling,
    }),
    eventOverlap: z.number().int().min(0).max(50_000).default(1000).meta({
      title: 'Event numbers to read again',
      help: 'Event numbers below the last one that are looked at again, since the server may store two events out of order.',
      group: polling,
    }),
    namesAllReasons: z.boolean().default(false).meta({
      title: 'This server names the reasons of both levels',
      help: 'Leave off unless a Critical computer also shows the reasons it has at Warning level; while off, those stay open until the computer is no longer Critical.',
      group: polling,
    }),
  })
  .superRefine((settings, refinement) => {
    if (settings.trust === 'fingerprint' && !/^([0-9a-f]{2}[\s:-]?){31}[0-9a-f]{2}$/i.test(settings.fingerprint)) {
      const message = 'Enter the SHA-256 fingerprint of the server certificate: 64 hexadecimal digits.'
      refinement.addIssue({ code: 'custom', path: ['fingerprint'], message })
    }
    if (settings.trust === 'ca' && !settings.caPem.includes('-----BEGIN CERTIFICATE-----')) {
      const message = 'Paste the certificate as PEM text, beginning with -----BEGIN CERTIFICATE-----.'
      refinement.addIssue({ code: 'custom', path: ['caPem'], message })
    }
  })

export type Settings = z.infer<typeof Settings>

/** Address of the Open API, without a path. */
export function baseUrl(settings: Settings): string {
  return `https://${urlHost(settings.address)}:${settings.port}`
}

/** What the poll needs to know of this connection. */
export function settingsFacts(settings: Settings): SourceFacts {
  const { namesAllReasons, computersEverySeconds, eventsEverySeconds } = settings
  return { namesAllReasons, computersEverySeconds, eventsEverySeconds }
}

/** How to reach the server. There is no way to accept any certificate. */
export function settingsReach(settings: Settings): Reach {
  const { trust, fingerprint, caPem, proxyAddress, proxyUser, proxyPassword, password, timeoutSeconds } = settings
  return {
    trust: trust === 'ca' ? { by: 'ca', pem: caPem } : { by: 'fingerprint', sha256: fingerprint },
    proxy: proxyAddress === '' ? null : { url: proxyAddress, user: proxyUser, password: proxyPassword },
    timeoutMs: timeoutSeconds * 1000,
    secrets: [password, proxyPassword],
    hosts: [new URL(baseUrl(settings)).host],
  }
}
