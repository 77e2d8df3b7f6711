import { describe, expect, it } from 'vitest'
import { AutotaskSettings, baseUrlOf, isAllowedAddress, reachOf } from './settings.ts'

const good = { user: 'api@client.example', secret: 'hush-hush', integrationCode: 'TRACKINGIDENTIFIER' }

describe('AutotaskSettings', () => {
  it('needs only the account', () => {
    expect(AutotaskSettings.parse(good)).toMatchObject({
      threadsPerEndpoint: 3,
      requestsPerHour: 6_000,
      searchLagSeconds: 60,
      changesEverySeconds: 60,
      baseUrl: '',
    })
  })

  it.each([
    ['an empty user', { user: ' ' }],
    ['a secret with a line end, which would split the headers', { secret: 'a\r\nX-Evil: 1' }],
    ['a secret that no header can carry', { secret: 'geheim🔑' }],
    ['more threads than Autotask grants', { threadsPerEndpoint: 4 }],
    ['no threads', { threadsPerEndpoint: 0 }],
    ['more calls than the database has', { requestsPerHour: 10_001 }],
    ['plain http over the network', { baseUrl: 'http://psa.example/ATServicesRest/' }],
    ['credentials in an address', { baseUrl: 'https://a:b@psa.example/' }],
    ['a name as resource', { impersonationResourceId: 'Smith' }],
    ['something that is no certificate', { certificate: 'hello' }],
    ['a proxy without protocol', { proxyUrl: 'proxy:3128' }],
    ['an unknown field', { pasword: 'x' }],
  ])('refuses %s', (_, change) => {
    expect(AutotaskSettings.safeParse({ ...good, ...change }).success).toBe(false)
  })

  it('has a title for every field and marks what is secret', () => {
    const fields = Object.entries(AutotaskSettings.shape).map(([key, field]) => ({ key, ...field.meta() }))
    expect(fields.filter((field) => typeof field.title !== 'string')).toEqual([])
    expect(fields.filter((field) => 'secret' in field).map((field) => field.key)).toEqual([
      'secret',
      'integrationCode',
      'proxyPassword',
    ])
  })
})

describe('isAllowedAddress', () => {
  const usual = AutotaskSettings.parse(good)
  const local = AutotaskSettings.parse({ ...good, baseUrl: 'http://127.0.0.1:8123/ATServicesRest' })

  it.each([
    ['https://webservices18.autotask.net/ATServicesRest/', true],
    ['https://prde.autotask.net/ATServicesRest/', true],
    ['http://webservices18.autotask.net/ATServicesRest/', false],
    ['https://webservices18.autotask.net:8443/ATServicesRest/', false],
    ['https://autotask.net.evil.example/ATServicesRest/', false],
    ['https://evilautotask.net/ATServicesRest/', false],
    ['https://evil.example/?x=.autotask.net', false],
    ['http://127.0.0.1:8123/ATServicesRest/', false],
    ['nonsense', false],
  ])('%s without an override: %s', (address, wanted) => {
    expect(isAllowedAddress(usual, address)).toBe(wanted)
  })

  it('with an override allows its origin, and Autotask itself', () => {
    expect(isAllowedAddress(local, 'http://127.0.0.1:8123/other/')).toBe(true)
    expect(isAllowedAddress(local, 'http://127.0.0.1:8124/ATServicesRest/')).toBe(false)
    expect(isAllowedAddress(local, 'https://webservices2.autotask.net/ATServicesRest/')).toBe(true)
  })

  it('gives the base address with a slash at its end', () => {
    expect(baseUrlOf(usual)).toBe('https://webservices.autotask.net/ATServicesRest/')
    expect(baseUrlOf(local)).toBe('http://127.0.0.1:8123/ATServicesRest/')
  })
})

describe('reachOf', () => {
  it('trusts the system, goes straight, and tells what is secret', () => {
    const proxied = { ...good, proxyUrl: 'http://proxy:3128', proxyUser: 'p', proxyPassword: 'pw' }
    expect(reachOf(AutotaskSettings.parse(good))).toEqual({
      trust: { by: 'system' },
      proxy: null,
      hosts: ['webservices.autotask.net', '*.autotask.net'],
      timeoutMs: 60_000,
      secrets: ['hush-hush', 'TRACKINGIDENTIFIER'],
    })
    expect(reachOf(AutotaskSettings.parse(proxied))).toMatchObject({
      proxy: { url: 'http://proxy:3128', user: 'p', password: 'pw' },
      secrets: ['hush-hush', 'TRACKINGIDENTIFIER', 'pw'],
    })
  })
})
