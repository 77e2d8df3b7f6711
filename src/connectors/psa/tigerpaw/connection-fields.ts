import { z } from 'zod'
import { certificateField, isWebAddress, proxyFields } from '../../psa-settings.ts'

/** Settings of a connection: who we are, and where the API is. */

/** Host of the tenants that Tigerpaw itself hosts (tigerpaw-api.md 1). */
const hostedUrl = 'https://api2.tigerpawsoftware.com'

const account = 'Account'
const connection = 'Connection'
const soap = 'Billing (SOAP)'

const key = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .regex(/^[^\p{Cc}]*$/u, 'must be one line')

export const connectionFields = {
  publicKey: key.regex(/^[^:]*$/, 'must hold no colon').meta({
    title: 'REST public key',
    help: 'Of the rep this program works as: Edit, Master Tables, Rep, Account Reps, the rep, tab Admin, REST API Security.',
    group: account,
  }),
  privateKey: key.meta({
    title: 'REST private key',
    help: 'Shown at the same place. It signs every request and is never sent.',
    secret: true,
    group: account,
  }),
  baseUrl: z
    .string()
    .trim()
    .refine(isBaseAddress, 'must be an https address without a path and a query (plain http only on this machine)')
    .default(hostedUrl)
    .meta({
      place: true,
      title: 'API address',
      help: `${hostedUrl} when Tigerpaw hosts your API; otherwise the address of your own API server, such as https://api.example.com.`,
      group: connection,
    }),
  apiPath: z
    .string()
    .trim()
    .regex(/^(\/[\w.~-]+)*\/?$/, 'must be a path such as /api, or empty')
    .default('/api')
    .meta({ title: 'API path', help: 'Where the REST interface begins; usually /api.', group: connection }),
  fingerprint: z
    .string()
    .trim()
    .regex(/^(([0-9a-f]{2}[\s:-]?){31}[0-9a-f]{2})?$/i, 'must be 64 hexadecimal digits, or empty')
    .default('')
    .meta({
      place: true,
      title: 'SHA-256 fingerprint of the certificate',
      help: 'For an API server of your own whose certificate no authority has issued.',
      group: connection,
    }),
  certificate: certificateField(
    'PEM text of the authority to trust instead of the usual ones, for an internal authority or a proxy that inspects TLS.',
  ),
  ...proxyFields,
  orderUrl: z
    .string()
    .trim()
    .refine(
      (text) =>
        text === '' || (isWebAddress(text.replace('{number}', '1'), ['https:', 'http:']) && text.includes('{number}')),
      'must be a web address with {number} in it, or empty',
    )
    .default('')
    .meta({
      title: 'Web address of a service order',
      help: 'With {number} where its number goes, for links; empty when your Tigerpaw shows none in a browser.',
      group: connection,
    }),
}

/** The service that billing uses. */
export const soapFields = {
  soapUser: z.string().trim().default('').meta({
    title: 'SOAP user name',
    help: 'User made with "tsiWS Users" and tied to an external product. Only billing needs it; the check tries it when it is given.',
    group: soap,
  }),
  soapPassword: z.string().default('').meta({ title: 'SOAP password', help: '', secret: true, group: soap }),
  soapPath: z
    .string()
    .trim()
    .regex(/^(\/[\w.~-]+)+$/, 'must be a path such as /api/rmm/tsiWS.asmx')
    .default('/api/rmm/tsiWS.asmx')
    .meta({ title: 'SOAP path', help: 'Where the service tsiWS answers on the API host.', group: soap }),
}

/** Over plain http anyone on the way could change a request's body, which is not signed. */
function isBaseAddress(text: string): boolean {
  if (!isWebAddress(text, ['http:', 'https:'])) return false
  const { protocol, hostname, pathname, search, hash } = new URL(text)
  if (pathname !== '/' || search !== '' || hash !== '') return false
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
