import { describe, expect, it } from 'vitest'
import { apiOrigin, ConnectwiseSettings, reachOf, webOrigin } from './settings.ts'

const good = {
  site: 'na.myconnectwise.net',
  companyId: 'acme',
  publicKey: 'public',
  privateKey: 'hush-hush',
  clientId: '3f1c2a60-7d5b-4c7e-9a11-5e0d6b1f7a42',
}
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const fingerprint = `${'AB:'.repeat(31)}AB`

describe('ConnectwiseSettings', () => {
  it('needs only the account', () => {
    expect(ConnectwiseSettings.parse(good)).toMatchObject({
      callsAtOnce: 3,
      requestsPerHour: 20_000,
      searchLagSeconds: 30,
      changesEverySeconds: 60,
      apiVersion: '2022.1',
      processNotifications: false,
    })
  })

  it.each([
    ['no site', { site: ' ' }],
    ['a site over plain http', { site: 'http://psa.example' }],
    ['a site with a path', { site: 'https://psa.example/v4_6_release' }],
    ['a site with credentials', { site: 'https://a:b@psa.example' }],
    ['a site with a query', { site: 'psa.example?x=1' }],
    ['a site of another protocol', { site: 'ftp://psa.example' }],
    ['a site with a space', { site: 'psa example' }],
    ['a company that would end at the plus', { companyId: 'a+b' }],
    ['a company with a slash', { companyId: 'a/../b' }],
    ['a public key with a colon, which would end it', { publicKey: 'a:b' }],
    ['an empty private key', { privateKey: '' }],
    ['a client ID with a line end, which would split the headers', { clientId: 'a\r\nX-Evil: 1' }],
    ['a version that is none', { apiVersion: 'newest; q=1' }],
    ['a fingerprint that is too short', { fingerprint: 'AB:CD' }],
    ['something that is no certificate', { certificate: 'hello' }],
    ['two ways to trust', { certificate, fingerprint }],
    ['a proxy without protocol', { proxyUrl: 'proxy:3128' }],
    ['no calls at all', { callsAtOnce: 0 }],
    ['more calls than ConnectWise bears', { requestsPerHour: 60_001 }],
    ['an unknown field', { pasword: 'x' }],
  ])('refuses %s', (_, change) => {
    expect(ConnectwiseSettings.safeParse({ ...good, ...change }).success).toBe(false)
  })

  it('has a title for every field and marks what is secret and where it goes', () => {
    const fields = Object.entries(ConnectwiseSettings.shape).map(([key, field]) => ({ key, ...field.meta() }))
    expect(fields.filter((field) => typeof field.title !== 'string')).toEqual([])
    expect(fields.filter((field) => 'secret' in field).map((field) => field.key)).toEqual([
      'privateKey',
      'proxyPassword',
    ])
    expect(fields.filter((field) => 'place' in field).map((field) => field.key)).toEqual([
      'site',
      'fingerprint',
      'certificate',
      'proxyUrl',
    ])
  })
})

describe('site', () => {
  it.each([
    ['na.myconnectwise.net', 'https://api-na.myconnectwise.net', 'https://na.myconnectwise.net'],
    ['https://EU.myconnectwise.net/', 'https://api-eu.myconnectwise.net', 'https://eu.myconnectwise.net'],
    ['api-aus.myconnectwise.net', 'https://api-aus.myconnectwise.net', 'https://aus.myconnectwise.net'],
    ['staging.connectwisedev.com', 'https://api-staging.connectwisedev.com', 'https://staging.connectwisedev.com'],
    ['psa.example:8443', 'https://psa.example:8443', 'https://psa.example:8443'],
    ['api-psa.example', 'https://api-psa.example', 'https://api-psa.example'],
    ['myconnectwise.net.evil.example', 'https://myconnectwise.net.evil.example', undefined],
    ['http://127.0.0.1:8090', 'http://127.0.0.1:8090', 'http://127.0.0.1:8090'],
    ['http://[::1]:8090', 'http://[::1]:8090', 'http://[::1]:8090'],
  ])('%s is called at %s', (site, api, web = api) => {
    const settings = ConnectwiseSettings.parse({ ...good, site })
    expect([apiOrigin(settings), webOrigin(settings)]).toEqual([api, web])
  })
})

describe('reachOf', () => {
  it('trusts the system, goes straight, and tells what is secret', () => {
    expect(reachOf(ConnectwiseSettings.parse(good))).toEqual({
      trust: { by: 'system' },
      proxy: null,
      hosts: ['api-na.myconnectwise.net'],
      timeoutMs: 60_000,
      secrets: ['hush-hush', 'acme+public:hush-hush'],
    })
  })

  it('takes a certificate, a fingerprint, a proxy', () => {
    const proxied = { ...good, proxyUrl: 'http://proxy:3128', proxyUser: 'p', proxyPassword: 'pw' }
    expect(reachOf(ConnectwiseSettings.parse({ ...proxied, certificate }))).toMatchObject({
      trust: { by: 'ca', pem: certificate },
      proxy: { url: 'http://proxy:3128', user: 'p', password: 'pw' },
      secrets: ['hush-hush', 'acme+public:hush-hush', 'pw'],
    })
    expect(reachOf(ConnectwiseSettings.parse({ ...good, fingerprint })).trust).toEqual({
      by: 'fingerprint',
      sha256: fingerprint,
    })
  })
})
