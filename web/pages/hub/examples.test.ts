import { expect, test } from 'vitest'
import { curlExample, exampleBody, forms } from './examples.ts'

const now = new Date('2026-03-02T06:00:00.500Z')
const example = { origin: 'https://tocsin.example.com', sourceId: 3, company: null, now } as const

test.each(forms)('the form “%s” goes to its own address, with its own body', (form) => {
  const text = curlExample({ ...example, form, proof: { kind: 'token' } })
  expect(text).toContain(`https://tocsin.example.com/api/v1/hub/3/${form} `)
  expect(text).toContain('Bearer $TOKEN')
  expect(JSON.parse(text.slice(text.indexOf("'{") + 1, -1))).toEqual(exampleBody({ ...example, form }))
})

test('a key that signs names itself, and signs the time and the very body that is sent', () => {
  const text = curlExample({ ...example, form: 'mailboxes', proof: { kind: 'signature', keyId: 7 } })
  expect(text).toContain("'X-Tocsin-Key: 7'")
  expect(text).toContain('printf \'%s.%s\' "$AT" "$BODY"')
  expect(text).toContain('-d "$BODY"')
  expect(text).not.toContain('Bearer')
})

test('a token of one company has an example for that company, whatever its key', () => {
  const company = "O'Brien"
  expect(exampleBody({ form: 'events', company, now })).toMatchObject({ company: { key: company } })
  const text = curlExample({ ...example, company, form: 'events', proof: { kind: 'token' } })
  expect(text).toContain("O'\\''Brien")
})
