import { request } from 'undici'
import { benchDomain, type Target } from './ingest-senders.ts'
import { until } from './processes.ts'

/** A hub in the server under test, set up over its API, for the row about ingest. */

export type Admin = {
  readonly url: string
  /** Throws when the answer is not good. */
  ok<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T>
  /** Messages of syslog that are on disk, since the server started. */
  taken(): Promise<number>
}

export type Hub = {
  readonly target: Target
  readonly syslogPort: number
  /** 0 without an SMTP listener. */
  readonly smtpPort: number
  /** Certificate of the syslog listener; null without TLS. */
  readonly trust: string | null
}

export type Inbox = {
  readonly waiting: number
  readonly companies: readonly { readonly key: string; readonly events: number }[]
}

type Channels = {
  readonly version: number
  readonly mail: object
  readonly syslog: { readonly tls: { readonly certificate: string } | null } | null
  readonly states: readonly { readonly channel: string; readonly state: string; readonly address: string }[]
}

export async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/healthz`)
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}

export function createAdmin(url: string, token: string): Admin {
  async function ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<string> {
    const answer = await request(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`)
    return text
  }
  return {
    url,
    ok: async <T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object) =>
      JSON.parse(await ask(method, `/api/v1${path}`, body)) as T,
    async taken() {
      const lines = (await ask('GET', '/metrics')).split('\n')
      const own = lines.filter((line) =>
        /^tocsin_channel_messages_total\{.*channel="syslog".*result="(?:read|unread)"/.test(line),
      )
      return own.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    },
  }
}

/** Makes a source, a token, and listeners with limits that a benchmark does not reach. */
export async function openHub(
  admin: Admin,
  name: string,
  { tls, smtp }: { readonly tls: object | null; readonly smtp: boolean },
): Promise<Hub> {
  const { connection } = await admin.ok<{ connection: { id: number } }>('POST', '/sources', {
    ...{ connector: 'kaspersky-hub', name, settings: { mostWaiting: 10_000_000 } },
  })
  const sourceId = connection.id
  const { secret } = await admin.ok<{ secret: string }>('POST', `/sources/${sourceId}/tokens`, { name: 'bench' })
  const path = `/sources/${sourceId}/channels`
  const { version, mail } = await admin.ok<Channels>('GET', path)
  const door = { host: '127.0.0.1', port: 0 }
  const byGroup = {
    name: 'by group',
    on: 'field',
    field: 'gn',
    match: 'pattern',
    value: 'Managed devices/(?<company>.+)',
  }
  const address = `mail@${benchDomain}`
  const own = { name: 'mail', on: 'recipient', match: 'exact', value: address, company: 'mail', companyName: 'mail' }
  const most = 100_000
  const limits = { messagesPerMinutePerPeer: most, messagesPerMinutePerRecipient: most }
  const listener = { ...door, name: benchDomain, domains: [benchDomain], encryption: 'none', limits }
  const saved = await admin.ok<Channels>('PUT', path, {
    version,
    syslog: { ...door, tls, companyRules: [byGroup] },
    ...(smtp && { smtp: listener, mail: { ...mail, allowSenders: ['notify@vendor.example'], companyRules: [own] } }),
  })
  const ports = { syslog: 0, smtp: 0 }
  await until('the listeners stand', 30_000, async () => {
    const { states } = await admin.ok<Channels>('GET', path)
    for (const { channel, state, address: at } of states) {
      if (state === 'listening' && (channel === 'syslog' || channel === 'smtp')) {
        ports[channel] = Number(/:(\d+)$/.exec(at)?.[1] ?? 0)
      }
    }
    return ports.syslog > 0 && (ports.smtp > 0 || !smtp)
  })
  const target = { url: admin.url, sourceId, token: secret }
  return { target, syslogPort: ports.syslog, smtpPort: ports.smtp, trust: saved.syslog?.tls?.certificate ?? null }
}
