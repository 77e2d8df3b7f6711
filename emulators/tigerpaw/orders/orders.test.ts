import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { firstAccount, goodOrder, startDesk, type TestAnswer, type TestDesk } from '../test-desk.ts'

const begin = new Date('2026-01-05T10:15:02.120Z')
let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk({ clock: { now: () => begin } })
})
afterAll(() => desk.stop())

const refused = (Message: string) => [200, { Success: false, Message, ServiceOrderSummary: null }]
const said = (answer: TestAnswer) => [answer.status, answer.json]

describe('create', () => {
  it('answers the whole summary in an envelope', async () => {
    const { status, json } = await desk.post('ServiceOrders', { ...goodOrder, Reference: 'KSC:9f2c41d0' })
    expect([status, json.Success, json.Message]).toEqual([200, true, ''])
    expect(json.ServiceOrderSummary).toMatchObject({
      ServiceOrderNumber: 80281,
      AccountName: 'Schmidt & Töchter OHG',
      TakenByName: 'Monitoring API',
      PrimaryTechnicianName: null,
      OpenTasks: 0,
      Notes: 0,
      ServiceOrderLock: null,
      ServiceOrder: {
        ...goodOrder,
        Reference: 'KSC:9f2c41d0',
        DateTimeClosed: null,
        DateCreated: '2026-01-05T10:15:02.12',
        DateTimeReceived: '2026-01-05T10:15:02.12',
        StatusChangeIndicator: false,
        PriorityRank: 2,
      },
    })
    expect(Object.keys(json.ServiceOrderSummary.ServiceOrder)).toHaveLength(153)
  })

  it('fills what is left out from the defaults of the master tables', async () => {
    const number = await create({ AccountNumber: firstAccount, BriefDescription: 'Only this' })
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      Status: 'New',
      ServiceOrderType: 'Service Call',
      Priority: 'Medium',
      DispatchBoardNumber: 1,
      TakenBy: 12,
      TechnicianAssigned: null,
      Reference: null,
    })
  })

  it('a type has a priority of its own, an account a board of its own', async () => {
    await desk.act('setAccountBoard', { accountNumber: firstAccount + 1, board: 2 })
    const body = { AccountNumber: firstAccount + 1, BriefDescription: 'x', ServiceOrderType: 'maintenance' }
    const values = { ServiceOrderType: 'Maintenance', Priority: 'Low', DispatchBoardNumber: 2 }
    expect((await desk.read(await create(body))).ServiceOrder).toMatchObject(values)
  })

  it.each([
    [{ AccountNumber: null }, 'AccountNumber is required.'],
    [{ AccountNumber: 1 }, 'Account 1 does not exist.'],
    [{ BriefDescription: '' }, 'BriefDescription is required.'],
    [{ Status: 'Nonsense' }, "Status 'Nonsense' does not exist."],
    [{ Priority: 'P1' }, "Priority 'P1' does not exist."],
    [{ ServiceOrderType: 'x' }, "ServiceOrderType 'x' does not exist."],
    [{ DispatchBoardNumber: 99 }, 'Dispatch board 99 does not exist.'],
    [{ Severity: 99 }, 'Severity 99 does not exist.'],
    [{ TakenBy: 99 }, 'TakenBy: rep 99 does not exist.'],
    [{ TechnicianAssigned: 16 }, 'TechnicianAssigned: rep 16 is inactive.'],
    [{ Reference: 'x'.repeat(51) }, 'Reference is too long: 51 characters, at most 50 are allowed.'],
    [{ BriefDescription: 'x'.repeat(256) }, 'BriefDescription is too long: 256 characters, at most 255 are allowed.'],
  ])('%j is refused on 200, or as plain HTTP by a switch', async (more, message) => {
    const before = desk.emulator.control.stats().tickets
    expect(said(await desk.post('serviceorders', { ...goodOrder, ...more }))).toEqual(refused(message))
    await desk.setSwitch('errorStyle', 'http')
    expect(said(await desk.post('serviceorders', { ...goodOrder, ...more }))).toEqual([400, { Message: message }])
    await desk.setSwitch('errorStyle', 'envelope')
    expect(desk.emulator.control.stats().tickets).toEqual(before)
  })

  it.each([
    [{ AccountNumber: 'many' }, 'AccountNumber'],
    [{ TakenBy: 1.5 }, 'TakenBy'],
    [{ Severity: 2 ** 40 }, 'Severity'],
    [{ DateTimeRequested: '2026-01-05T00:00:00' }, 'DateTimeRequested'],
    [{ DateTimeClosed: '2026-01-05T00:00:00' }, 'DateTimeClosed'],
    [{ DateTimeReceived: 'yesterday' }, 'DateTimeReceived'],
    [{ DateTimeOpened: { DateTime: '05.01.2026' } }, 'DateTimeOpened.DateTime'],
    [{ BriefDescription: { text: 'x' } }, 'BriefDescription'],
    [{ ResolvedOnPhone: 'perhaps' }, 'ResolvedOnPhone'],
    [{ BillTo: 'here' }, 'BillTo'],
  ])('%j is of the wrong kind: 400 in either style', async (more, name) => {
    const Message = `The request is invalid. ${name} has a value of the wrong kind.`
    expect(said(await desk.post('serviceorders', { ...goodOrder, ...more }))).toEqual([400, { Message }])
  })

  it('property names are read without case, unknown ones passed over, numbers taken as texts and texts as numbers', async () => {
    const number = await create({
      accountnumber: String(firstAccount),
      briefdescription: 4711,
      REFERENCE: 'KSC:case',
      Refrence: 'typo',
    })
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      AccountNumber: firstAccount,
      BriefDescription: '4711',
      Reference: 'KSC:case',
    })
  })

  it('a long text can be cut without a word, as a switch has it', async () => {
    await desk.setSwitch('overlong', 'cut')
    const number = await desk.order({ Reference: `KSC:${'x'.repeat(60)}` })
    await desk.setSwitch('overlong', 'refuse')
    expect((await desk.read(number)).ServiceOrder.Reference).toBe(`KSC:${'x'.repeat(46)}`)
  })

  it('an order may be closed from the start', async () => {
    const number = await desk.order({ Status: 'Completed' })
    expect((await desk.read(number)).ServiceOrder.DateTimeClosed).toBe('2026-01-05T10:15:02.12')
  })

  async function create(body: object): Promise<number> {
    const answer = await desk.post('serviceorders', body)
    expect(answer.json.Message).toBe('')
    return answer.json.ServiceOrderSummary.ServiceOrderNumber
  }
})

describe('dates', () => {
  afterEach(() => desk.setSwitch('utcOffsetMinutes', 0))

  it('come split, optional or plain, without an offset', async () => {
    const number = await desk.order({
      DateTimeReceived: '2026-01-04T23:00:00',
      DateTimeRequested: { Date: '2018-03-06T00:00:00', Time: '1900-01-01T14:09:02' },
      DateTimeOpened: { DateTime: '2026-01-05T09:00:00.5' },
      VerifiedDate: { DateTime: null },
    })
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      DateTimeReceived: '2026-01-04T23:00:00',
      DateTimeRequested: '2018-03-06T14:09:02',
      DateRequested: '2018-03-06T00:00:00',
      TimeRequested: '1900-01-01T14:09:02',
      DateTimeOpened: '2026-01-05T09:00:00.5',
      VerifiedDate: null,
    })
  })

  it("are in the tenant's own time; one with an offset keeps to its own", async () => {
    await desk.setSwitch('utcOffsetMinutes', -360)
    const number = await desk.order({
      DateTimeReceived: '2026-01-05T12:00:00Z',
      DateTimeRequested: { Date: '2018-03-06T00:00:00', Time: '1900-01-01T22:30:00' },
    })
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      DateCreated: '2026-01-05T04:15:02.12',
      DateTimeReceived: '2026-01-05T06:00:00',
      DateTimeRequested: '2018-03-06T22:30:00',
      TimeRequested: '1900-01-01T22:30:00',
    })
    await desk.setSwitch('utcOffsetMinutes', 0)
    expect((await desk.read(number)).ServiceOrder.DateTimeReceived).toBe('2026-01-05T12:00:00')
  })
})

describe('update', () => {
  it('changes what is given and leaves the rest; null is as if left out, but a wrapped null is one', async () => {
    const number = await desk.order({
      Reference: 'KSC:u1',
      InternalComments: 'ours',
      VerifiedDate: { DateTime: '2026-01-01T00:00:00' },
    })
    const body = {
      Priority: 'emergency',
      Reference: null,
      VerifiedDate: { DateTime: null },
      AccountNumber: firstAccount + 1,
    }
    const { json } = await desk.put(`serviceorders/${number}`, body)
    expect(json.ServiceOrderSummary.ServiceOrder).toMatchObject({
      Priority: 'Emergency',
      Reference: 'KSC:u1',
      InternalComments: 'ours',
      VerifiedDate: null,
      AccountNumber: firstAccount,
    })
  })

  it('nulls what is left out, as a switch has it; defaults come back', async () => {
    const dates = { VerifiedDate: { DateTime: '2026-01-01T00:00:00' } }
    const number = await desk.order({ Reference: 'KSC:u2', InternalComments: 'ours', Severity: 1, ...dates })
    await desk.setSwitch('omittedOnPut', 'null')
    await desk.put(`serviceorders/${number}`, { BriefDescription: 'New words', Status: 'Scheduled' })
    await desk.setSwitch('omittedOnPut', 'unchanged')
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      AccountNumber: firstAccount,
      BriefDescription: 'New words',
      Reference: null,
      InternalComments: null,
      Severity: null,
      VerifiedDate: '2026-01-01T00:00:00',
      Status: 'Scheduled',
      Priority: 'Medium',
      ServiceOrderType: 'Service Call',
    })
  })

  it('an order that is not there', async () => {
    const text = 'Service order 1 does not exist.'
    expect(said(await desk.put('serviceorders/1', { Status: 'Closed' }))).toEqual(refused(text))
    await desk.setSwitch('errorStyle', 'http')
    expect(said(await desk.put('serviceorders/1', { Status: 'Closed' }))).toEqual([404, { Message: text }])
    await desk.setSwitch('errorStyle', 'envelope')
    expect(said(await desk.get('serviceorders/1'))).toEqual([404, { Message: text }])
    await desk.setSwitch('missingReads', 200)
    expect(await desk.get('serviceorders/1')).toMatchObject({ status: 200, text: 'null' })
    await desk.setSwitch('missingReads', 404)
  })
})

describe('closing', () => {
  it('is done by a status; the date follows, and goes when the order is opened again', async () => {
    const number = await desk.order()
    await desk.act('clock', { advanceSeconds: 60 })
    const closed = (await desk.put(`serviceorders/${number}`, { Status: 'Closed' })).json.ServiceOrderSummary
    expect(closed.ServiceOrder).toMatchObject({
      Status: 'Closed',
      DateTimeClosed: '2026-01-05T10:16:02.12',
      StatusChangeIndicator: true,
      StatusChangeDate: '2026-01-05T10:16:02.12',
    })
    await desk.put(`serviceorders/${number}`, { Status: 'In Progress' })
    expect((await desk.read(number)).ServiceOrder).toMatchObject({ Status: 'In Progress', DateTimeClosed: null })
    expect(desk.historyOf(number).map(({ kind }) => kind)).toEqual(['created', 'closed', 'reopened'])
  })

  it('takes a date of its own, and by a switch only that', async () => {
    const number = await desk.order()
    const own = { Status: 'Closed', DateTimeClosed: { DateTime: '2026-01-05T08:00:00' }, WorkPerformed: 'Cured' }
    await desk.put(`serviceorders/${number}`, own)
    expect((await desk.read(number)).ServiceOrder).toMatchObject({
      DateTimeClosed: '2026-01-05T08:00:00',
      WorkPerformed: 'Cured',
    })
    await desk.setSwitch('statusStampsClosed', false)
    const other = await desk.order()
    await desk.put(`serviceorders/${other}`, { Status: 'Closed' })
    await desk.setSwitch('statusStampsClosed', true)
    expect((await desk.read(other)).ServiceOrder).toMatchObject({ Status: 'Closed', DateTimeClosed: null })
    expect(desk.historyOf(other).at(-1)?.kind).toBe('closed')
  })

  it('with open tasks needs CompleteOpenTasks, as a switch has it', async () => {
    const number = await desk.order()
    await desk.act('setOpenTasks', { ticketId: number, openTasks: 2 })
    await desk.setSwitch('openTasksBlockClose', true)
    const text = `Service order ${number} has open tasks and cannot be closed.`
    expect(said(await desk.put(`serviceorders/${number}`, { Status: 'Closed' }))).toEqual(refused(text))
    expect(await desk.read(number)).toMatchObject({ OpenTasks: 2, ServiceOrder: { Status: 'New' } })
    await desk.put(`serviceorders/${number}`, { Status: 'Closed', CompleteOpenTasks: true })
    await desk.setSwitch('openTasksBlockClose', false)
    expect(await desk.read(number)).toMatchObject({ OpenTasks: 0, ServiceOrder: { Status: 'Closed' } })
  })
})

describe('a lock', () => {
  it('keeps writes out until the rep leaves', async () => {
    const number = await desk.order()
    await desk.act('lockOrder', { ticketId: number, repNumber: 14 })
    const lock = { LockingRepNumber: 14, LockingRepName: "Ciarán O'Hara" }
    expect((await desk.read(number)).ServiceOrderLock).toEqual(lock)
    const Message = `Service order ${number} is locked by Ciarán O'Hara and cannot be updated.`
    const answer = { Success: false, Message }
    expect(said(await desk.put(`serviceorders/${number}`, { Status: 'Closed' }))).toEqual(refused(Message))
    expect(said(await desk.post(`serviceorders/${number}/notes`, { Note: 'x' }))).toEqual([
      200,
      { ...answer, Note: null },
    ])
    const places = { ...answer, ServiceOrderResolutions: [] }
    expect(said(await desk.post(`serviceorders/${number}/resolutions`, '"x"'))).toEqual([200, places])
    expect(said(await desk.put(`serviceorders/${number}/customfields`, []))).toEqual([200, { ...answer, Fields: [] }])
    await desk.act('unlockOrder', { ticketId: number })
    expect((await desk.put(`serviceorders/${number}`, { Status: 'Closed' })).json.Success).toBe(true)
    expect((await desk.read(number)).ServiceOrderLock).toBeNull()
  })

  it('says what the switches have it say, and may let notes in', async () => {
    const number = await desk.order()
    await desk.act('lockOrder', { ticketId: number })
    await desk.setSwitch('lockStatus', 423)
    await desk.setSwitch('lockMessage', 'Record {order} in use by {rep}')
    await desk.setSwitch('lockBlocksNotes', false)
    const Message = `Record ${number} in use by Marta Lindqvist`
    expect(said(await desk.put(`serviceorders/${number}`, { Status: 'Closed' }))).toEqual([423, { Message }])
    expect((await desk.post(`serviceorders/${number}/notes`, { Note: 'x' })).json.Success).toBe(true)
    await desk.setSwitch('lockStatus', 200)
    await desk.setSwitch('lockBlocksNotes', true)
  })
})

describe('a voided order', () => {
  it('can be read, not written', async () => {
    const number = await desk.order()
    await desk.act('voidOrder', { ticketId: number, reason: 'Twice' })
    const order = await desk.read(number)
    expect(order).toMatchObject({
      VoidedByName: 'Marta Lindqvist',
      ServiceOrder: { VoidBy: 13, VoidReason: 'Twice', Status: 'New' },
    })
    const text = `Service order ${number} has been voided.`
    expect(said(await desk.put(`serviceorders/${number}`, { Status: 'Closed' }))).toEqual(refused(text))
    expect((await desk.post(`serviceorders/${number}/notes`, { Note: 'x' })).json.Message).toBe(text)
  })
})
