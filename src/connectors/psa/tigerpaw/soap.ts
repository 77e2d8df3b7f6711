import { harmless } from '../../answers.ts'
import type { HttpReply } from '../../http.ts'
import type { Context } from './client.ts'
import { originOf } from './settings.ts'

/**
 * The SOAP service "tsiWS" (tigerpaw-api.md 3), as far as it is known: one operation, which writes lines of an agreement, and
 * the header with user and password. Ticketing does not need it.
 */

/** The header's namespace ends with a slash, the operation's does not. */
const headerNamespace = 'http://www.tigerpawsoftware.com/'
const namespace = 'http://www.tigerpawsoftware.com'
const operation = 'SubmitAgreementAdditionalCharges'

export type SoapVerdict = 'accepted' | 'rejected' | 'absent'

/**
 * Tries user and password: sends the operation without anything in it, so that there is nothing to write. What a fault
 * says is not documented; one that does not speak of the user means that the user was let in.
 */
export async function trySoapUser(context: Context): Promise<{ verdict: SoapVerdict; words: string }> {
  const { settings } = context
  const reply = await harmless(
    context.http.request({
      method: 'POST',
      url: `${originOf(settings)}${settings.soapPath}`,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${namespace}/${operation}"` },
      body: emptyEnvelope(settings.soapUser, settings.soapPassword),
      endpoint: 'soap',
    }),
  )
  const words = faultIn(reply, context)
  if (!isEnvelope(reply)) return { verdict: 'absent', words: `status ${reply.status}` }
  const isUserFault = /user|password|log-?in|credential|authenticat|authori[sz]|access denied|permission/i.test(words)
  return { verdict: isUserFault ? 'rejected' : 'accepted', words }
}

function emptyEnvelope(user: string, password: string): string {
  const header = `<AuthHeader xmlns="${headerNamespace}"><UserName>${escapeXml(user)}</UserName><Password>${escapeXml(password)}</Password></AuthHeader>`
  const body = `<${operation} xmlns="${namespace}"><Params /></${operation}>`
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>${header}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
}

/** A fault comes with HTTP 500, a result with 200; anything else is no SOAP service. */
function isEnvelope({ status, text }: HttpReply): boolean {
  return (status === 200 || status === 500) && /<(\w+:)?Envelope[\s>]/.test(text)
}

function faultIn(reply: HttpReply, context: Context): string {
  const text = /<faultstring[^>]*>([\s\S]*?)<\/faultstring>/i.exec(reply.text)?.[1] ?? ''
  return context.http.redact(text).replace(/\s+/g, ' ').trim().slice(0, 300).toWellFormed()
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
