import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PsaField } from '../../api/generated/types.gen.ts'
import { generalChanges, generalReset, rebaseGeneral } from './general-draft.ts'

const values = fc.record({ a: fc.constantFrom('', '1', '2'), b: fc.constantFrom('', '1', '2') }, { requiredKeys: [] })
const field = (key: string, required: boolean): PsaField => ({
  key,
  title: key,
  help: '',
  kind: 'choice',
  required,
  main: true,
})

test('only what differs is a change', () => {
  expect(generalChanges({ seen: { a: '1', b: '2' }, values: { a: '1', b: '', c: '3' } })).toEqual({ b: '', c: '3' })
  expect(generalChanges({ seen: { a: '' }, values: {} })).toEqual({})
})

test('resetting fills in the defaults, clears the rest, and keeps what is required and has none', () => {
  const fields = [field('rep', true), field('status', true), field('source', false)]
  const now = { rep: '13', status: '9', source: '4' }
  expect(generalReset(fields, now, { status: '1' })).toEqual({ rep: '13', status: '1', source: '' })
})

test('after another person’s save each field is theirs, or mine where I changed it and they did not, or as I chose', () => {
  fc.assert(
    fc.property(values, values, values, fc.subarray(['a', 'b']), (seen, mine, theirs, picked) => {
      const next = rebaseGeneral({ seen, values: mine }, theirs, new Set(picked))
      expect(next.seen).toEqual(theirs)
      for (const key of ['a', 'b'] as const) {
        const [was, here, there] = [seen[key] ?? '', mine[key] ?? '', theirs[key] ?? '']
        const isMine = here !== was && (there === was || picked.includes(key))
        expect(next.values[key] ?? '').toBe(isMine ? here : there)
      }
    }),
  )
})
