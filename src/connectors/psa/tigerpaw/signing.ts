import { createHmac } from 'node:crypto'

/** The TSI scheme (tigerpaw-api.md 2.2): every request carries an HMAC of its method, path and date. */

export type Keys = { readonly publicKey: string; readonly privateKey: string }

/** RFC 1123, as the date header and the signed text have it: `Thu, 18 Jun 2015 07:25:43 GMT`. */
export function signingDate(at: Date): string {
  return at.toUTCString()
}

/** Base64 of the HMAC-SHA256 over `method|path|date` in lower case. `path` has neither host nor query. */
export function macOf(method: string, path: string, date: string, privateKey: string): string {
  const signed = `${method}|${path}|${date}`.toLowerCase()
  return createHmac('sha256', Buffer.from(privateKey, 'utf8')).update(signed, 'utf8').digest('base64')
}

/** The `Authorization` header for one request. The query of the address is not signed. */
export function authorizationOf(keys: Keys, method: string, url: string, date: string): string {
  const mac = macOf(method, new URL(url).pathname, date, keys.privateKey)
  return `TSI ${Buffer.from(`${keys.publicKey}:${mac}`, 'utf8').toString('base64')}`
}
