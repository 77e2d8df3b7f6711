import { describe, expect, it } from 'vitest'
import { apiBaseOf, namesIn, originOf, reachOf, TigerpawSettings } from './settings.ts'

const good = { publicKey: 'AAAA-0001', privateKey: 'BBBB-0002' }
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const fingerprint = 'ab:'.repeat(32).slice(0, -1)

describe('TigerpawSettings', () => {
  it('needs only the keys', () => {
    expect(TigerpawSettings.parse(good)).toMatchObject({
      baseUrl: 'https://api2.tigerpawsoftware.com',
      apiPath: '/api',
      dateHeader: 'X-TSI-Date',
      firstRow: 1,
      timeZone: '',
      resolutionTo: 'work performed',
      readMergeWrite: false,
      soapPath: '/api/rmm/tsiWS.asmx',
    })
  })

  it.each([
    ['an empty key', { publicKey: ' ' }],
    ['a public key that would end early in the token', { publicKey: 'a:b' }],
    ['a key of two lines', { privateKey: 'a\nb' }],
    ['plain http over the network', { baseUrl: 'http://api.client.example' }],
    ['a path in the address', { baseUrl: 'https://api.client.example/api' }],
    ['credentials in an address', { baseUrl: 'https://a:b@api.client.example' }],
    ['an API path that is none', { apiPath: 'api?x=1' }],
    ['a SOAP path that is none', { soapPath: '' }],
    ['an unknown time zone', { timeZone: 'Central' }],
    ['an unknown date header', { dateHeader: 'X-Date' }],
    ['rows that begin at two', { firstRow: 2 }],
    ['less room than a reference takes', { referenceLimit: 32 }],
    ['a closing date without a time zone', { setDateTimeClosed: true }],
    ['a link without a place for the number', { orderUrl: 'https://tigerpaw.client.example/orders' }],
    ['a SOAP user without a password', { soapUser: 'u' }],
    ['a SOAP password without a user', { soapPassword: 'p' }],
    ['two ways to trust', { fingerprint, certificate: pem }],
    ['half a fingerprint', { fingerprint: 'ab:cd' }],
    ['something that is no certificate', { certificate: 'hello' }],
    ['a proxy without protocol', { proxyUrl: 'proxy:3128' }],
    ['no calls at once', { threadsPerEndpoint: 0 }],
    ['an unknown field', { privatKey: 'x' }],
  ])('refuses %s', (_, change) => {
    expect(TigerpawSettings.safeParse({ ...good, ...change }).success).toBe(false)
  })

  it('takes a closing date with a time zone, and no limit of calls', () => {
    const change = { setDateTimeClosed: true, timeZone: 'America/Chicago', requestsPerHour: 0 }
    expect(TigerpawSettings.parse({ ...good, ...change })).toMatchObject(change)
  })

  it('has a title and a group for every field and marks what is secret', () => {
    const fields = Object.entries(TigerpawSettings.shape).map(([key, field]) => ({
      key,
      ...(field.meta() as { title?: string; group?: string; secret?: boolean; place?: boolean }),
    }))
    expect(fields.filter((field) => typeof field.title !== 'string' || typeof field.group !== 'string')).toEqual([])
    expect(fields.filter((field) => 'secret' in field).map((field) => field.key)).toEqual([
      'privateKey',
      'proxyPassword',
      'soapPassword',
    ])
    expect(fields.filter((field) => field.place === true).map((field) => field.key)).toEqual([
      'baseUrl',
      'fingerprint',
      'certificate',
      'proxyUrl',
    ])
  })
})

describe('addresses', () => {
  it.each([
    [{}, 'https://api2.tigerpawsoftware.com/api/'],
    [{ baseUrl: 'https://API.client.example/', apiPath: '/api/' }, 'https://api.client.example/api/'],
    [{ baseUrl: 'http://127.0.0.1:8090', apiPath: '/tsi/v2' }, 'http://127.0.0.1:8090/tsi/v2/'],
    [{ baseUrl: 'https://api.client.example:8443', apiPath: '' }, 'https://api.client.example:8443/'],
  ])('%j', (change, wanted) => {
    const settings = TigerpawSettings.parse({ ...good, ...change })
    expect(apiBaseOf(settings)).toBe(wanted)
    expect(wanted.startsWith(`${originOf(settings)}/`)).toBe(true)
  })
})

describe('namesIn', () => {
  it.each([
    ['', []],
    [' , ', []],
    ['Inactive, Void ,, Do not call', ['Inactive', 'Void', 'Do not call']],
  ])('"%s"', (list, names) => {
    expect(namesIn(list)).toEqual(names)
  })
})

describe('reachOf', () => {
  it('trusts the system, goes straight, and tells what must not be told', () => {
    expect(reachOf(TigerpawSettings.parse(good))).toEqual({
      trust: { by: 'system' },
      proxy: null,
      hosts: ['api2.tigerpawsoftware.com'],
      timeoutMs: 60_000,
      secrets: ['BBBB-0002', 'AAAA-0001'],
    })
    const more = {
      proxyUrl: 'http://proxy:3128',
      proxyUser: 'p',
      proxyPassword: 'pw',
      soapUser: 's',
      soapPassword: 'sp',
    }
    expect(reachOf(TigerpawSettings.parse({ ...good, ...more, fingerprint }))).toMatchObject({
      trust: { by: 'fingerprint', sha256: fingerprint },
      proxy: { url: 'http://proxy:3128', user: 'p', password: 'pw' },
      secrets: ['BBBB-0002', 'AAAA-0001', 'sp', 'pw'],
    })
    expect(reachOf(TigerpawSettings.parse({ ...good, certificate: pem }))).toMatchObject({ trust: { by: 'ca', pem } })
  })
})
