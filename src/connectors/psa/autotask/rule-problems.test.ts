import { describe, expect, it } from 'vitest'
import type { PsaOptions } from '../../psa.ts'
import { ruleProblems } from './rule-problems.ts'

const statuses = [
  { value: '1', label: 'New', active: true },
  { value: '5', label: 'Done (complete)', active: true },
  { value: '16', label: 'RMM alert closed', active: true },
]
const options: PsaOptions = {
  choices: {
    newStatus: statuses,
    closedStatus: statuses,
    source: [{ value: '8', label: 'Monitoring Alert', active: true }],
    queue: [
      { value: '8', label: 'Monitoring Alert', active: true },
      { value: '29682970', label: 'Old Projects', active: false },
    ],
    priority: [{ value: '1', label: 'High', active: true }],
    issueType: [
      { value: '10', label: 'Network', active: true },
      { value: '11', label: 'Security', active: true },
    ],
    subIssueType: [{ value: '136', label: 'Malware', active: true, parent: '11' }],
    assignedResource: [
      { value: '71', label: 'Ann Ode', active: true },
      { value: '72', label: 'Bob Iron', active: true },
    ],
    assignedRole: [
      { value: '31', label: 'Engineer', active: true, parent: '71' },
      { value: '31', label: 'Engineer', active: false, parent: '72' },
    ],
  },
  extra: {},
}
const general = { newStatus: '1', closedStatus: '5', source: '8' }
const rule = { queue: '8', priority: '1', dueHours: '24' }

describe('ruleProblems', () => {
  it.each([
    ['a plain rule', {}, {}],
    ['a sub-issue under its issue', {}, { issueType: '11', subIssueType: '136' }],
    ['a person with a role instead of a queue', {}, { queue: '', assignedResource: '71', assignedRole: '31' }],
    ['a list that could not be read', { noteType: '3' }, { ticketCategory: '112' }],
  ])('has nothing against %s', (_, generalChange, change) => {
    expect(ruleProblems(options, { ...general, ...generalChange }, { ...rule, ...change })).toEqual([])
  })

  it.each([
    ['a queue that vanished', {}, { queue: '77' }, 'queue', /set to 77, which no longer exists/],
    ['an inactive queue', {}, { queue: '29682970' }, 'queue', /"Old Projects" is inactive/],
    ['no priority', {}, { priority: '' }, 'priority', /Choose "Priority"/],
    ['no due hours', {}, { dueHours: '' }, 'dueHours', /Fill in "Due in hours"/],
    ['no due hours at all', {}, { dueHours: '0' }, 'dueHours', /from 1 to 8760/],
    ['a fraction of an hour', {}, { dueHours: '1.5' }, 'dueHours', /whole number/],
    ['more than a year', {}, { dueHours: '8761' }, 'dueHours', /from 1 to 8760/],
    [
      'a sub-issue of another issue',
      {},
      { issueType: '10', subIssueType: '136' },
      'subIssueType',
      /"Malware" does not stand under the issue type "Network"/,
    ],
    ['a sub-issue without issue', {}, { subIssueType: '136' }, 'subIssueType', /"Malware" needs its issue type/],
    ['a person without a role', {}, { assignedResource: '71' }, 'assignedRole', /choose the role/],
    ['a role without a person', {}, { assignedRole: '31' }, 'assignedResource', /choose the resource/],
    ['a role taken away', {}, { assignedResource: '72', assignedRole: '31' }, 'assignedRole', /"Engineer" is inactive/],
    [
      'a person who vanished',
      {},
      { assignedResource: '99', assignedRole: '31' },
      'assignedResource',
      /no longer exists/,
    ],
    ['neither queue nor person', {}, { queue: '' }, 'queue', /Choose a queue/],
    ['a closed status that does not complete', { closedStatus: '16' }, {}, 'closedStatus', /"Done \(complete\)"/],
    ['tickets closed from the start', { newStatus: '5' }, {}, 'newStatus', /closed from the start/],
    ['no closed status', { closedStatus: '' }, {}, 'closedStatus', /Choose "Status of closed tickets"/],
    ['a source that vanished', { source: '9' }, {}, 'source', /no longer exists/],
  ])('finds %s', (_, generalChange, change, field, message) => {
    const problems = ruleProblems(options, { ...general, ...generalChange }, { ...rule, ...change })
    expect(problems).toContainEqual({ field, message: expect.stringMatching(message) })
  })

  it('names a role that the person does not hold', () => {
    const holders = options.choices.assignedRole?.slice(0, 1) ?? []
    const changed = { ...options, choices: { ...options.choices, assignedRole: holders } }
    const problems = ruleProblems(changed, general, { ...rule, assignedResource: '72', assignedRole: '31' })
    expect(problems).toEqual([
      { field: 'assignedRole', message: expect.stringMatching(/"Bob Iron" does not hold the role "Engineer"/) },
    ])
  })
})
