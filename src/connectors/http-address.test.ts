import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { httpOptions, makeCertificate, startHttp, startProxy, startTcp } from '../../test/support/servers.ts'
import type { Resolve } from '../lib/judged-lookup.ts'
import { isLinkLocal } from '../lib/link-local.ts'
import type { HttpClient, HttpOptions } from './http.ts'
import { mustMayReach } from './http-address.ts'
import { createHttpClient } from './http-client.ts'

const metadata = { address: '169.254.169.254', family: 4 }
const here = { address: '127.0.0.1', family: 4 }
const denied = { kind: 'denied', reason: 'wrong-address', outcome: 'not-done' }

function clientOf(wanted: Partial<HttpOptions>): HttpClient {
  const client = createHttpClient(httpOptions({ refusesAddress: isLinkLocal, ...wanted }))
  onTestFinished(() => client.close())
  return client
}

/** A name server whose answers a test writes down one after the other. */
function nameServer(...answers: readonly (readonly (typeof here)[])[]): { resolve: Resolve; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    resolve: async (hostname) => {
      asked.push(hostname)
      return answers[asked.length - 1] ?? []
    },
  }
}

const get = (client: HttpClient, url: string) => client.request({ method: 'GET', url, endpoint: 'test' })

describe('a name', () => {
  test('is resolved once, and the socket goes to the address that was judged, whatever the next answer is', async () => {
    const hosts: string[] = []
    const { port } = await startHttp((request, response) => {
      hosts.push(request.headers.host ?? '')
      response.writeHead(200, { connection: 'close' }).end('{}')
    })
    const { resolve, asked } = nameServer([here], [metadata])
    const client = clientOf({ resolve })
    const url = `http://desk.example:${port}/`
    expect((await get(client, url)).status).toBe(200)
    expect([asked, hosts]).toEqual([['desk.example'], [`desk.example:${port}`]])
    await expect(get(client, url)).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining('The address 169.254.169.254, to which desk.example leads,'),
    })
    expect(hosts).toHaveLength(1)
  })

  test('that leads to a forbidden address beside a good one is not called at all', async () => {
    let sockets = 0
    const { port } = await startTcp(() => {
      sockets += 1
    })
    for (const answer of [
      [here, metadata],
      [metadata, here],
    ]) {
      const client = clientOf({ resolve: nameServer(answer).resolve })
      await expect(get(client, `http://desk.example:${port}/`)).rejects.toMatchObject(denied)
    }
    expect(sockets).toBe(0)
  })

  test('stays the name that TLS and the certificate are about', async () => {
    const names: (string | false | null)[] = []
    const pair = await makeCertificate(['desk.example'])
    const server = createTlsServer(pair, (socket: TLSSocket) => {
      names.push(socket.servername ?? null)
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const trust = { by: 'ca', pem: pair.cert } as const
    const client = clientOf({ trust, resolve: nameServer([here]).resolve })
    expect((await get(client, `https://desk.example:${port}/`)).status).toBe(200)
    expect(names).toEqual(['desk.example'])
    const other = await makeCertificate(['other.example'])
    const strict = clientOf({ trust: { by: 'ca', pem: other.cert }, resolve: nameServer([here]).resolve })
    await expect(get(strict, `https://desk.example:${port}/`)).rejects.toMatchObject({
      reason: 'untrusted-certificate',
    })
  })

  test('without an address is said to be unknown', async () => {
    const client = clientOf({ resolve: nameServer([]).resolve })
    await expect(get(client, 'http://desk.example/')).rejects.toMatchObject({
      kind: 'later',
      reason: 'unreachable',
      message: expect.stringContaining('The name of desk.example was not found (ENOTFOUND)'),
    })
  })

  test('is asked of the machine’s own resolver when nothing else is said', async () => {
    const { port } = await startHttp((_, response) => response.end('{}'))
    expect((await get(clientOf({}), `http://localhost:${port}/`)).status).toBe(200)
  })

  test('of a proxy is judged alike', async () => {
    const { port } = await startProxy(null)
    const proxy = { url: `http://proxy.example:${port}`, user: '', password: '' }
    const good = clientOf({ proxy, resolve: nameServer([here]).resolve })
    expect((await get(good, 'http://desk.example/')).status).toBe(200)
    const bad = clientOf({ proxy, resolve: nameServer([metadata]).resolve })
    await expect(get(bad, 'http://desk.example/')).rejects.toMatchObject(denied)
  })
})

describe('an address', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[::ffff:169.254.169.254]/',
    'https://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://0.0.0.0:8080/',
  ])('%s is refused before anything is tried, also by a proxy', async (url) => {
    const { port, seen } = await startProxy(null)
    const proxy = { url: `http://127.0.0.1:${port}`, user: '', password: '' }
    await expect(get(clientOf({}), url)).rejects.toMatchObject(denied)
    await expect(get(clientOf({ proxy }), url)).rejects.toMatchObject(denied)
    expect(seen).toEqual([])
  })

  test('that an answer redirects to is not gone to', async () => {
    const asked: string[] = []
    const { port } = await startHttp((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
    })
    expect((await get(clientOf({}), `http://127.0.0.1:${port}/`)).status).toBe(302)
    expect(asked).toEqual(['/'])
  })
})

describe('a host', () => {
  test('that is none of the connection is not called', async () => {
    let sockets = 0
    const { port } = await startTcp(() => {
      sockets += 1
    })
    const client = clientOf({ hosts: ['127.0.0.1:1'] })
    await expect(get(client, `http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining(`127.0.0.1:${port} is not an address of this connection`),
    })
    expect(sockets).toBe(0)
  })

  const hosts = ['desk.example', 'own.example:8443', '[::1]:9', 'plain.example:443', '*.autotask.net']
  const mayReach = (url: string) => {
    try {
      mustMayReach({ hosts }, new URL(url))
      return true
    } catch {
      return false
    }
  }

  test.each([
    'https://desk.example/',
    'https://desk.example:443/a',
    'https://DESK.example/',
    'https://own.example:8443/',
    'http://[::1]:9/',
    'https://plain.example/',
    'https://webservices2.autotask.net/',
    'https://a.b.autotask.net/',
  ])('%s is one of them', (url) => {
    expect(mayReach(url)).toBe(true)
  })

  test.each([
    'https://desk.example:8443/',
    'https://own.example/',
    'https://xdesk.example/',
    'https://desk.example.evil.example/',
    'https://evil.example/desk.example',
    'https://desk.example@evil.example/',
    'http://webservices2.autotask.net/',
    'https://webservices2.autotask.net:8443/',
    'https://evilautotask.net/',
    'https://autotask.net.evil.example/',
    'http://127.0.0.1/',
  ])('%s is none of them', (url) => {
    expect(mayReach(url)).toBe(false)
  })
})
