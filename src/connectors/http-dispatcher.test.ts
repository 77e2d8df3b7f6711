import { X509Certificate } from 'node:crypto'
import { connect } from 'node:net'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  httpOptions,
  makeCertificate,
  startHttp,
  startHttps,
  startProxy,
  startTcp,
} from '../../test/support/servers.ts'
import { ConnectorError } from './failure.ts'
import type { HttpClient, HttpOptions, Trust } from './http.ts'
import { createHttpClient } from './http-client.ts'

type Pair = { key: string; cert: string }
let bare: Pair
let named: Pair
let expired: Pair
let authority: Pair
let issued: Pair
let issuedElsewhere: Pair

beforeAll(async () => {
  bare = await makeCertificate([])
  named = await makeCertificate(['localhost'])
  expired = await makeCertificate(['localhost'], { expired: true })
  authority = await makeCertificate([])
  issued = await makeCertificate(['localhost'], { ca: authority })
  issuedElsewhere = await makeCertificate(['elsewhere.example'], { ca: authority })
})

function clientOf(wanted: Partial<HttpOptions>): HttpClient {
  const client = createHttpClient(httpOptions(wanted))
  onTestFinished(() => client.close())
  return client
}

function sha256(pair: Pair): string {
  return new X509Certificate(pair.cert).fingerprint256
}

/** The text of the reply, or the failure as `kind/reason/outcome`. */
async function outcomeOf(client: HttpClient, url: string): Promise<string> {
  try {
    return (await client.request({ method: 'POST', url, endpoint: 'all', body: { secret: 'do not leak' } })).text
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return `${error.kind}/${error.reason}/${error.outcome}: ${error.message}`
  }
}

async function secureServer(pair: Pair): Promise<{ url: string; received: string[] }> {
  const received: string[] = []
  const { port } = await startHttps(pair, (request, response) => {
    received.push(request.url ?? '')
    response.end('fine')
  })
  return { url: `https://localhost:${port}/x`, received }
}

describe('trust', () => {
  const untrusted = /^denied\/untrusted-certificate\/not-done: /

  test('by fingerprint: with or without colons, any case, no name in the certificate, expired or not', async () => {
    for (const pair of [bare, named, expired]) {
      const { url } = await secureServer(pair)
      const plain = sha256(pair).replaceAll(':', '')
      for (const form of [
        sha256(pair),
        plain,
        plain.toLowerCase(),
        `SHA256:${sha256(pair).toLowerCase()}`,
        ` ${plain} `,
      ]) {
        expect(await outcomeOf(clientOf({ trust: { by: 'fingerprint', sha256: form } }), url)).toBe('fine')
      }
    }
  })

  test('by another fingerprint: refused before a byte of the request is sent, both fingerprints named', async () => {
    const { url, received } = await secureServer(bare)
    const text = await outcomeOf(clientOf({ trust: { by: 'fingerprint', sha256: sha256(named) } }), url)
    expect(text).toMatch(untrusted)
    expect(text).toContain(sha256(bare))
    expect(text).toContain(sha256(named))
    expect(received).toEqual([])
  })

  test('by certificate file: exactly the given self-signed certificate, even without a matching name', async () => {
    for (const pair of [bare, named, expired]) {
      const { url } = await secureServer(pair)
      expect(await outcomeOf(clientOf({ trust: { by: 'ca', pem: pair.cert } }), url)).toBe('fine')
    }
  })

  test('by certificate file: another self-signed certificate of the same subject is refused, nothing is sent', async () => {
    const { url, received } = await secureServer(await makeCertificate([]))
    expect(await outcomeOf(clientOf({ trust: { by: 'ca', pem: bare.cert } }), url)).toMatch(untrusted)
    expect(received).toEqual([])
  })

  test('by CA: an issued certificate passes for its own host name only', async () => {
    const trust: Trust = { by: 'ca', pem: authority.cert }
    expect(await outcomeOf(clientOf({ trust }), (await secureServer(issued)).url)).toBe('fine')
    const elsewhere = await secureServer(issuedElsewhere)
    const client = clientOf({ trust })
    for (const _ of [1, 2, 3]) expect(await outcomeOf(client, elsewhere.url)).toMatch(untrusted)
    expect(elsewhere.received).toEqual([])
  })

  test('by several certificates in one file', async () => {
    const trust: Trust = { by: 'ca', pem: `${authority.cert}\n${bare.cert}` }
    expect(await outcomeOf(clientOf({ trust }), (await secureServer(bare)).url)).toBe('fine')
    expect(await outcomeOf(clientOf({ trust }), (await secureServer(issued)).url)).toBe('fine')
  })

  test('by the system: an unknown self-signed certificate is refused', async () => {
    const { url, received } = await secureServer(named)
    const text = await outcomeOf(clientOf({ trust: { by: 'system' } }), url)
    expect(text).toMatch(untrusted)
    expect(text).toContain('SHA-256 fingerprint')
    expect(received).toEqual([])
  })

  test('no variable of the environment switches the check off or replaces the given certificate', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    vi.stubEnv('SSL_CERT_FILE', '/nonexistent.pem')
    vi.stubEnv('NODE_EXTRA_CA_CERTS', '/nonexistent.pem')
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const { url } = await secureServer(named)
    expect(await outcomeOf(clientOf({ trust: { by: 'system' } }), url)).toMatch(untrusted)
    expect(await outcomeOf(clientOf({ trust: { by: 'ca', pem: authority.cert } }), url)).toMatch(untrusted)
    expect(await outcomeOf(clientOf({ trust: { by: 'ca', pem: named.cert } }), url)).toBe('fine')
  })

  test.each([
    [{ by: 'fingerprint', sha256: 'AB:CD' }, /64 hexadecimal digits/],
    [{ by: 'fingerprint', sha256: '' }, /64 hexadecimal digits/],
    [{ by: 'ca', pem: 'MIIB not pem' }, /BEGIN CERTIFICATE/],
    [{ by: 'ca', pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, /BEGIN CERTIFICATE/],
  ] satisfies [Trust, RegExp][])('malformed trust %j is refused with advice', (trust, advice) => {
    expect(() => createHttpClient(httpOptions({ trust }))).toThrow(ConnectorError)
    expect(() => createHttpClient(httpOptions({ trust }))).toThrow(advice)
  })
})

describe('wrong port', () => {
  test('plain HTTP where TLS is expected', async () => {
    const { port } = await startHttp((_request, response) => response.end('<html>'))
    const text = await outcomeOf(
      clientOf({ trust: { by: 'fingerprint', sha256: sha256(bare) } }),
      `https://localhost:${port}/`,
    )
    expect(text).toMatch(/^denied\/wrong-address\/not-done: .*does not answer with TLS.*http:\/\//)
  })

  test('a port that hangs up in the handshake', async () => {
    const { port } = await startTcp((socket) => socket.destroy())
    expect(await outcomeOf(clientOf({}), `https://localhost:${port}/`)).toMatch(/^later\/unreachable\/not-done: /)
  })

  test('a port that never answers the handshake', async () => {
    const { port } = await startTcp(() => undefined)
    const text = await outcomeOf(clientOf({ timeoutMs: 150 }), `https://localhost:${port}/`)
    expect(text).toMatch(/^later\/unreachable\/not-done: No connection .* within 0.15 s/)
  })
})

describe('proxy', () => {
  const user = 'ann'
  const password = 'pröxy pass'
  const token = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

  test('tunnels with credentials and pins the certificate behind it', async () => {
    const { url, received } = await secureServer(bare)
    const proxy = await startProxy(token)
    const options = { proxy: { url: `http://127.0.0.1:${proxy.port}`, user, password } }
    const client = clientOf({ ...options, trust: { by: 'fingerprint', sha256: sha256(bare) } })
    for (const _ of [1, 2, 3]) expect(await outcomeOf(client, url)).toBe('fine')
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${new URL(url).host}`]))
    expect(proxy.seen.length).toBeLessThanOrEqual(2)
    const other = clientOf({ ...options, trust: { by: 'fingerprint', sha256: sha256(named) } })
    expect(await outcomeOf(other, url)).toMatch(/^denied\/untrusted-certificate\/not-done: /)
    const byFile = clientOf({ ...options, trust: { by: 'ca', pem: bare.cert } })
    expect(await outcomeOf(byFile, url)).toBe('fine')
    const bySystem = clientOf({ ...options, trust: { by: 'system' } })
    expect(await outcomeOf(bySystem, url)).toMatch(/^denied\/untrusted-certificate\/not-done: /)
    expect(received).toHaveLength(4)
  })

  test('forwards plain HTTP', async () => {
    const proxy = await startProxy(token)
    const client = clientOf({ proxy: { url: `http://127.0.0.1:${proxy.port}`, user, password } })
    expect(await outcomeOf(client, 'http://desk.example/a?b=1')).toBe('{"forwarded":true}')
    expect(proxy.seen).toEqual(['POST http://desk.example/a?b=1'])
  })

  test.each(['https', 'http'])('wrong credentials on the way to %s: denied, the password nowhere', async (scheme) => {
    const proxy = await startProxy(token)
    const client = clientOf({ proxy: { url: `http://127.0.0.1:${proxy.port}`, user, password: 'wrong-password' } })
    const text = await outcomeOf(client, `${scheme}://desk.example/`)
    expect(text).toMatch(/^denied\/bad-credentials\/not-done: .*proxy.*407/)
    expect(text).not.toMatch(/wrong-password|d3Jvbmct/)
  })

  test('a proxy that cannot reach the server: unreachable', async () => {
    const proxy = await startProxy(null)
    const client = clientOf({ proxy: { url: `http://127.0.0.1:${proxy.port}`, user: '', password: '' } })
    expect(await outcomeOf(client, 'https://127.0.0.1:1/')).toMatch(
      /^later\/unreachable\/not-done: The proxy .* could not reach/,
    )
  })

  test('no proxy there, or one that hangs up: unreachable, and the call ends', async () => {
    const { port } = await startTcp((socket) => socket.once('data', () => socket.destroy()))
    const hanging = clientOf({ proxy: { url: `http://127.0.0.1:${port}`, user: '', password: '' } })
    expect(await outcomeOf(hanging, 'https://desk.example/')).toMatch(/^later\/unreachable\/not-done: .*proxy/)
    const nobody = clientOf({ proxy: { url: 'http://127.0.0.1:1', user: '', password: '' } })
    expect(await outcomeOf(nobody, 'https://desk.example/')).toMatch(/^later\/unreachable\/not-done: .*proxy/)
  })

  test('a malformed proxy address is refused with advice', () => {
    const options = httpOptions({ proxy: { url: 'proxy.example', user: '', password: '' } })
    expect(() => createHttpClient(options)).toThrow(/http:\/\/proxy.example:3128/)
  })
})

test('the test proxy refuses a wrong token', async () => {
  const proxy = await startProxy('Basic x')
  const socket = connect(proxy.port, '127.0.0.1')
  socket.write('CONNECT a.example:1 HTTP/1.1\r\nHost: a.example:1\r\n\r\n')
  const [first] = await socket.take(1).toArray()
  expect(String(first)).toContain('407')
})
