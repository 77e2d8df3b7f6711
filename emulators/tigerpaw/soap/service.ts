// The SOAP side ("tsiWS", tigerpaw-api.md 3): envelopes 1.1 and 1.2, the AuthHeader, and its one known operation. What is
// inside `Params` and inside the result is known to nobody; it is taken as it comes and kept for who asks.
import type { EmulatorRequest } from '../../kit/definition.ts'
import { isSame } from '../auth/signature.ts'
import type { Store } from '../store/store.ts'
import { parseXml, type XmlElement, XmlError } from '../wire/xml-read.ts'
import { escapeXml } from '../wire/xml-write.ts'

/** Where the service is, in lower case. */
export const soapPath = '/api/rmm/tsiws.asmx'

/** The header's namespace ends with a slash, the operation's does not (tigerpaw-api.md 3). */
const headerNamespace = 'http://www.tigerpawsoftware.com/'
const operationNamespace = 'http://www.tigerpawsoftware.com'
const operation = 'SubmitAgreementAdditionalCharges'
const action = `${operationNamespace}/${operation}`
const keptCalls = 1000

/** What is sent back. */
export type SoapAnswer = { status: number; type: string; body: string }

type Version = { envelope: string; type: string; sender: string; receiver: string }

const versions = {
  '1.1': {
    envelope: 'http://schemas.xmlsoap.org/soap/envelope/',
    type: 'text/xml; charset=utf-8',
    sender: 'soap:Client',
    receiver: 'soap:Server',
  },
  '1.2': {
    envelope: 'http://www.w3.org/2003/05/soap-envelope',
    type: 'application/soap+xml; charset=utf-8',
    sender: 'soap:Sender',
    receiver: 'soap:Receiver',
  },
} as const satisfies Record<string, Version>

class SoapFault extends Error {
  override readonly name = 'SoapFault'
  readonly code: 'sender' | 'receiver'

  constructor(code: 'sender' | 'receiver', message: string) {
    super(message)
    this.code = code
  }
}

/** Answers a request to the service. */
export function answerSoap(store: Store, request: Pick<EmulatorRequest, 'method' | 'headers' | 'body'>): SoapAnswer {
  if (request.method === 'GET') return { status: 200, type: 'text/html; charset=utf-8', body: page }
  if (request.method !== 'POST') return plain(405, 'Method Not Allowed')
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const version = type === 'text/xml' ? versions['1.1'] : type === 'application/soap+xml' ? versions['1.2'] : undefined
  if (!version) return plain(415, 'Unsupported Media Type')
  try {
    if (version === versions['1.1']) checkAction(request.headers.soapaction)
    const params = readCall(store, version, request.body.toString('utf8'))
    store.soapCalls.push({ time: store.clock.now().toISOString(), operation, params })
    if (store.soapCalls.length > keptCalls) store.soapCalls.shift()
    const result = `<${operation}Result>${store.switches.soapResult}</${operation}Result>`
    return envelope(
      version,
      200,
      `<${operation}Response xmlns="${operationNamespace}">${result}</${operation}Response>`,
    )
  } catch (error) {
    if (error instanceof SoapFault) return fault(version, error)
    throw error
  }
}

function checkAction(header: string | string[] | undefined): void {
  const given = String(header ?? '').replace(/^"|"$/g, '')
  if (given === action) return
  throw new SoapFault('sender', `Server did not recognize the value of HTTP Header SOAPAction: ${given}.`)
}

/** The content of `Params`, after header and user were found right. */
function readCall(store: Store, version: Version, text: string): string {
  const root = readEnvelope(version, text)
  const part = (name: string): XmlElement | undefined =>
    root.children.find((child) => child.name === name && child.namespace === version.envelope)
  const header = part('Header')?.children.find(
    ({ name, namespace }) => name === 'AuthHeader' && namespace === headerNamespace,
  )
  const field = (name: string): string => header?.children.find((child) => child.name === name)?.text ?? ''
  const call = part('Body')?.children[0]
  if (call?.name !== operation || call.namespace !== operationNamespace) {
    throw new SoapFault('sender', `Server did not recognize the operation ${call?.name ?? ''}.`)
  }
  const { user, password } = store.account
  const isUser = isSame(field('UserName').toLowerCase(), user.toLowerCase())
  if (!isSame(field('Password'), password) || !isUser) {
    throw new SoapFault('receiver', 'Server was unable to process request. ---> Invalid user name or password.')
  }
  const params = call.children.find(({ name }) => name === 'Params')
  if (!params) throw new SoapFault('receiver', 'Server was unable to process request. ---> Params is missing.')
  return params.source
}

function readEnvelope(version: Version, text: string): XmlElement {
  try {
    const root = parseXml(text)
    if (root.name === 'Envelope' && root.namespace === version.envelope) return root
    throw new SoapFault(
      'sender',
      `Possible SOAP version mismatch: Envelope namespace ${root.namespace} was unexpected.`,
    )
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw new SoapFault('sender', `Server was unable to read request. ---> ${error.message}`)
  }
}

function fault(version: Version, { code, message }: SoapFault): SoapAnswer {
  const text = escapeXml(message)
  const body =
    version === versions['1.1']
      ? `<faultcode>${version[code]}</faultcode><faultstring>${text}</faultstring><detail />`
      : `<soap:Code><soap:Value>${version[code]}</soap:Value></soap:Code>` +
        `<soap:Reason><soap:Text xml:lang="en">${text}</soap:Text></soap:Reason><soap:Detail />`
  return envelope(version, 500, `<soap:Fault>${body}</soap:Fault>`)
}

function envelope(version: Version, status: number, body: string): SoapAnswer {
  const whole = `<soap:Envelope xmlns:soap="${version.envelope}"><soap:Body>${body}</soap:Body></soap:Envelope>`
  return { status, type: version.type, body: `<?xml version="1.0" encoding="utf-8"?>${whole}` }
}

function plain(status: number, body: string): SoapAnswer {
  return { status, type: 'text/plain; charset=utf-8', body }
}

const page =
  '<!DOCTYPE html>\r\n<html><head><title>tsiWS Web Service</title></head>\r\n' +
  `<body><h1>tsiWS</h1><ul><li><a href="?op=${operation}">${operation}</a></li></ul></body></html>\r\n`
