// Who gets in (connectwise-api.md 2).
import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, errorAnswer, tooManyRequests } from './answers.ts'
import type { Store } from './store/store.ts'
import type { Throttle } from './throttle.ts'

/** Checks a request's credentials, client id and the throttle; gives the answer that turns it away, if any. */
export function checkEntry(store: Store, throttle: Throttle, headers: IncomingHttpHeaders): Answer | undefined {
  const { account, switches } = store
  if (!hasKeys(store, String(headers.authorization ?? ''))) {
    return switches.badCredentials === 404
      ? errorAnswer(404, 'NotFound', 'The requested resource was not found.')
      : errorAnswer(401, 'Unauthorized', 'Company or keys are not valid.')
  }
  if (String(headers.clientid ?? '').toLowerCase() !== account.clientId.toLowerCase()) {
    return errorAnswer(switches.missingClientId, 'Security', 'The clientId header is missing or not registered.')
  }
  const wait = throttle.admit()
  return wait > 0 ? tooManyRequests(wait) : undefined
}

/** `Basic base64(company + "+" + publicKey + ":" + privateKey)`. */
function hasKeys(store: Store, authorization: string): boolean {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(authorization) ?? []
  const given = Buffer.from(encoded, 'base64').toString('utf8')
  const { companyId, publicKey, privateKey } = store.account
  const [company = ''] = given.split('+', 1)
  return (
    company.toLowerCase() === companyId.toLowerCase() && given.slice(company.length) === `+${publicKey}:${privateKey}`
  )
}
