import { Buffer } from 'node:buffer'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { harmless, jsonOf } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { HintMessage, PsaHints } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { endpoint } from './company-info.ts'
import { textBegins } from './conditions.ts'
import { readAll } from './pages.ts'
import { apiOrigin, type ConnectwiseSettings } from './settings.ts'

/** Messages of ConnectWise about changed tickets (connectwise-api.md 11). */

const Callback = z.object({ id: z.int(), url: z.string(), inactiveFlag: z.boolean().nullish() })
const callbackFields = Object.keys(Callback.shape)

const Message = z.object({
  Type: z.string(),
  /** A text with JSON in it; null for what was deleted. */
  Entity: z.string().nullish(),
  Metadata: z.object({ key_url: z.string() }),
})
const Ticket = z.object({ externalXRef: z.string().nullish() })
const Key = z.object({ signing_key: z.string().min(1) })

/** What every reference of Tocsin begins with. */
const ourReferences = 'tocsin-'

/** Keys that fitted, by address, for the life of the process. */
const keys = new Map<string, string>()
const mostKeys = 100
/** A key that did not fit may have been replaced, but is asked for no more often than this, in ms. */
const askAgainMs = 60_000
/** Anybody may name addresses of a site, and each question is a call of the desk's hour: no more than this in that time. */
const mostAsked = 5
const asked = new Map<string, readonly { readonly address: string; readonly at: number }[]>()

export const callbacks: PsaHints<ConnectwiseSettings> = {
  areWanted: (settings) => settings.callbacks,
  register,
  judge,
}

async function register(context: Context, address: string): Promise<void> {
  // The id of the ticket is put behind it (connectwise-api.md 11).
  const url = `${address}?recordId=`
  const where = textBegins('url', address)
  const present = await readAll(context, { path: 'system/callbacks', where, fields: callbackFields, row: Callback })
  const ours = present.find((one) => one.url === url)
  if (ours === undefined) {
    const body = {
      description: 'Tocsin: changes of tickets',
      url,
      objectId: 1,
      type: 'ticket',
      level: 'owner',
      inactiveFlag: false,
      isSelfSuppressedFlag: true,
    }
    await call(context, { method: 'POST', path: 'system/callbacks', body }, Callback)
  } else if (ours.inactiveFlag === true) {
    const body = [{ op: 'replace', path: 'inactiveFlag', value: false }]
    await call(context, { method: 'PATCH', path: `system/callbacks/${ours.id}`, body, onRecord: true }, Callback)
  }
}

async function judge(context: Context, message: HintMessage): Promise<'ours' | 'of-others' | 'forged'> {
  const parsed = Message.safeParse(jsonOf({ text: Buffer.from(message.body).toString('utf8') }))
  const signature = message.headers['x-content-signature'] ?? ''
  if (!parsed.success || signature === '') return 'forged'
  const { Type, Entity, Metadata } = parsed.data
  if (Type !== 'ticket' || !mayBeOurs(Entity ?? null)) return 'of-others'
  const address = keyAddress(context.settings, Metadata.key_url)
  if (address === null) return 'forged'
  const known = keys.get(address)
  if (known !== undefined && fits(known, message.body, signature)) return 'ours'
  if (!mayAsk(address, context.now().getTime())) return 'forged'
  const key = await askKey(context, address)
  if (!fits(key, message.body, signature)) return 'forged'
  // Only these: what anybody may name would drive them out.
  remember(address, key)
  return 'ours'
}

function mayAsk(address: string, now: number): boolean {
  const { origin } = new URL(address)
  const lately = (asked.get(origin) ?? []).filter(({ at }) => now - at < askAgainMs)
  if (lately.length >= mostAsked || lately.some((one) => one.address === address)) return false
  asked.set(origin, [...lately, { address, at: now }])
  return true
}

/** What was deleted does not tell its reference. */
function mayBeOurs(entity: string | null): boolean {
  if (entity === null) return true
  const ticket = Ticket.safeParse(jsonOf({ text: entity }))
  return ticket.success && ticket.data.externalXRef?.startsWith(ourReferences) === true
}

/** The message says where its key is, and anybody may have written it: only the site of the settings is asked. */
function keyAddress(settings: ConnectwiseSettings, text: string): string | null {
  const url = URL.parse(text)
  return url !== null && url.origin === new URL(apiOrigin(settings)).origin && url.username === '' ? url.href : null
}

async function askKey({ http }: Context, url: string): Promise<string> {
  const reply = await harmless(http.request({ method: 'GET', url, endpoint, headers: { Accept: 'application/json' } }))
  const key = Key.safeParse(jsonOf(reply))
  if (reply.status === 200 && key.success) return key.data.signing_key
  const message = `ConnectWise did not give the key of its callbacks (${reply.status}).`
  throw new ConnectorError('later', 'bad-reply', message)
}

function fits(key: string, body: Uint8Array, signature: string): boolean {
  const hashed = createHash('sha256').update(key, 'utf8').digest()
  const expected = createHmac('sha256', hashed).update(body).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function remember(address: string, key: string): void {
  if (keys.size >= mostKeys) keys.clear()
  keys.set(address, key)
}
