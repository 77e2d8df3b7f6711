import { describe, expect, test } from 'vitest'
import type { PsaField } from '../api/generated/types.gen.ts'
import { changedValues, choicesOf, usualValues, withDeskValue } from './desk-values.ts'

const field = (key: string, more: Partial<PsaField> = {}): PsaField => ({
  key,
  title: key,
  help: '',
  kind: 'choice',
  required: false,
  main: true,
  ...more,
})
const board = field('board', { default: { label: ' alerts ' } })
const type = field('type', { dependsOn: 'board' })
const item = field('item', { dependsOn: 'type' })
const due = field('due', { kind: 'integer', default: { value: '24' } })
const fields = [board, type, item, due]
const option = (value: string, parent?: string, active = true) => ({
  value,
  label: value === 'a' ? 'Alerts' : value,
  active,
  ...(parent !== undefined && { parent }),
})
const choices = {
  board: [option('a'), option('b'), option('old', undefined, false)],
  type: [option('t1', 'a'), option('t2', 'b'), option('both', 'a'), option('both', 'b')],
  item: [option('i1', 't1')],
}

describe('what may be chosen', () => {
  test('is active, and follows the field above', () => {
    expect(choicesOf(board, choices, {})?.map(({ value }) => value)).toEqual(['a', 'b'])
    expect(choicesOf(type, choices, { board: 'b' })?.map(({ value }) => value)).toEqual(['t2', 'both'])
    expect(choicesOf(type, choices, {})).toEqual([])
  })

  test('is anything where the desk has no list', () => {
    expect(choicesOf(due, choices, {})).toBeNull()
    expect(choicesOf(field('unread'), choices, {})).toBeNull()
  })
})

test('a change clears what depended on it and no longer fits, through all steps', () => {
  const before = { board: 'a', type: 't1', item: 'i1', due: '8' }
  expect(withDeskValue(fields, choices, before, 'board', 'b')).toEqual({ board: 'b', type: '', item: '', due: '8' })
  const both = { board: 'a', type: 'both' }
  expect(withDeskValue(fields, choices, both, 'board', 'b')).toEqual({ board: 'b', type: 'both' })
})

test('only what differs is sent; what was cleared as an empty text', () => {
  expect(changedValues({ board: 'a', due: '' }, { board: 'a', due: '8', type: 't1' })).toEqual({ due: '', type: '' })
  expect(changedValues({ board: '' }, {})).toEqual({})
})

test('the usual values are looked up in the live lists, without regard to case', () => {
  expect(usualValues(fields, choices)).toEqual({ board: 'a', due: '24' })
  expect(usualValues(fields, { board: [option('old', undefined, false)] })).toEqual({ due: '24' })
})
