import { expect, test } from 'vitest'
import { ownWords } from './own-words.ts'

const texts = {
  connectorFields: { ksc: { port: { title: 'Anschluss' } } },
  connectorGroups: { 'Billing (SOAP).': 'Abrechnung' },
}

test('own words go before the server’s, whatever signs their key holds', () => {
  expect(ownWords(texts, ['connectorFields', 'ksc', 'port', 'title'], 'Port')).toBe('Anschluss')
  expect(ownWords(texts, ['connectorGroups', 'Billing (SOAP).'], 'Billing')).toBe('Abrechnung')
})

test.each([
  [['connectorFields', 'new-vendor', 'port', 'title']],
  [['connectorFields', 'ksc', 'new-field', 'title']],
  [['connectorFields', 'ksc', 'port', 'help']],
  [['connectorFields', 'ksc', 'port']],
  [['connectorFields', 'ksc', 'port', 'title', 'deeper']],
])('what has none is said in the server’s: %j', (path) => {
  expect(ownWords(texts, path, 'As the server says')).toBe('As the server says')
  expect(ownWords(undefined, path, 'As the server says')).toBe('As the server says')
})
