import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTigerpawEmulator } from '../main.ts'
import { firstAccount, startDesk, type TestDesk } from '../test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk({ clock: { now: () => new Date('2026-01-05T10:15:00Z') } })
})
afterAll(() => desk.stop())

describe('reps', () => {
  it.each<[string, object, object, string]>([
    ['takeOrder', {}, { TechnicianAssigned: 13, Status: 'In Progress' }, 'updated'],
    ['takeOrder', { repNumber: 14 }, { TechnicianAssigned: 14 }, 'updated'],
    ['setPriority', { priority: 'low' }, { Priority: 'Low' }, 'updated'],
    ['moveBoard', { board: 'Help Desk' }, { DispatchBoardNumber: 2 }, 'updated'],
    ['moveBoard', { board: 1 }, { DispatchBoardNumber: 1 }, 'updated'],
    ['setStatus', { status: 'Waiting – Parts & Labor' }, { Status: 'Waiting – Parts & Labor' }, 'updated'],
    ['setStatus', { status: 'closed' }, { Status: 'Closed', DateTimeClosed: '2026-01-05T10:15:00' }, 'closed'],
    ['closeOrder', {}, { Status: 'Completed' }, 'closed'],
    ['closeOrder', { status: 'Closed' }, { Status: 'Closed' }, 'closed'],
    [
      'setOrderFields',
      { fields: { BriefDescription: 'Own words', Severity: 2 } },
      { BriefDescription: 'Own words', Severity: 2 },
      'updated',
    ],
    ['voidOrder', {}, { VoidBy: 13 }, 'deleted'],
  ])('%s %j shows in the order and the history', async (act, more, expected, kind) => {
    const number = await desk.order()
    await desk.act(act, { ticketId: number, ...more })
    expect((await desk.read(number)).ServiceOrder).toMatchObject(expected)
    expect(desk.historyOf(number).map((entry) => [entry.kind, entry.by])).toEqual([
      ['created', 'api'],
      [kind, 'person'],
    ])
  })

  it('close, re-open, note, lock and void by reference; the history tells who, what and when', async () => {
    const number = await desk.order({ Reference: 'KSC:h1' })
    const reference = 'KSC:h1'
    await desk.act('closeOrder', { reference })
    await desk.act('reopenOrder', { reference, status: 'Scheduled', repNumber: 15 })
    const noted = await desk.act('addNote', { reference, note: 'Called', topic: 'Customer Contact' })
    await desk.act('lockOrder', { reference })
    await desk.act('unlockOrder', { reference })
    await desk.put(`serviceorders/${number}`, { Priority: 'Low' })
    await desk.act('voidOrder', { reference, reason: 'Twice' })
    const entries = desk.historyOf(number)
    const kinds = entries.map(({ kind, by }) => `${kind} ${by}`)
    expect(kinds).toEqual([
      'created api',
      'closed person',
      'reopened person',
      'note person',
      'updated person',
      'updated person',
      'updated api',
      'deleted person',
    ])
    expect(entries[0]).toMatchObject({
      resourceID: 12,
      companyID: firstAccount,
      externalID: 'KSC:h1',
      time: '2026-01-05T10:15:00.000Z',
    })
    expect(entries[0]?.changes).toMatchObject({ Status: { old: null, new: 'New' }, BriefDescription: { old: null } })
    expect(entries[2]).toMatchObject({ resourceID: 15, changes: { Status: { old: 'Completed', new: 'Scheduled' } } })
    expect(entries[3]).toMatchObject({
      noteId: (noted as { noteId: number }).noteId,
      changes: { Note: { new: 'Called' } },
    })
    expect(entries[6]?.changes).toEqual({ Priority: { old: 'High', new: 'Low' } })
    expect(entries[7]?.changes).toMatchObject({ VoidReason: { old: null, new: 'Twice' } })
  })

  it('a write that changes nothing leaves no entry', async () => {
    const number = await desk.order()
    await desk.put(`serviceorders/${number}`, { Priority: 'High' })
    expect(desk.historyOf(number)).toHaveLength(1)
  })

  it.each<[string, object, RegExp]>([
    ['dance', {}, /^no act dance\. There are: clock, addAccount, addNote, archiveBoard, closeOrder, /],
    ['takeOrder', { ticketId: 1 }, /^no such service order; name one by "ticketId" or "reference"/],
    ['takeOrder', { reference: 'KSC:h1', repNumber: 16 }, /^no active rep 16/],
    ['setPriority', { reference: 'KSC:h1', priority: 'P1' }, /^priorities have no "P1"; there are Emergency, High, /],
    ['moveBoard', { reference: 'KSC:h1', board: 9 }, /^no board 9; there are 1 Dispatch, /],
    ['setOrderFields', { reference: 'KSC:h1', fields: { Title: 'x' } }, /^no field Title/],
    ['closeOrder', { reference: 'KSC:h1' }, /is closed already/],
    ['voidOrder', { reference: 'KSC:h1' }, /^act voidOrder was refused: .* has been voided/],
    ['unlockOrder', { reference: 'KSC:h1' }, /is not locked/],
    ['setSwitch', { name: 'colour', value: 1 }, /Switches: errorStyle, missingReads/],
    ['setRights', { orders: [] }, /Areas: accounts, agreements/],
    ['renameAccount', { newName: 'x' }, /^no such account/],
    ['setMasterEntry', { table: 'statuses', entry: { Status: 'x', TicketChange: 'Maybe' } }, /TicketChange/],
    ['removeMasterEntry', { table: 'types', key: 'x' }, /^types have no x; there are Service Call, /],
  ])('%s %j is refused with words that help', async (act, more, message) => {
    await expect(desk.act(act, more)).rejects.toThrow(message)
  })
})

describe('accounts', () => {
  const order = { BriefDescription: 'x' }

  it('are added, renamed, made inactive and voided', async () => {
    const { accountNumber } = (await desk.act('addAccount', { name: 'New & Co', accountId: 'N-1' })) as {
      accountNumber: number
    }
    await desk.act('renameAccount', { name: 'New & Co', newName: 'Newer "Co"' })
    expect((await desk.get(`accounts/${accountNumber}`)).json.Account).toMatchObject({
      Name: 'Newer "Co"',
      AccountId: 'N-1',
    })
    await desk.act('setAccountStatus', { accountNumber, status: 'Inactive' })
    expect((await desk.post('serviceorders', { ...order, AccountNumber: accountNumber })).json.Success).toBe(true)
    await desk.act('voidAccount', { accountNumber })
    const Message = `Account ${accountNumber} has been voided.`
    expect((await desk.post('serviceorders', { ...order, AccountNumber: accountNumber })).json).toMatchObject({
      Success: false,
      Message,
    })
  })

  it('are merged: orders and cross references go along, the number is no longer there', async () => {
    const other = firstAccount + 1
    const number = await desk.order({ AccountNumber: other })
    await desk.act('mergeAccount', { accountNumber: other, into: firstAccount })
    expect(await desk.read(number)).toMatchObject({
      AccountName: 'Schmidt & Töchter OHG',
      ServiceOrder: { AccountNumber: firstAccount },
    })
    expect((await desk.get(`accounts/${other}`)).status).toBe(404)
    const Message = `Account ${other} does not exist.`
    expect((await desk.post('serviceorders', { ...order, AccountNumber: other })).json.Message).toBe(Message)
    expect((await desk.get(`accounts/${firstAccount}/service/externalproducts`)).json).toHaveLength(2)
    expect(desk.historyOf(number).at(-1)).toMatchObject({
      kind: 'updated',
      by: 'person',
      companyID: firstAccount,
      changes: { AccountNumber: { old: other, new: firstAccount } },
    })
  })
})

describe('master tables', () => {
  it('a status that was renamed takes its orders along', async () => {
    const number = await desk.order({ Status: 'Scheduled', Reference: 'KSC:renamed' })
    await desk.act('renameStatus', { status: 'Scheduled', newName: 'Planned' })
    expect((await desk.read(number)).ServiceOrder.Status).toBe('Planned')
    const Message = "Status 'Scheduled' does not exist."
    expect((await desk.put(`serviceorders/${number}`, { Status: 'Scheduled' })).json).toMatchObject({
      Success: false,
      Message,
    })
    expect(await desk.search({ SearchType: 'Status', MatchType: 'Equal', Criteria: 'Planned' })).toHaveLength(1)
    await expect(desk.act('renameStatus', { status: 'Planned', newName: 'New' })).rejects.toThrow(
      'there is a status "New" already',
    )
  })

  it('a priority and a board that are gone; orders keep them', async () => {
    const number = await desk.order({ Priority: 'Emergency', DispatchBoardNumber: 4 })
    await desk.act('removePriority', { priority: 'Emergency' })
    await desk.act('archiveBoard', { board: 'Projects' })
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      Priority: 'Emergency',
      DispatchBoardNumber: 4,
      PriorityRank: null,
    })
    expect((await desk.put(`serviceorders/${number}`, { Status: 'In Progress' })).json.Success).toBe(true)
    const again = await desk.post('serviceorders', {
      AccountNumber: firstAccount,
      BriefDescription: 'x',
      Priority: 'Emergency',
    })
    expect(again.json.Message).toBe("Priority 'Emergency' does not exist.")
    const board = await desk.put(`serviceorders/${number}`, { DispatchBoardNumber: 4 })
    expect(board.json.Message).toBe('Dispatch board 4 does not exist.')
    expect((await desk.get('mastertables/dispatchboards')).json).toHaveLength(3)
  })

  it('entries are added and changed; a new default takes the old one away', async () => {
    await desk.act('setMasterEntry', { table: 'statuses', entry: { Status: 'Triage', SystemDefault: true } })
    await desk.act('setMasterEntry', { table: 'boards', entry: { DispatchBoardId: 9, Description: 'Night Shift' } })
    const { json } = await desk.post('serviceorders', {
      AccountNumber: firstAccount,
      BriefDescription: 'x',
      DispatchBoardNumber: 9,
    })
    expect(json.ServiceOrderSummary.ServiceOrder).toMatchObject({ Status: 'Triage', DispatchBoardNumber: 9 })
    await desk.act('removeMasterEntry', { table: 'statuses', key: 'Triage' })
    const none = await desk.post('serviceorders', { AccountNumber: firstAccount, BriefDescription: 'x' })
    expect(none.json.Message).toBe('Status is required: the master table has no default.')
    const number = json.ServiceOrderSummary.ServiceOrderNumber
    expect((await desk.put(`serviceorders/${number}`, { Priority: 'Low' })).json.Success).toBe(true)
    expect(desk.historyOf(number).at(-1)?.kind).toBe('updated')
  })

  it('a rep who leaves', async () => {
    await desk.act('setRep', { repNumber: 15, inactive: true })
    const answer = await desk.post('serviceorders', { AccountNumber: firstAccount, BriefDescription: 'x', TakenBy: 15 })
    expect(answer.json.Message).toBe('TakenBy: rep 15 is inactive.')
  })
})

describe('stats and state', () => {
  it('count open and closed orders, and references that were open twice', async () => {
    const own = await startDesk()
    const counts = () => own.emulator.control.stats().tickets
    const first = await own.order({ Reference: 'KSC:d' })
    await own.order({ Reference: '' })
    await own.order()
    expect(counts()).toEqual({ open: 3, closed: 0, duplicates: 0 })
    await own.put(`serviceorders/${first}`, { Status: 'Closed' })
    const second = await own.order({ Reference: 'KSC:d' })
    expect(counts()).toEqual({ open: 3, closed: 1, duplicates: 0 })
    const third = await own.order({ Reference: 'KSC:d' })
    expect(counts()).toEqual({ open: 4, closed: 1, duplicates: 1 })
    await own.act('voidOrder', { ticketId: third })
    await own.act('closeOrder', { ticketId: second })
    expect(counts()).toEqual({ open: 2, closed: 3, duplicates: 1 })
    await own.stop()
  })

  it('comes back whole in another emulator', async () => {
    const number = await desk.order({ Reference: 'KSC:state', DateTimeRequested: { Date: '2026-01-05T00:00:00' } })
    await desk.put(`serviceorders/${number}`, { BillTo: { Name: 'Head office' } })
    await desk.post(`serviceorders/${number}/notes`, { Note: 'x' })
    const state = JSON.parse(JSON.stringify(desk.emulator.control.getState()))
    const other = await startDesk({ companies: [] })
    await other.emulator.control.putState(state)
    expect(JSON.parse(JSON.stringify(other.emulator.control.getState()))).toEqual(state)
    expect(await other.read(number)).toEqual(await desk.read(number))
    expect(other.emulator.control.stats().tickets).toEqual(desk.emulator.control.stats().tickets)
    expect(await other.search({ SearchType: 'Reference', MatchType: 'Equal', Criteria: 'KSC:state' })).toHaveLength(1)
    expect(await other.order()).toBe(await desk.order())
    await expect(other.emulator.control.putState({ version: 1 })).rejects.toThrow(/Send what GET/)
    await other.stop()
  })

  it('shows parts', () => {
    const part = (name: string) => desk.emulator.control.getState({ part: name }) as Record<string, unknown>[]
    expect(part('orders')[0]).toMatchObject({ ServiceOrderNumber: 80281, StatusInfo: { TicketChange: 'Open' } })
    expect(part('notes')[0]).toMatchObject({ ServiceOrderNumber: expect.any(Number), Note: 'Called' })
    expect(part('accounts')[0]).toMatchObject({ AccountNumber: firstAccount })
    const all = part('history').length
    expect(desk.emulator.control.getState({ part: 'history', since: String(all - 1) })).toHaveLength(1)
    expect(() => part('nothing')).toThrow('no part nothing of the state; there are history')
  })

  it('seeds the same for the same seed, and clients by name', async () => {
    const accounts = async (options: object): Promise<unknown> => {
      const emulator = await startTigerpawEmulator({ port: 0, clock: { now: () => new Date(0) }, ...options })
      const shown = emulator.control.getState({ part: 'accounts' })
      await emulator.stop()
      return shown
    }
    expect(await accounts({ seed: 5, tenants: 25 })).toEqual(await accounts({ seed: 5, tenants: 25 }))
    const named = (await accounts({ companies: ['A', 'B'] })) as { Account: { Name: string } }[]
    expect(named.map(({ Account }) => Account.Name)).toEqual(['A', 'B'])
  })
})
