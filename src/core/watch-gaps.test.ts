import { expect, test } from 'vitest'
import { watchGaps } from './watch-gaps.ts'

const psas = [
  { id: 1, name: 'Autotask' },
  { id: 2, name: 'ConnectWise' },
]
const both = ['psa-refusing', 'psa-unreachable'] as const
const subjects = (...args: Parameters<typeof watchGaps>) => watchGaps(...args).map(({ subject }) => subject)

test('a webhook leaves no gap', () => {
  expect(watchGaps(psas, [], true)).toEqual([])
})

test('without any way there is one gap for everything', () => {
  expect(subjects(psas, [], false)).toEqual(['tocsin'])
  expect(subjects(psas, [{ psaId: 1, kinds: [] }], false)).toEqual(['tocsin'])
})

test('a PSA cannot hold the ticket that says it refuses us', () => {
  expect(subjects(psas, [{ psaId: 1, kinds: both }], false)).toEqual(['psa/1'])
  expect(watchGaps(psas, [{ psaId: 1, kinds: both }], false)[0]?.message).toContain(
    'Nobody would be told that Autotask refuses Tocsin or cannot be reached',
  )
})

test('two PSAs can hold each other’s, when the rules for both kinds are on', () => {
  expect(
    subjects(
      psas,
      [
        { psaId: 1, kinds: both },
        { psaId: 2, kinds: both },
      ],
      false,
    ),
  ).toEqual([])
  expect(
    subjects(
      psas,
      [
        { psaId: 1, kinds: both },
        { psaId: 2, kinds: ['psa-refusing'] },
      ],
      false,
    ),
  ).toEqual(['psa/1'])
})
