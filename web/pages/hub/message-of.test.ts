import { expect, test } from 'vitest'
import { messageOf } from './message-of.ts'
import { factsOf } from './reading-facts.ts'

test('a message shows its text and what it names, each once', () => {
  const fields = [
    { name: 'host', value: 'pc-1' },
    { name: 'host', value: 'pc-1' },
    { name: 'empty', value: '' },
    { name: 'long', value: 'x'.repeat(2_000) },
  ]
  const shown = messageOf({ raw: '<13>hello', fields })
  expect([shown.raw, shown.isCut]).toEqual(['<13>hello', false])
  expect(messageOf({ raw: 'x'.repeat(16 * 1024) }).isCut).toBe(true)
  expect(shown.fields.map(({ name }) => name)).toEqual(['host', 'long'])
  expect(shown.fields[1]?.value.length).toBeLessThan(600)
})

test.each([null, 'text', 7, {}, { fields: 'none' }, { fields: [null, { name: 1, value: 'x' }], raw: 3 }])(
  'a message of another shape (%j) is empty, and no fault',
  (message) => {
    expect(messageOf(message)).toEqual({ raw: '', fields: [], isCut: false })
  },
)

test('what was read is told without what is empty, with the names of its parts', () => {
  const reading = {
    kind: 'status',
    level: 'warning',
    computer: { key: 'pc-1', name: 'PC-1' },
    reasons: [{ statusKey: 'databases-outdated', text: 'three days' }],
    namesAll: false,
    text: '',
    happenedAt: null,
  }
  expect(factsOf(reading)).toEqual([
    ['level', 'warning'],
    ['computer', 'PC-1'],
    ['reasons', 'databases-outdated: three days'],
  ])
})
