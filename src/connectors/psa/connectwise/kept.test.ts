import { describe, expect, it } from 'vitest'
import { closingStatus, type KeptStatus, keptStatuses, mayStandTogether, statusAfterMove } from './kept.ts'

const open = { board: '3', closes: false, isDefault: false, active: true }
const closing = { ...open, closes: true }
const statuses: readonly KeptStatus[] = [
  { ...open, id: '30', name: 'Waiting' },
  { ...open, id: '31', name: 'New', isDefault: true },
  { ...open, id: '32', name: 'In Progress' },
  { ...closing, id: '33', name: 'Cancelled' },
  { ...closing, id: '34', name: '>Closed' },
  { ...closing, id: '35', name: 'Completed' },
  { ...closing, id: '36', name: 'Archived', active: false },
]
const without = (...ids: string[]) => statuses.filter(({ id }) => !ids.includes(id))

describe('closingStatus', () => {
  it.each([
    ['the chosen name', 'Cancelled', statuses, '33'],
    ['the chosen name in another case', ' cancelled', statuses, '33'],
    ['the usual name when none is chosen', '', statuses, '35'],
    ['the usual name when the chosen one is gone', 'Solved', statuses, '35'],
    ['the usual name when the chosen one does not close', 'In Progress', statuses, '35'],
    ['the usual name when the chosen one is inactive', 'Archived', statuses, '35'],
    ['"Closed" with its mark', '', without('35'), '34'],
    ['the first that closes', '', without('34', '35'), '33'],
    ['nothing where nothing closes', 'Completed', without('33', '34', '35'), undefined],
  ])('takes %s', (_, name, list, wanted) => {
    expect(closingStatus(list, name)?.id).toBe(wanted)
  })
})

describe('statusAfterMove', () => {
  it.each([
    ['the same name', { name: 'In progress', isClosed: false }, statuses, '32'],
    ['the default', { name: 'Triage', isClosed: false }, statuses, '31'],
    ['the first where there is no default', { name: 'Triage', isClosed: false }, without('31'), '30'],
    ['an open one, whatever the name means there', { name: 'Cancelled', isClosed: false }, statuses, '31'],
    ['a closed one for a closed ticket', { name: 'New', isClosed: true }, statuses, '33'],
    ['no inactive one', { name: 'Archived', isClosed: true }, statuses, '33'],
    ['nothing where nothing fits', { name: 'New', isClosed: false }, without('30', '31', '32'), undefined],
  ])('takes %s', (_, present, list, wanted) => {
    expect(statusAfterMove(list, present)?.id).toBe(wanted)
  })
})

describe('what is kept', () => {
  it('survives JSON, its absence and rubbish', () => {
    const extra = { statuses, combinations: ['301/311/331'] }
    const kept = JSON.parse(JSON.stringify({ choices: {}, extra }))
    expect(keptStatuses(kept)).toEqual(statuses)
    expect(mayStandTogether(kept, '301', '311', '331')).toBe(true)
    expect(mayStandTogether(kept, '301', '311', '332')).toBe(false)
    expect(keptStatuses({ choices: {}, extra: {} })).toEqual([])
    expect(keptStatuses({ choices: {}, extra: { statuses: 'many' } })).toEqual([])
    expect(mayStandTogether({ choices: {}, extra: {} }, '1', '2', '3')).toBe(true)
  })
})
