import { describe, expect, it } from 'vitest'
import {
  byRank,
  closedStatusesOf,
  closingToBody,
  isVoided,
  lockHolder,
  namesToOptions,
  orderToBody,
  orderToSeen,
  summaryToAccount,
} from './map.ts'
import { TigerpawSettings } from './settings.ts'
import { AccountSummary, Order } from './wire.ts'

const keys = { publicKey: 'p', privateKey: 'q' }
const settings = TigerpawSettings.parse({ ...keys, timeZone: 'America/Chicago' })

function order(fields: object, more: object = {}): Order {
  return Order.parse({ ServiceOrderNumber: 80281, ServiceOrder: { Status: 'New', ...fields }, ...more })
}

describe('orderToSeen', () => {
  const closed = closedStatusesOf([{ closedStatus: 'Completed ' }, {}, { closedStatus: 'Billed' }])

  it('reads an order of which little is set', () => {
    expect(orderToSeen(order({}), closed, settings)).toEqual({
      ticketId: '80281',
      number: '80281',
      reference: '',
      accountId: '',
      state: 'open',
      changedAt: null,
      fields: { board: '', priority: '' },
    })
  })

  it('reads what an order holds', () => {
    const fields = {
      AccountNumber: 407555,
      Reference: 'tocsin-1',
      DispatchBoardNumber: 3,
      Priority: 'High',
      DateCreated: '2026-01-05T10:15:02',
      StatusChangeDate: '2026-01-05T10:20:00.5',
    }
    expect(orderToSeen(order(fields), closed, settings)).toMatchObject({
      reference: 'tocsin-1',
      accountId: '407555',
      changedAt: new Date('2026-01-05T16:20:00.500Z'),
      fields: { board: '3', priority: 'High' },
    })
    const fresh = order({ ...fields, StatusChangeDate: null })
    expect(orderToSeen(fresh, closed, settings).changedAt).toEqual(new Date('2026-01-05T16:15:02Z'))
  })

  it.each([
    ['New', null, 'open'],
    ['Completed', null, 'closed'],
    ['COMPLETED', null, 'closed'],
    ['Billed', null, 'closed'],
    ['Closed', null, 'open'],
    ['New', '2026-01-05T10:15:02', 'closed'],
  ])('%s, closed at %s, is %s', (Status, DateTimeClosed, state) => {
    expect(orderToSeen(order({ Status, DateTimeClosed }), closed, settings).state).toBe(state)
  })
})

describe('lockHolder and isVoided', () => {
  it.each([
    [undefined, null],
    [null, null],
    [{ LockingRepNumber: 14, LockingRepName: 'Kim Lee' }, 'Kim Lee'],
    [{ LockingRepNumber: 14, LockingRepName: null }, 'rep 14'],
    [{ LockingRepNumber: 0, LockingRepName: '' }, null],
    [{}, null],
  ])('%j is %s', (ServiceOrderLock, holder) => {
    expect(lockHolder(order({}, { ServiceOrderLock }))).toBe(holder)
  })

  it('knows a voided order by its date', () => {
    expect(isVoided(order({ VoidDate: null }))).toBe(false)
    expect(isVoided(order({ VoidDate: '2026-01-05T10:15:02' }))).toBe(true)
  })
})

describe('closingToBody', () => {
  const at = new Date('2026-01-05T16:15:02Z')

  it('holds what the settings ask for', () => {
    expect(closingToBody('Done', at, settings)).toEqual({ Status: 'Done' })
    const all = TigerpawSettings.parse({ ...settings, setDateTimeClosed: true, completeOpenTasks: true })
    expect(closingToBody('Done', at, all)).toEqual({
      Status: 'Done',
      DateTimeClosed: { DateTime: '2026-01-05T10:15:02' },
      CompleteOpenTasks: true,
    })
  })
})

describe('orderToBody', () => {
  it('sends what an update takes, dates wrapped, and nothing that is not set or cannot be written', () => {
    const fields = {
      AccountNumber: 407555,
      Status: 'New',
      InternalComments: 'ask Kim',
      WorkPerformed: null,
      EstimatedHours: 0,
      PayMethodId: 4,
      DateTimeReceived: '2026-01-05T10:15:02',
      DateTimeRequested: '2026-01-06T09:30:00',
      DateRequested: '2026-01-06T00:00:00',
      TimeRequested: '1900-01-01T09:30:00',
      DateTimeOpened: '2026-01-05T10:15:02',
      DateTimeClosed: null,
      StatusChangeDate: '2026-01-05T10:15:02',
      TotalDue: 12.5,
    }
    expect(orderToBody(order(fields))).toEqual({
      Status: 'New',
      InternalComments: 'ask Kim',
      EstimatedHours: 0,
      PayMethodsId: 4,
      DateTimeReceived: '2026-01-05T10:15:02',
      DateTimeRequested: { Date: '2026-01-06T00:00:00', Time: '1900-01-01T09:30:00' },
      DateTimeOpened: { DateTime: '2026-01-05T10:15:02' },
    })
  })
})

describe('summaryToAccount', () => {
  it.each([
    ['Active', 'ACME-1', { number: 'ACME-1', active: true }],
    ['inactive', '', { number: '7', active: false }],
    [null, null, { number: '7', active: true }],
  ])('status %s, id %s', (Status, AccountId, wanted) => {
    const summary = AccountSummary.parse({ AccountNumber: 7, Account: { Name: 'Acme & Söhne', AccountId, Status } })
    expect(summaryToAccount(summary, settings)).toEqual({ id: '7', name: 'Acme & Söhne', ...wanted })
  })
})

describe('lists', () => {
  it('have each name once and no empty one', () => {
    expect(namesToOptions(['New', ' New ', '', 'Done']).map((one) => one.value)).toEqual(['New', 'Done'])
  })

  it('go by rank, those without one last', () => {
    const rows = [{ Rank: null, name: 'c' }, { Rank: 2, name: 'b' }, { name: 'd' }, { Rank: 1, name: 'a' }]
    expect(byRank(rows).map((row) => row.name)).toEqual(['a', 'b', 'c', 'd'])
  })
})
