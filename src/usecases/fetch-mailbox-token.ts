import { z } from 'zod'
import type { MailboxSettings } from '../channels/mail/settings.ts'
import { jsonOf, waitUntil } from '../connectors/answers.ts'
import { ConnectorError } from '../connectors/failure.ts'
import type { HttpReply } from '../connectors/http.ts'
import { isLinkLocal } from '../lib/link-local.ts'
import { trustBeside } from '../lib/trust-beside.ts'
import type { Deps } from './deps.ts'
import { openGate } from './open-connection.ts'

/**
 * The token by which an application signs in at Exchange Online: the client credentials grant (RFC 6749 4.4) as Microsoft's page
 * "Authenticate an IMAP, POP or SMTP connection using OAuth" tells it.
 */

type MailboxToken = { readonly token: string; readonly lifeSeconds: number }
type Application = Pick<MailboxSettings, 'authority' | 'tenant' | 'clientId' | 'password' | 'authorities'>

/** Whole time allowed for the answer of the authority, in ms, and its size in bytes. */
const answerMs = 10_000
const longestAnswer = 256 * 1024
/** To be asked again after so long, in ms, where a 429 does not say when. */
const usualWaitMs = 60_000
const mostWords = 400

/** What a token is for; each cloud of Microsoft that is apart has its own. */
const usualScope = 'https://outlook.office365.com/.default'
const scopes: Readonly<Record<string, string>> = {
  'login.microsoftonline.us': 'https://outlook.office365.us/.default',
  'login.partner.microsoftonline.cn': 'https://partner.outlook.cn/.default',
  'login.chinacloudapi.cn': 'https://partner.outlook.cn/.default',
}

const Granted = z.object({
  // What stands in a header of SASL holds no blanks or controls.
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive(),
})
const Refused = z.object({ error: z.string(), error_description: z.string().catch('') })

/** Asks the authority for a token. Throws `ConnectorError` whose words hold neither the client secret nor a token. */
export async function fetchMailboxToken(
  deps: Pick<Deps, 'httpClient' | 'log' | 'clock'>,
  application: Application,
  signal: AbortSignal,
): Promise<MailboxToken> {
  const { authority, tenant, clientId, password, authorities } = application
  const { origin, host, hostname } = new URL(authority)
  const form = new URLSearchParams({
    client_id: clientId,
    scope: scopes[hostname] ?? usualScope,
    client_secret: password,
    grant_type: 'client_credentials',
  })
  const http = deps.httpClient({
    trust: authorities === null ? { by: 'system' } : { by: 'ca', pem: trustBeside(authorities).join('\n') },
    proxy: null,
    timeoutMs: answerMs,
    maxReplyBytes: longestAnswer,
    gate: openGate,
    // A form writes some characters otherwise than an address does.
    secrets: [password, new URLSearchParams([['', password]]).toString().slice(1)],
    log: deps.log.child({ authority: host }),
    signal,
    hosts: [host],
    refusesAddress: isLinkLocal,
  })
  try {
    const reply = await http.request({
      method: 'POST',
      url: `${origin}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      endpoint: 'token',
    })
    if (reply.status === 200) return readToken(host, reply)
    throw toRefusal(application, host, reply, http.redact, deps.clock.now())
  } finally {
    await http.close()
  }
}

/** Nothing of the answer is quoted: it may be most of a token. */
function readToken(host: string, reply: HttpReply): MailboxToken {
  const granted = Granted.safeParse(jsonOf(reply))
  if (granted.success) return { token: granted.data.access_token, lifeSeconds: granted.data.expires_in }
  const what = isPage(reply) ? 'a web page' : 'something else'
  const message = `${host} answered with ${what} where a token should be. Check the address of the sign-in authority, and what stands between.`
  throw new ConnectorError('later', 'bad-reply', message)
}

function isPage({ headers, text }: HttpReply): boolean {
  return /html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text)
}

function toRefusal(
  { tenant, clientId }: Application,
  host: string,
  reply: HttpReply,
  redact: (text: string) => string,
  now: Date,
): ConnectorError {
  const { status } = reply
  const refused = Refused.safeParse(jsonOf(reply))
  if (status === 429) {
    const until = waitUntil(reply, now, usualWaitMs)
    return new ConnectorError('limited', 'rate-limited', `${host} asks us to wait (429).`, { until })
  }
  const isBusy = refused.success && ['temporarily_unavailable', 'server_error'].includes(refused.data.error)
  if (status >= 500 || isBusy) {
    const message = `The sign-in authority ${host} has a fault of its own (${status}). It is asked again.`
    return new ConnectorError('later', 'server-error', message)
  }
  if (!refused.success) {
    const what = isPage(reply) ? ' with a web page' : ''
    const message = `${host} answered ${status}${what}, and not as a sign-in authority does. Check its address.`
    return new ConnectorError('denied', 'wrong-address', message)
  }
  const { error, error_description: description } = refused.data
  const said = redact(ownWords(description)) || error
  return new ConnectorError('denied', 'bad-credentials', inWords(error, said, { tenant, clientId }))
}

/**
 * The kind by the field that the standard names (RFC 6749 5.2). Numbers may change, Microsoft says: those of a wrong tenant (AADSTS90002,
 * 900023) only choose the advice.
 */
function inWords(error: string, said: string, { tenant, clientId }: Pick<Application, 'tenant' | 'clientId'>): string {
  if (/^AADSTS(90002|900023)\b/.test(said)) {
    return `The authority does not know the tenant “${tenant}”: ${said} Check the Directory (tenant) ID.`
  }
  switch (error) {
    case 'invalid_client':
      return `The authority refused the client secret: ${said} Enter the Value of a client secret that has not expired, not its Secret ID.`
    case 'unauthorized_client':
      return `The authority does not let the application ${clientId} in: ${said} Check the Application (client) ID and the tenant, and that an administrator of the tenant gave consent.`
    case 'invalid_scope':
    case 'invalid_resource':
      return `The authority gives no token for Exchange Online: ${said} Check that the tenant has Exchange Online, and that the authority is the one of its cloud.`
    default:
      return `The authority gives no token: ${said}`
  }
}

/** Without the marks for its own support that Microsoft puts behind, and as one line that ends like a sentence. */
function ownWords(description: string): string {
  const words = (description.split(/\s*Trace ID:/)[0] ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim()
  const short = words.length > mostWords ? `${words.slice(0, mostWords)}…` : words
  return short === '' || /[.!?…]$/.test(short) ? short : `${short}.`
}
