import { describe, expect, it } from 'vitest'
import type { TicketDraft } from '../../../core/ticket.ts'
import { limitsFromFields, limitsOf, usualLimits } from './limits.ts'
import {
  closedStatusesOf,
  companyToAccount,
  draftToBody,
  fieldsToBody,
  optionsOf,
  picklistToOptions,
  staffToOptions,
  ticketToSeen,
  toDate,
} from './map.ts'
import { Company, Fields, Ticket } from './wire.ts'

const draft: TicketDraft = {
  reference: 'tocsin-abc',
  accountId: '175',
  title: 'Malware not cured on PC-14',
  description: 'What is wrong.',
  general: { newStatus: '1', closedStatus: '5', source: '8', ticketType: '5' },
  fields: { queue: '8', priority: '1', dueHours: '26', issueType: '11', subIssueType: '136', ticketCategory: '' },
  at: new Date('2026-11-22T07:00:00Z'),
}

describe('draftToBody', () => {
  it('sends every field that Autotask may demand, and no other', () => {
    expect(draftToBody(draft, usualLimits)).toEqual({
      companyID: 175,
      title: 'Malware not cured on PC-14',
      description: 'What is wrong.',
      externalID: 'tocsin-abc',
      status: 1,
      priority: 1,
      queueID: 8,
      source: 8,
      ticketType: 5,
      issueType: 11,
      subIssueType: 136,
      dueDateTime: '2026-11-23T09:00:00.000Z',
    })
  })

  it('takes the usual status, and a person with a role instead of a queue', () => {
    const fields = { priority: '2', dueHours: '1', assignedResource: '29682885', assignedRole: '29683' }
    expect(draftToBody({ ...draft, general: {}, fields }, usualLimits)).toMatchObject({
      status: 1,
      assignedResourceID: 29682885,
      assignedResourceRoleID: 29683,
    })
  })

  it('takes the own company, whose number is 0, and negative picklist values', () => {
    const general = { source: '-1' }
    expect(draftToBody({ ...draft, accountId: '0', general }, usualLimits)).toMatchObject({ companyID: 0, source: -1 })
  })

  const refusals: readonly [string, Partial<TicketDraft>, string][] = [
    ['no title', { title: ' \r\n' }, 'missing-value'],
    ['no priority', { fields: { ...draft.fields, priority: '' } }, 'missing-value'],
    ['no queue', { fields: { ...draft.fields, queue: '' } }, 'missing-value'],
    ['a person without a role', { fields: { ...draft.fields, queue: '', assignedResource: '7' } }, 'missing-value'],
    ['no due hours', { fields: { ...draft.fields, dueHours: '' } }, 'missing-value'],
    ['half due hours', { fields: { ...draft.fields, dueHours: '1.5' } }, 'missing-value'],
    ['too many due hours', { fields: { ...draft.fields, dueHours: '8761' } }, 'missing-value'],
    ['a queue by its name', { fields: { ...draft.fields, queue: 'Monitoring Alert' } }, 'invalid-value'],
    ['an unknown field', { fields: { ...draft.fields, queu: '8' } }, 'invalid-value'],
    ['a company by its name', { accountId: 'Smith & Sons' }, 'invalid-value'],
    ['a reference that would be cut', { reference: 'r'.repeat(51) }, 'invalid-value'],
    ['no reference', { reference: '' }, 'invalid-value'],
  ]
  it.each(refusals)('refuses %s before anything is sent', (_, change, reason) => {
    expect(() => draftToBody({ ...draft, ...change }, usualLimits)).toThrowError(
      expect.objectContaining({ kind: 'refused', reason, outcome: 'not-done' }),
    )
  })
})

describe('fieldsToBody', () => {
  it('names only what is given and leaves empty ones as they are', () => {
    expect(fieldsToBody({ priority: '4', queue: '' })).toEqual({ priority: 4 })
    expect(fieldsToBody({})).toEqual({})
  })
})

describe('ticketToSeen', () => {
  const wire = {
    id: 43181,
    companyID: 175,
    externalID: 'tocsin-abc',
    ticketNumber: 'T20261122.0004',
    status: 5,
    priority: 1,
    queueID: null,
    completedDate: '2026-11-22T07:01:12.2Z',
    lastTrackedModificationDateTime: '2026-11-22T07:01:12.2Z',
  }

  it('reads a ticket', () => {
    expect(ticketToSeen(Ticket.parse(wire), closedStatusesOf([]))).toEqual({
      ticketId: '43181',
      number: 'T20261122.0004',
      reference: 'tocsin-abc',
      accountId: '175',
      state: 'closed',
      changedAt: new Date('2026-11-22T07:01:12.200Z'),
      fields: { queue: '', priority: '1' },
    })
  })

  it.each([
    [5, [], 'closed'],
    [1, [], 'open'],
    [16, [], 'open'],
    [16, [{ closedStatus: '16' }], 'closed'],
    [5, [{ closedStatus: '16' }], 'closed'],
    [5, [{ closedStatus: '' }], 'closed'],
  ] as const)('status %i with the settings %j is %s', (status, generals, state) => {
    expect(ticketToSeen(Ticket.parse({ ...wire, status }), closedStatusesOf(generals)).state).toBe(state)
  })

  it('takes null and empty texts for the same', () => {
    const seen = ticketToSeen(Ticket.parse({ ...wire, externalID: null, ticketNumber: null }), closedStatusesOf([]))
    expect(seen).toMatchObject({ reference: '', number: '' })
  })
})

describe('toDate', () => {
  it.each([
    ['2022-12-07T09:15:28.147Z', '2022-12-07T09:15:28.147Z'],
    ['2022-12-07T09:15:45.2Z', '2022-12-07T09:15:45.200Z'],
    ['2022-12-07T09:15:00Z', '2022-12-07T09:15:00.000Z'],
    ['2022-12-07T09:15:00.5', '2022-12-07T09:15:00.500Z'],
    ['2022-12-07T09:15:00+01:00', '2022-12-07T08:15:00.000Z'],
  ])('%s', (text, wanted) => {
    expect(toDate(text)?.toISOString()).toBe(wanted)
  })

  it.each(['', 'yesterday'])('knows no time in "%s"', (text) => {
    expect(toDate(text)).toBeNull()
  })
})

describe('lists', () => {
  it('reads a company', () => {
    const company = Company.parse({
      id: 0,
      companyName: 'Müller & "Söhne" 🏥 שלום',
      companyNumber: null,
      isActive: true,
    })
    expect(companyToAccount(company)).toEqual({
      id: '0',
      name: 'Müller & "Söhne" 🏥 שלום',
      number: '',
      active: true,
    })
  })

  it('keeps the order of a picklist, inactive values and parents', () => {
    const value = { label: '', parentValue: '', isActive: true, sortOrder: 0 }
    const options = picklistToOptions([
      { ...value, value: '2', label: 'Medium', sortOrder: 2 },
      { ...value, value: '1', label: 'High', sortOrder: 1, isActive: false },
      { ...value, value: '136', label: 'Malware', parentValue: '11', sortOrder: 3 },
    ])
    expect(options).toEqual([
      { value: '1', label: 'High', active: false },
      { value: '2', label: 'Medium', active: true },
      { value: '136', label: 'Malware', active: true, parent: '11' },
    ])
  })

  it('finds no options where there is no picklist', () => {
    const fields = Fields.parse({ fields: [{ name: 'title', length: 255, picklistValues: null }] })
    expect(optionsOf(fields, 'title')).toEqual([])
    expect(optionsOf(fields, 'queueID')).toEqual([])
  })

  it('shows only people who hold a role in a queue, each role once', () => {
    const staff = staffToOptions(
      [
        { id: 1, firstName: 'Ann', lastName: 'Ode', isActive: true },
        { id: 2, firstName: 'Bob', lastName: '', isActive: false },
        { id: 3, firstName: 'API', lastName: 'User', isActive: true },
        { id: 4, firstName: 'Only', lastName: 'Department', isActive: true },
      ],
      [
        { id: 10, name: 'Engineer', isActive: true },
        { id: 11, name: 'Manager', isActive: false },
      ],
      [
        { id: 100, resourceID: 1, roleID: 11, queueID: 8, isActive: true },
        { id: 101, resourceID: 1, roleID: 10, queueID: 5, isActive: false },
        { id: 102, resourceID: 1, roleID: 10, queueID: 8, isActive: true },
        { id: 103, resourceID: 1, roleID: 10, queueID: 6, isActive: false },
        { id: 104, resourceID: 2, roleID: 10, queueID: 8, isActive: false },
        { id: 105, resourceID: 4, roleID: 10, queueID: null, isActive: true },
      ],
    )
    expect(staff.assignedResource).toEqual([
      { value: '1', label: 'Ann Ode', active: true },
      { value: '2', label: 'Bob', active: false },
    ])
    expect(staff.assignedRole).toEqual([
      { value: '10', label: 'Engineer', active: true, parent: '1' },
      { value: '10', label: 'Engineer', active: false, parent: '2' },
      { value: '11', label: 'Manager', active: false, parent: '1' },
    ])
  })
})

describe('limits', () => {
  it('come from the metadata, the usual ones where it says nothing', () => {
    const ticket = Fields.parse({
      fields: [
        { name: 'title', length: 200 },
        { name: 'description', length: 0 },
        { name: 'externalID', length: null },
      ],
    })
    const note = Fields.parse({ fields: [{ name: 'description', length: 4_000 }] })
    expect(limitsFromFields(ticket, note)).toEqual({ ...usualLimits, title: 200, noteText: 4_000 })
  })

  it('survive being kept with the options, and their absence', () => {
    const kept = { choices: {}, extra: { limits: { ...usualLimits, title: 100 } } }
    expect(limitsOf(kept)).toEqual({ ...usualLimits, title: 100 })
    expect(limitsOf({ choices: {}, extra: {} })).toEqual(usualLimits)
    expect(limitsOf({ choices: {}, extra: { limits: { title: 'long' } } })).toEqual(usualLimits)
  })
})
