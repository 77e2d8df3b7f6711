import { expectedProblem } from '../problem.ts'

/** Who may send to a source and what may be answered, as the OpenAPI document says it to whoever writes a sender. */

/** A token goes along with each request; or each request is signed, and then all three headers are needed. */
export const ingestSecurity = [{ sourceToken: [] }, { sourceKey: [], sourceTimestamp: [], sourceSignature: [] }]

const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description }) as const

export const ingestSchemes = {
  sourceToken: { type: 'http', scheme: 'bearer', description: 'a token of the source' },
  sourceKey: header('x-tocsin-key', 'the id of a key that signs'),
  sourceTimestamp: header(
    'x-tocsin-timestamp',
    'seconds since 1970 when it was signed; more than five minutes off it is refused',
  ),
  sourceSignature: header(
    'x-tocsin-signature',
    '`sha256=` and the hexadecimal HMAC-SHA256, by the secret of the key, of the timestamp, a full stop and the body as it is sent',
  ),
} as const

/** What a sender must be ready for besides 200; after all others (5xx) it sends the same again later. */
export const ingestRefusals = {
  400: expectedProblem('Nothing was stored: `errors` names each field that is wrong'),
  401: expectedProblem('No such token of this source, or not any more; or the signature or its time is wrong', {
    'WWW-Authenticate': { type: 'string', description: 'the scheme for tokens' },
  }),
  403: expectedProblem('The token is for another company, or web requests are switched off at this source'),
  413: expectedProblem('The body is longer than 32 MiB: send less at once'),
  429: expectedProblem('Too much waits: nothing was stored; send the same again later', {
    'Retry-After': { type: 'integer', minimum: 1, description: 'seconds to wait before' },
  }),
}
