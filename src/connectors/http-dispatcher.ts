import { X509Certificate } from 'node:crypto'
import type { LookupFunction, Socket } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext, TLSSocket } from 'node:tls'
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici'
import { ConnectorError } from './failure.ts'
import type { HttpOptions, Proxy as HttpProxy, Trust } from './http.ts'
import { createLookup, forbiddenAddress } from './http-address.ts'

type Connect = buildConnector.connector
type Verify = (socket: Socket | TLSSocket) => ConnectorError | null
type DispatcherOptions = Pick<
  HttpOptions,
  'trust' | 'proxy' | 'timeoutMs' | 'onCertificate' | 'refusesAddress' | 'resolve'
>

/**
 * The sockets of one connection: trust, proxy, keep-alive. HTTP/1.1 only (one request at a time on a socket), and no
 * variable of the environment has a say. Throws `denied` when a fingerprint, certificate or proxy address is malformed.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const verify = createVerify(options)
  const lookup = createLookup(options)
  const tls = { ...tlsOptions(options.trust), timeout: options.timeoutMs, allowH2: false, lookup }
  // The whole call has its own clock; undici's would only cut it in a second place.
  const timing = { headersTimeout: 0, bodyTimeout: 0 }
  if (options.proxy !== null)
    return createProxyDispatcher(options.proxy, tls, lookup, timing, options.timeoutMs, verify)
  const connect = verified(buildConnector(tls), verify)
  return new Agent({ ...timing, connect })
}

/** The text of the `Proxy-Authorization` header, or null when the proxy asks for no user. */
export function proxyToken(proxy: HttpProxy): string | null {
  if (proxy.user === '') return null
  return `Basic ${Buffer.from(`${proxy.user}:${proxy.password}`, 'utf8').toString('base64')}`
}

function createProxyDispatcher(
  proxy: HttpProxy,
  tls: buildConnector.BuildOptions,
  lookup: LookupFunction,
  timing: { headersTimeout: number; bodyTimeout: number },
  timeoutMs: number,
  verify: Verify,
): Dispatcher {
  const token = proxyToken(proxy)
  return new ProxyAgent({
    ...timing,
    uri: proxyAddress(proxy).href,
    ...(token === null ? {} : { token }),
    requestTls: tls,
    proxyTls: { ...tlsOptions({ by: 'system' }), timeout: timeoutMs, allowH2: false, lookup },
    clientFactory: (origin, opts) => new Pool(origin, { ...opts, headersTimeout: timeoutMs }),
    // The agent hands over `connect`, which makes the tunnel and TLS inside it; the certificate is judged after that.
    factory: (origin, opts) => {
      const { connect } = opts as { connect?: unknown }
      if (typeof connect !== 'function') return new Pool(origin, opts)
      return new Pool(origin, { ...opts, connect: verified(connect as Connect, verify) })
    },
  })
}

function proxyAddress(proxy: HttpProxy): URL {
  const url = URL.parse(proxy.url)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ConnectorError(
      'denied',
      'wrong-address',
      'The proxy address is not valid. Write it as http://proxy.example:3128.',
    )
  }
  url.username = ''
  url.password = ''
  return url
}

/** Judges address and certificate between the TLS handshake and the first byte of a request. */
function verified(connect: Connect, verify: Verify): Connect {
  return (options, callback) =>
    connect(options, (...[error, socket]: [Error, null] | [null, Socket | TLSSocket]) => {
      if (error !== null) return callback(error, null)
      const failure = verify(socket)
      if (failure === null) return callback(null, socket)
      socket.destroy()
      callback(failure, null)
    })
}

let systemContext: SecureContext | null = null

/**
 * With `ca` and `fingerprint` the handshake itself accepts any certificate and `verified` decides before anything is
 * sent: OpenSSL can neither pin nor trust a leaf whose name does not match. No TLS session is resumed then, since a resumed
 * one skips the check of the name.
 */
function tlsOptions(trust: Trust): buildConnector.BuildOptions {
  if (trust.by === 'system') {
    systemContext ??= createSecureContext({
      ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
    })
    return { secureContext: systemContext, rejectUnauthorized: true }
  }
  const secureContext = createSecureContext(trust.by === 'ca' ? { ca: trust.pem } : {})
  return { secureContext, rejectUnauthorized: false, maxCachedSessions: 0 }
}

function createVerify({ trust, onCertificate, refusesAddress }: DispatcherOptions): Verify {
  const judge = createJudge(trust)
  return (socket) => {
    const address = socket.remoteAddress ?? ''
    // Here once more: whatever was resolved, this is where the bytes would go.
    if (refusesAddress?.(address) === true) return forbiddenAddress(address)
    if (!(socket instanceof TLSSocket)) return null
    const failure = judge(socket)
    if (failure === null && trust.by !== 'system') onCertificate?.(new Date(socket.getPeerCertificate().valid_to))
    return failure
  }
}

function createJudge(trust: Trust): (socket: TLSSocket) => ConnectorError | null {
  if (trust.by === 'system') return () => null
  if (trust.by === 'fingerprint') {
    const wanted = normalFingerprint(trust.sha256)
    return (socket) => {
      const seen = peerFingerprint(socket)
      return seen === wanted ? null : untrusted(`has the SHA-256 fingerprint ${seen}, not ${wanted}`)
    }
  }
  const given = pemFingerprints(trust.pem)
  return (socket) => {
    // The server's own certificate in the file: exactly this one is trusted, whatever names it carries
    // (ksc-open-api.md 10.1: a klserver.cer may have none).
    const seen = peerFingerprint(socket)
    if (given.has(seen) || socket.authorized) return null
    return untrusted(
      `is neither in the given certificate file nor issued by it for this host name (${String(socket.authorizationError)}). ` +
        `Its SHA-256 fingerprint is ${seen}`,
    )
  }
}

function untrusted(what: string): ConnectorError {
  return new ConnectorError(
    'denied',
    'untrusted-certificate',
    `The server's certificate ${what}. If the server's certificate was renewed, give the new one; if not, something ` +
      'else answers at this address.',
  )
}

function peerFingerprint(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256 ?? 'none'
}

function normalFingerprint(text: string): string {
  const hex = text
    .replace(/^sha-?256[:=\s]*/i, '')
    .replace(/[\s:-]/g, '')
    .toUpperCase()
  if (!/^[0-9A-F]{64}$/.test(hex)) {
    throw new ConnectorError(
      'denied',
      'untrusted-certificate',
      'The certificate fingerprint is not a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons.',
    )
  }
  return hex.replace(/(?<=^(?:..)+)(?=.)/g, ':')
}

function pemFingerprints(pem: string): ReadonlySet<string> {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  try {
    if (blocks.length > 0) return new Set(blocks.map((block) => new X509Certificate(block).fingerprint256))
  } catch {
    // Falls through to the message: a block that OpenSSL cannot read is the same mistake as no block.
  }
  throw new ConnectorError(
    'denied',
    'untrusted-certificate',
    'The certificate file is not PEM text. It must hold "-----BEGIN CERTIFICATE-----"; convert a binary (DER) file with ' +
      '"openssl x509 -inform der -in klserver.cer".',
  )
}
