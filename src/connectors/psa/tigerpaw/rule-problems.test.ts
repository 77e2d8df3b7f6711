import { describe, expect, it } from 'vitest'
import type { PsaOptions } from '../../psa.ts'
import { ruleProblems } from './rule-problems.ts'

const option = (value: string, active = true) => ({ value, label: `label of ${value}`, active })
const options: PsaOptions = {
  choices: {
    serviceOrderRep: [option('12'), option('16', false)],
    newStatus: [option('New'), option('Completed')],
    closedStatus: [option('New'), option('Completed')],
    board: [option('3')],
    priority: [option('High')],
    type: [option('Security')],
  },
  extra: { incomplete: [] },
}
const general = { serviceOrderRep: '12', newStatus: 'New', closedStatus: 'Completed' }
const rule = { board: '3', priority: 'High', type: 'Security' }

describe('ruleProblems', () => {
  it('finds nothing wrong with what the lists hold, and with what may be left out', () => {
    expect(ruleProblems(options, general, rule)).toEqual([])
    expect(ruleProblems(options, general, { priority: 'High' })).toEqual([])
  })

  it('names all that is required', () => {
    expect(ruleProblems(options, {}, {}).map((problem) => problem.field)).toEqual([
      'serviceOrderRep',
      'newStatus',
      'closedStatus',
      'priority',
    ])
  })

  it.each([
    ['serviceOrderRep', { general: { ...general, serviceOrderRep: '16' } }, /"label of 16" is inactive/],
    ['closedStatus', { general: { ...general, closedStatus: 'Done' } }, /"Done", which no longer exists/],
    ['newStatus', { general: { ...general, newStatus: 'completed', closedStatus: 'Completed' } }, /no longer exists/],
    ['board', { rule: { ...rule, board: '4' } }, /"4", which no longer exists/],
    ['priority', { rule: { ...rule, priority: 'high' } }, /"high", which no longer exists/],
  ])('%s', (field, change, message) => {
    const { general: other = general, rule: row = rule } = change as { general?: typeof general; rule?: typeof rule }
    const problems = ruleProblems(options, other, row)
    expect(problems).toContainEqual({ field, message: expect.stringMatching(message) })
  })

  it('wants two different statuses, whatever their case', () => {
    const problems = ruleProblems({ choices: {}, extra: {} }, { ...general, newStatus: 'COMPLETED' }, rule)
    expect(problems).toEqual([{ field: 'newStatus', message: expect.stringMatching(/closed from the start/) }])
  })

  it('says nothing against a value of a list that was not read, or not whole', () => {
    const unread = { ...general, newStatus: 'Nowhere' }
    expect(ruleProblems({ choices: {}, extra: {} }, unread, rule)).toEqual([])
    expect(ruleProblems({ ...options, extra: { incomplete: ['newStatus'] } }, unread, rule)).toEqual([])
    expect(ruleProblems(options, unread, rule)).toHaveLength(1)
  })
})
