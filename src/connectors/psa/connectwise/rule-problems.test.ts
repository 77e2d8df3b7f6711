import { describe, expect, it } from 'vitest'
import type { PsaOptions } from '../../psa.ts'
import { fixedChoices } from './fields.ts'
import { ruleProblems } from './rule-problems.ts'

const active = true
const status = { closes: false, isDefault: false, active }
const options: PsaOptions = {
  choices: {
    ...fixedChoices,
    closedStatus: [{ value: 'Completed', label: 'Completed', active }],
    source: [{ value: '4', label: 'Monitoring', active }],
    board: [
      { value: '3', label: 'Alerts', active },
      { value: '5', label: 'Security', active },
      { value: '7', label: 'Old', active: false },
    ],
    priority: [{ value: '6', label: 'High', active }],
    status: [
      { value: '31', label: 'New', active, parent: '3' },
      { value: '33', label: 'Completed', active, parent: '3' },
      { value: '51', label: 'New', active, parent: '5' },
    ],
    type: [
      { value: '301', label: 'Endpoint', active, parent: '3' },
      { value: '302', label: 'Server', active, parent: '3' },
      { value: '303', label: 'Printer', active: false, parent: '3' },
      { value: '501', label: 'Incident', active, parent: '5' },
    ],
    subType: [
      { value: '311', label: 'Antivirus', active, parent: '301' },
      { value: '311', label: 'Antivirus', active, parent: '302' },
    ],
    item: [
      { value: '331', label: 'Malware', active, parent: '311' },
      { value: '332', label: 'Databases', active, parent: '311' },
    ],
  },
  extra: {
    statuses: [
      { ...status, id: '31', board: '3', name: 'New' },
      { ...status, id: '33', board: '3', name: 'Completed', closes: true },
      { ...status, id: '51', board: '5', name: 'New' },
      { ...status, id: '52', board: '5', name: 'Done', closes: true, active: false },
    ],
    combinations: ['301/311/331', '301/311/332', '302/311/331'],
  },
}
const general = { closedStatus: 'Completed', source: '4' }
const rule = { board: '3', priority: '6' }

describe('ruleProblems', () => {
  it.each([
    ['a plain rule', {}, {}],
    ['general settings that are empty', { closedStatus: '', source: '' }, {}],
    ['a whole rule', {}, { status: '31', type: '302', subType: '311', item: '331', severity: 'High', impact: 'Low' }],
    ['places of texts', { notePlace: 'discussion', descriptionPlace: 'internal', resolutionPlace: 'internal' }, {}],
  ])('has nothing against %s', (_, generalChange, change) => {
    expect(ruleProblems(options, { ...general, ...generalChange }, { ...rule, ...change })).toEqual([])
  })

  it('says nothing of values while no list was read', () => {
    expect(ruleProblems({ choices: {}, extra: {} }, general, { ...rule, type: '1', item: '2' })).toEqual([])
  })

  it.each([
    ['no board', {}, { board: '' }, 'board', /Choose "Board"/],
    ['no priority', {}, { priority: '' }, 'priority', /Choose "Priority"/],
    ['a board that vanished', {}, { board: '77' }, 'board', /set to 77, which no longer exists/],
    ['an archived board', {}, { board: '7' }, 'board', /"Old" is inactive/],
    ['a board where nothing closes', {}, { board: '5' }, 'board', /"Security" has no active status that closes/],
    ['a priority that vanished', {}, { priority: '9' }, 'priority', /no longer exists/],
    ['a status of another board', {}, { status: '51' }, 'status', /"New" does not stand under the board "Alerts"/],
    ['a status that closes', {}, { status: '33' }, 'status', /closed from the start/],
    ['a type of another board', {}, { type: '501' }, 'type', /"Incident" does not stand under the board "Alerts"/],
    ['an inactive type', {}, { type: '303' }, 'type', /"Printer" is inactive/],
    ['a subtype without type', {}, { subType: '311' }, 'subType', /"Antivirus" needs its type/],
    ['an item without subtype', {}, { type: '301', item: '331' }, 'item', /"Malware" needs its subtype/],
    [
      'an item that this type does not have',
      {},
      { type: '302', subType: '311', item: '332' },
      'item',
      /"Databases" may not stand .* "Server"/,
    ],
    ['a severity of their own', {}, { severity: 'Urgent' }, 'severity', /set to Urgent/],
    ['a closing name that vanished', { closedStatus: 'Done' }, {}, 'closedStatus', /set to Done/],
    ['a source that vanished', { source: '9' }, {}, 'source', /no longer exists/],
    ['a place that is none', { notePlace: 'fax' }, {}, 'notePlace', /set to fax/],
  ])('finds %s, and nothing else', (_, generalChange, change, field, message) => {
    const problems = ruleProblems(options, { ...general, ...generalChange }, { ...rule, ...change })
    expect(problems).toEqual([{ field, message: expect.stringMatching(message) }])
  })

  it('does not judge what stands under a field that is wrong', () => {
    const under = { status: '51', type: '501', subType: '999', item: '999' }
    expect(ruleProblems(options, general, { ...rule, ...under, board: '7' }).map(({ field }) => field)).toEqual([
      'board',
    ])
    expect(ruleProblems(options, general, { ...rule, type: '999', subType: '999', item: '999' })).toHaveLength(1)
  })
})
