import { describe, expect, it } from 'vitest'
import type { TicketDraft } from '../../../core/ticket.ts'
import { boardsToOptions, recordsToLists } from './board-lists.ts'
import { companyToAccount, draftToBody, fieldsToOperations, placeToFlag, ticketToSeen, toId } from './map.ts'
import { Association, Board, Company, Status, SubType, Ticket, Type } from './wire.ts'

const draft: TicketDraft = {
  reference: 'tocsin-abc',
  accountId: '250',
  title: 'Malware not cured on PC-14',
  description: 'What is wrong.',
  general: { closedStatus: 'Completed', source: '4', notePlace: 'internal' },
  fields: {
    board: '3',
    priority: '6',
    status: '31',
    type: '301',
    subType: '311',
    item: '331',
    severity: 'High',
    impact: '',
  },
  at: new Date('2026-11-22T07:00:00Z'),
}

describe('draftToBody', () => {
  it('sends references by id, and no field that the rule leaves empty', () => {
    expect(draftToBody(draft, false)).toEqual({
      summary: 'Malware not cured on PC-14',
      company: { id: 250 },
      externalXRef: 'tocsin-abc',
      initialDescription: 'What is wrong.',
      source: { id: 4 },
      board: { id: 3 },
      priority: { id: 6 },
      status: { id: 31 },
      type: { id: 301 },
      subType: { id: 311 },
      item: { id: 331 },
      severity: 'High',
      processNotifications: false,
    })
  })

  it('needs only a board and a priority', () => {
    const body = draftToBody({ ...draft, general: {}, fields: { board: '3', priority: '6' }, description: '' }, true)
    expect(body).toEqual({
      summary: 'Malware not cured on PC-14',
      company: { id: 250 },
      externalXRef: 'tocsin-abc',
      board: { id: 3 },
      priority: { id: 6 },
      processNotifications: true,
    })
  })

  it('keeps the description from the client when told to', () => {
    const body = draftToBody({ ...draft, general: { descriptionPlace: 'internal' } }, false)
    expect(body).toMatchObject({ initialInternalAnalysis: 'What is wrong.' })
    expect(body).not.toHaveProperty('initialDescription')
  })

  it('cuts the title and keeps it whole in the description', () => {
    const title = 'x'.repeat(150)
    const body = draftToBody({ ...draft, title }, false)
    expect(body.summary).toHaveLength(100)
    expect(body.initialDescription).toBe(`${title}\n\nWhat is wrong.`)
  })

  it.each<[string, Partial<TicketDraft>, string]>([
    ['no title', { title: ' \r\n' }, 'missing-value'],
    ['no board', { fields: { priority: '6' } }, 'missing-value'],
    ['no priority', { fields: { board: '3' } }, 'missing-value'],
    ['no reference', { reference: '' }, 'invalid-value'],
    ['a long reference', { reference: 'x'.repeat(101) }, 'invalid-value'],
    ['a company that is no number', { accountId: 'acme' }, 'invalid-value'],
    ['a board that is no number', { fields: { board: '3 or 1', priority: '6' } }, 'invalid-value'],
    ['a field that nobody knows', { fields: { ...draft.fields, colour: 'red' } }, 'invalid-value'],
    ['a source that is no number', { general: { source: '-4' } }, 'invalid-value'],
  ])('refuses %s before anything is sent', (_, change, reason) => {
    expect(() => draftToBody({ ...draft, ...change }, false)).toThrow(
      expect.objectContaining({ kind: 'refused', reason, outcome: 'not-done' }),
    )
  })
})

describe('fieldsToOperations', () => {
  it('replaces whole objects by bare names, and leaves empty ones alone', () => {
    expect(fieldsToOperations({ priority: '8', severity: 'Low', type: '' })).toEqual([
      { op: 'replace', path: 'priority', value: { id: 8 } },
      { op: 'replace', path: 'severity', value: 'Low' },
    ])
  })
})

describe('toId', () => {
  it.each(['', '0', '-1', '1.5', '1e3', ' 7', '12345678901'])('refuses %j', (value) => {
    expect(() => toId('board', value)).toThrow(/board must be a number of ConnectWise/)
  })
})

describe('placeToFlag', () => {
  it.each([
    ['internal', 'internalAnalysisFlag'],
    ['discussion', 'detailDescriptionFlag'],
    ['resolution', 'resolutionFlag'],
    ['something else', 'internalAnalysisFlag'],
  ])('%s is %s', (place, flag) => {
    expect(placeToFlag(place)).toBe(flag)
  })
})

describe('ticketToSeen', () => {
  const ticket = {
    id: 41207,
    externalXRef: 'tocsin-abc',
    company: { id: 250, identifier: 'ACME', name: 'Acme' },
    board: { id: 3, name: 'Monitoring Alert' },
    priority: { id: 6, name: 'High' },
    status: { id: 31, name: 'New' },
    closedFlag: false,
    _info: { lastUpdated: '2026-01-05T10:15:02Z' },
  }

  it('takes what it needs, whatever is left out or null', () => {
    expect(ticketToSeen(Ticket.parse(ticket))).toEqual({
      ticketId: '41207',
      number: '41207',
      reference: 'tocsin-abc',
      accountId: '250',
      state: 'open',
      changedAt: new Date('2026-01-05T10:15:02Z'),
      fields: { board: '3', priority: '6' },
    })
    const bare = { ...ticket, externalXRef: null, board: null, priority: undefined, closedFlag: true, _info: null }
    expect(ticketToSeen(Ticket.parse(bare))).toMatchObject({
      reference: '',
      state: 'closed',
      changedAt: null,
      fields: { board: '', priority: '' },
    })
  })

  it('does not guess whether a ticket is closed', () => {
    const { closedFlag: _, ...unclear } = ticket
    expect(Ticket.safeParse(unclear).success).toBe(false)
  })
})

describe('companyToAccount', () => {
  it.each([
    ['Active', true],
    ['Delinquent', true],
    [undefined, true],
    ['Inactive', false],
    ['INACTIVE', false],
  ])('a company whose status is %s: active %s', (status, active) => {
    const company = { id: 250, identifier: 'ACME', name: 'Acme & Söhne', status: status && { id: 1, name: status } }
    expect(companyToAccount(Company.parse(company))).toEqual({
      id: '250',
      name: 'Acme & Söhne',
      number: 'ACME',
      active,
    })
  })
})

describe('lists of a board', () => {
  const board = '3'
  const lists = recordsToLists({
    board,
    statuses: Status.array().parse([
      { id: 33, name: 'Closed', sortOrder: 9, closedStatus: true },
      { id: 31, name: 'New', sortOrder: 1, defaultFlag: true, inactive: null },
    ]),
    types: Type.array().parse([
      { id: 302, name: 'Server', inactiveFlag: true },
      { id: 301, name: 'Endpoint' },
    ]),
    subTypes: SubType.array().parse([
      { id: 311, name: 'Antivirus', typeAssociationIds: [301, 302, 999] },
      { id: 312, name: 'Loose', typeAssociationIds: null },
    ]),
    associations: Association.array().parse([
      { id: 1, type: { id: 301 }, subType: { id: 311 }, item: { id: 331, name: 'Malware' } },
      { id: 2, type: { id: 302 }, subType: { id: 311 }, item: { id: 331, name: 'Malware' } },
      { id: 3, type: { id: 301 }, subType: { id: 311 }, item: null },
      { id: 4, type: { id: 301 }, subType: { id: 777 }, item: { id: 331 } },
      { id: 5, type: { id: 301 }, subType: { id: 311 }, item: { id: 778 } },
    ]),
    items: Type.array().parse([{ id: 331, name: 'Malware' }]),
  })

  it('stand under what they belong to', () => {
    expect(lists).toEqual({
      statuses: [
        { id: '31', board, name: 'New', closes: false, isDefault: true, active: true },
        { id: '33', board, name: 'Closed', closes: true, isDefault: false, active: true },
      ],
      types: [
        { value: '301', label: 'Endpoint', active: true, parent: '3' },
        { value: '302', label: 'Server', active: false, parent: '3' },
      ],
      subTypes: [
        { value: '311', label: 'Antivirus', active: true, parent: '301' },
        { value: '311', label: 'Antivirus', active: true, parent: '302' },
      ],
      items: [{ value: '331', label: 'Malware', active: true, parent: '311' }],
      combinations: ['301/311/331', '302/311/331'],
    })
  })

  it('leave out boards of projects, and keep those out of use', () => {
    const boards = Board.array().parse([
      { id: 9, name: 'Projects', projectFlag: true },
      { id: 7, name: 'Old', inactiveFlag: true },
      { id: 3, name: 'Alerts' },
    ])
    expect(boardsToOptions(boards)).toEqual([
      { value: '3', label: 'Alerts', active: true },
      { value: '7', label: 'Old', active: false },
    ])
  })
})
