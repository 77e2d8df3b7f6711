import { expect, test } from 'vitest'
import type { PsaField } from '../../api/generated/types.gen.ts'
import { parseWhole, wordsOf } from './field-words.ts'

const field = (change: Partial<PsaField> = {}): PsaField => ({
  key: 'role',
  title: 'Role',
  help: '',
  kind: 'choice',
  required: false,
  main: true,
  ...change,
})
const choices = {
  role: [
    { value: '1', label: 'Engineer', active: true, parent: 'ann' },
    { value: '1', label: 'Engineer', active: true, parent: 'bob' },
    { value: '2', label: 'Lead', active: false, parent: 'ann' },
  ],
}

test.each([
  ['a label that fits', field({ dependsOn: 'person' }), { role: '1', person: 'bob' }, 'Engineer', false],
  ['one that is not of this parent', field({ dependsOn: 'person' }), { role: '1', person: 'cid' }, 'Engineer', true],
  ['an inactive one', field({ dependsOn: 'person' }), { role: '2', person: 'ann' }, 'Lead', true],
  ['a value that vanished', field(), { role: '77' }, '77', true],
  ['nothing', field(), {}, '', false],
  ['a number', field({ key: 'hours', kind: 'integer' }), { hours: '24' }, '24', false],
  ['a field whose list could not be read', field({ key: 'other' }), { other: '5' }, '5', false],
] as const)('%s', (_, one, fields, words, isLost) => {
  expect(wordsOf(one, choices, fields)).toEqual({ words, isLost })
})

test('a whole number is read within its bounds', () => {
  expect([' 15 ', '0', '10080'].map((text) => parseWhole(text, 0, 10_080))).toEqual([15, 0, 10_080])
  for (const text of ['', '-1', '1.5', '10081', 'x', '1e3', '99999999999'])
    expect(parseWhole(text, 0, 10_080)).toBe(null)
})
