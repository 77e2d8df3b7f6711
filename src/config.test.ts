import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test.each([
  [undefined, null],
  ['', null],
  ['https://tocsin.example.com', 'https://tocsin.example.com/'],
  ['http://10.0.0.5:8080/', 'http://10.0.0.5:8080/'],
])('TOCSIN_PUBLIC_URL %s is read as %s', (text, url) => {
  expect(readConfig({ TOCSIN_PUBLIC_URL: text }).publicUrl?.href ?? null).toBe(url)
})

test.each(['tocsin.example.com', 'ftp://tocsin.example.com', 'https://example.com/tocsin', 'https://example.com/?a=b'])(
  'TOCSIN_PUBLIC_URL %s is refused',
  (text) => {
    expect(() => readConfig({ TOCSIN_PUBLIC_URL: text })).toThrow(/TOCSIN_PUBLIC_URL must be the address/)
  },
)
