import { describe, expect, it } from 'vitest'
import { authorizationOf, macOf, signingDate } from './signing.ts'

const keys = { publicKey: 'AAAAAAAA-0000-4000-8000-000000000001', privateKey: 'BBBBBBBB-0000-4000-8000-000000000002' }

describe('macOf', () => {
  // The test vectors of tigerpaw-api.md 2.2.
  it.each([
    [
      'GET',
      '/api/diagnostics/validate/user',
      'Thu, 18 Jun 2015 08:33:51 GMT',
      'lwqw2XNZh33QHm7z7VaPFSkzWdIj8OByea329gnjeg8=',
    ],
    ['POST', '/api/ServiceOrders', 'Mon, 02 Sep 2019 04:09:46 GMT', 'GQ5/tqeJ/jmr1UidwnOKwBxTKVtHOcPDCl5a7z7ze6k='],
  ])('%s %s', (method, path, date, mac) => {
    expect(macOf(method, path, date, keys.privateKey)).toBe(mac)
  })

  it('takes a key that is not plain ASCII as UTF-8', () => {
    expect(macOf('GET', '/api', 'd', 'schlüssel')).not.toBe(macOf('GET', '/api', 'd', 'schlussel'))
  })
})

describe('authorizationOf', () => {
  const date = 'Thu, 18 Jun 2015 08:33:51 GMT'
  const url = 'https://api.client.example/api/diagnostics/validate/user'

  it('is the public key and the mac', () => {
    const [scheme, token] = authorizationOf(keys, 'GET', url, date).split(' ')
    expect(scheme).toBe('TSI')
    expect(Buffer.from(token ?? '', 'base64').toString()).toBe(
      `${keys.publicKey}:lwqw2XNZh33QHm7z7VaPFSkzWdIj8OByea329gnjeg8=`,
    )
  })

  it('signs neither host nor query', () => {
    const other = 'http://127.0.0.1:81/api/diagnostics/validate/user?PageSize=5'
    expect(authorizationOf(keys, 'GET', other, date)).toBe(authorizationOf(keys, 'GET', url, date))
    expect(authorizationOf(keys, 'PUT', url, date)).not.toBe(authorizationOf(keys, 'GET', url, date))
  })
})

describe('signingDate', () => {
  it('is RFC 1123 with two digits for the day', () => {
    expect(signingDate(new Date('2019-09-02T04:09:46.789Z'))).toBe('Mon, 02 Sep 2019 04:09:46 GMT')
  })
})
