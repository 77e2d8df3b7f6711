import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readCursor, rereadFrom, writeCursor } from './event-cursor.ts'
import { ksc } from './index.ts'
import { baseUrl, Settings, settingsFacts, settingsReach } from './settings.ts'

const fingerprint = `${'AB:'.repeat(31)}CD`
const least = { address: 'ksc.example.com', user: 'tocsin', password: 'secret', fingerprint }

describe('settings', () => {
  test('the least that is needed, the rest by default', () => {
    const settings = Settings.parse(least)
    expect(baseUrl(settings)).toBe('https://ksc.example.com:13299')
    expect(settingsFacts(settings)).toEqual({
      namesAllReasons: false,
      computersEverySeconds: 300,
      eventsEverySeconds: 60,
    })
    expect(settingsReach(settings)).toEqual({
      trust: { by: 'fingerprint', sha256: fingerprint },
      proxy: null,
      timeoutMs: 60_000,
      secrets: ['secret', ''],
      hosts: ['ksc.example.com:13299'],
    })
    expect(settings).toMatchObject({ internalUser: true, pageSize: 1000, tenantsPerQuery: 25, eventOverlap: 1000 })
  })

  test.each([
    ['10.0.0.7', 'https://10.0.0.7:13299'],
    ['2001:db8::7', 'https://[2001:db8::7]:13299'],
    [' ksc-01 ', 'https://ksc-01:13299'],
    ['münchen.example', 'https://münchen.example:13299'],
  ])('address %j', (address, url) => {
    expect(baseUrl(Settings.parse({ ...least, address }))).toBe(url)
    expect(URL.canParse(url)).toBe(true)
  })

  test.each([
    ['address', 'https://ksc.example.com', /only the host name/],
    ['address', 'ksc.example.com:13299', /only the host name/],
    ['address', 'user@ksc', /only the host name/],
    ['address', 'ksc/path', /only the host name/],
    ['address', '', /only the host name/],
    ['fingerprint', 'AB:CD', /64 hexadecimal digits/],
    ['fingerprint', '', /64 hexadecimal digits/],
    ['proxyAddress', 'proxy.example:3128', /http:\/\/proxy.example:3128/],
    ['proxyAddress', 'http://user:pass@proxy.example', /http:\/\/proxy.example:3128/],
    ['domain', 'ACME"', /quotation/],
    ['password', '', /Enter the password/],
  ])('refuses %s %j with advice', (field, value, advice) => {
    const parsed = Settings.safeParse({ ...least, [field]: value })
    expect(parsed.error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      [field, expect.stringMatching(advice)],
    ])
  })

  test('a certificate file must be PEM', () => {
    const parsed = Settings.safeParse({ ...least, trust: 'ca', fingerprint: '' })
    expect(parsed.error?.issues[0]).toMatchObject({
      path: ['caPem'],
      message: expect.stringContaining('BEGIN CERTIFICATE'),
    })
  })

  test('the proxy and both passwords reach the client as what they are', () => {
    const settings = Settings.parse({
      ...least,
      proxyAddress: 'http://proxy:3128',
      proxyUser: 'ann',
      proxyPassword: 'pw',
    })
    expect(settingsReach(settings)).toMatchObject({
      proxy: { url: 'http://proxy:3128', user: 'ann', password: 'pw' },
      secrets: ['secret', 'pw'],
    })
  })

  test('every field has a title, help and a group; the secrets are marked', () => {
    const { properties } = z.toJSONSchema(ksc.settings, { io: 'input' }) as {
      properties: Record<string, Record<string, unknown>>
    }
    for (const [name, field] of Object.entries(properties)) {
      expect([name, typeof field.title, typeof field.help, typeof field.group]).toEqual([
        name,
        'string',
        'string',
        'string',
      ])
    }
    const secret = Object.entries(properties).flatMap(([name, field]) => (field.secret === true ? [name] : []))
    expect(secret).toEqual(['password', 'proxyPassword'])
  })
})

describe('event cursor', () => {
  test('there and back', () => {
    expect(readCursor(writeCursor({ floor: 5, last: 1_048_577 }))).toEqual({ floor: 5, last: 1_048_577 })
    expect(readCursor('')).toBeNull()
  })

  test.each(['x', '1:2', '2:3:4', '1:-1:4', '1:1e3:4'])('refuses %j with advice', (text) => {
    expect(() => readCursor(text)).toThrow(/Reset it/)
  })

  test.each([
    [{ floor: 0, last: 5000 }, 1000, 4000],
    [{ floor: 4500, last: 5000 }, 1000, 4500],
    [{ floor: 0, last: 50 }, 1000, 0],
    [{ floor: 0, last: 50 }, 0, 50],
  ])('%j with an overlap of %d is read from %d', (cursor, overlap, from) => {
    expect(rereadFrom(cursor, overlap)).toBe(from)
  })
})
