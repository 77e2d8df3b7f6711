import { expect, test } from 'vitest'
import type { PsaField } from '../../api/generated/types.gen.ts'
import type { Desk, Fields, Values } from './draft.ts'
import { shownFields } from './mixed-fields.ts'

const field = (key: string, dependsOn?: string): PsaField => ({
  key,
  title: key,
  help: '',
  kind: 'choice',
  required: false,
  main: true,
  ...(dependsOn !== undefined && { dependsOn }),
})
const option = (value: string, parent?: string) => ({
  value,
  label: value,
  active: true,
  ...(parent !== undefined && { parent }),
})
const desk: Desk = {
  ruleFields: [field('board'), field('type', 'board'), field('item', 'type'), field('priority')],
  choices: {
    board: [option('1'), option('2')],
    type: [option('x', '1'), option('x', '2'), option('y', '1')],
    item: [option('xi', 'x')],
    priority: [option('high')],
  },
}
const row = (fields: Fields): Values => ({ own: true, enabled: false, fields, time: 0 })

test('what all rows have is shown, and what differs is kept', () => {
  expect(shownFields(desk, [row({ board: '1', type: 'x' }), row({ board: '1', type: 'y' })], {})).toEqual({
    board: { value: '1', isMixed: false },
    type: { value: '', isMixed: true },
    item: { value: '', isMixed: false },
    priority: { value: '', isMixed: false },
  })
})

test('what was chosen is shown for all, also nothing', () => {
  const shown = shownFields(desk, [row({ priority: 'high' }), row({})], { priority: '', board: '2' })
  expect(shown).toMatchObject({ priority: { value: '', isMixed: false }, board: { value: '2', isMixed: false } })
})

test('what no longer fits under what was chosen is shown as gone; what fits stays', () => {
  const rows = [row({ board: '1', type: 'y' })]
  expect(shownFields(desk, rows, { board: '2' }).type).toEqual({ value: '', isMixed: false })
  expect(shownFields(desk, [row({ board: '1', type: 'x' })], { board: '2' }).type).toEqual({
    value: 'x',
    isMixed: false,
  })
  const deep = shownFields(desk, [row({ board: '1', type: 'x', item: 'xi' })], { type: 'y' })
  expect(deep.item).toEqual({ value: '', isMixed: false })
  // One row keeps it, another loses it: they differ still.
  const two = [row({ board: '1', type: 'y' }), row({ board: '1', type: 'x' })]
  expect(shownFields(desk, two, { board: '2' }).type).toEqual({ value: '', isMixed: true })
})
