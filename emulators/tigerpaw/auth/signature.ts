// The TSI scheme (tigerpaw-api.md 2.2), in its own words: one HMAC for every request.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** What is signed: method, path without host and query, date; all of it in lower case. */
export function signedText(method: string, path: string, date: string): string {
  return `${method}|${path}|${date}`.toLowerCase()
}

/** Base64 of the HMAC-SHA256 over the signed text. */
export function sign(privateKey: string, text: string): string {
  return createHmac('sha256', Buffer.from(privateKey, 'utf8')).update(text, 'utf8').digest('base64')
}

/** The two parts of a token, or undefined when it is none. */
export function readToken(authorization: string): { publicKey: string; mac: string } | undefined {
  const encoded = /^TSI ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization.trim())?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { publicKey: text.slice(0, colon), mac: text.slice(colon + 1) }
}

/** Whether two texts are equal, in a time that tells nothing of where they differ. */
export function isSame(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')]
  return first.length === second.length && timingSafeEqual(first, second)
}

/** Milliseconds of an RFC 1123 date such as `Thu, 18 Jun 2015 07:25:43 GMT`; NaN for anything else. */
export function parseHttpDate(text: string): number {
  if (!/^[a-z]{3}, \d{2} [a-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/i.test(text)) return Number.NaN
  return Date.parse(text)
}
