import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestAnswer, type TestDesk } from '../test-desk.ts'

const begin = new Date('2026-01-05T10:15:02Z')
let desk: TestDesk
let number: number
beforeAll(async () => {
  desk = await startDesk({ clock: { now: () => begin } })
  number = await desk.order({ Reference: 'KSC:parts' })
})
afterAll(() => desk.stop())

const said = (answer: TestAnswer) => [answer.status, answer.json]

describe('notes', () => {
  it('are added, listed by pages, counted and changed', async () => {
    const first = await desk.post(`serviceorders/${number}/notes`, { Topic: 'monitoring', Note: 'Still there' })
    expect(said(first)).toEqual([
      200,
      {
        Success: true,
        Message: '',
        Note: {
          ServiceOrderNoteNumber: 5101,
          Topic: 'Monitoring',
          Note: 'Still there',
          DateCreated: '2026-01-05T10:15:02',
          StartTime: '2026-01-05T10:15:02',
          LastModified: '2026-01-05T10:15:02',
          EmailTo: null,
          EmailCarbonCopy: null,
          RepNumber: 12,
          RepName: 'Monitoring API',
        },
      },
    ])
    await desk.post(`serviceorders/${number}/notes`, {
      Note: 'Gone',
      RepNumber: 14,
      DateCreated: '2026-01-04T00:00:00',
    })
    const page = (await desk.get(`serviceorders/${number}/notes?pageRequest.pageSize=1`)).json
    expect(page).toMatchObject({ PageSize: 1, NextRow: 2, TotalCount: 2, Success: true })
    const rest = (await desk.get(`serviceorders/${number}/notes?pageRequest.pageSize=1&pageRequest.startRow=2`)).json
    expect(rest.NextRow).toBe(0)
    const expected = { Topic: 'General', Note: 'Gone', RepNumber: 14, DateCreated: '2026-01-04T00:00:00' }
    expect(rest.Notes).toEqual([expect.objectContaining(expected)])
    expect((await desk.read(number)).Notes).toBe(2)
    const changed = await desk.put(`serviceorders/${number}/notes/5101`, { Note: 'Changed' })
    expect(changed.json.Note).toMatchObject({ ServiceOrderNoteNumber: 5101, Topic: 'Monitoring', Note: 'Changed' })
    expect(
      desk
        .historyOf(number)
        .filter(({ kind }) => kind === 'note')
        .map(({ noteId }) => noteId),
    ).toEqual([5101, 5102, 5101])
  })

  it.each([
    [{ Topic: 'Nonsense', Note: 'x' }, "Topic 'Nonsense' does not exist."],
    [{ Note: '' }, 'Note is required.'],
    [{ Note: 'x', RepNumber: 99 }, 'RepNumber: rep 99 does not exist.'],
  ])('%j is refused', async (body, Message) => {
    const answer = await desk.post(`serviceorders/${number}/notes`, body)
    expect(said(answer)).toEqual([200, { Success: false, Message, Note: null }])
  })

  it('any topic will do when topics are not checked', async () => {
    await desk.setSwitch('noteTopicsChecked', false)
    expect((await desk.post(`serviceorders/${number}/notes`, { Topic: 'Own', Note: 'x' })).json.Note.Topic).toBe('Own')
    await desk.setSwitch('noteTopicsChecked', true)
  })

  it('of another order are not found', async () => {
    const other = await desk.order()
    const answer = await desk.put(`serviceorders/${other}/notes/5101`, { Note: 'x' })
    expect(answer.json).toMatchObject({ Success: false, Message: 'Note 5101 does not exist.' })
    expect((await desk.get('serviceorders/1/notes')).json).toMatchObject({ Success: false, Notes: [], TotalCount: 0 })
  })
})

describe.each([
  ['resolutions', 'Resolution'],
  ['symptoms', 'Symptom'],
] as const)('%s', (list, name) => {
  it('have five places', async () => {
    const order = await desk.order()
    const path = `serviceorders/${order}/${list}`
    const key = `ServiceOrder${name}s`
    for (const text of ['a', 'b', 'c', 'd', 'e']) await desk.post(path, JSON.stringify(text))
    const sixth = (await desk.post(path, '"f"')).json
    expect(sixth).toEqual({ Success: false, Message: `A service order has at most 5 ${list}.`, [key]: [] })
    expect((await desk.put(`${path}/2`, '"B & <b>"')).json[key]).toContainEqual({ [name]: 'B & <b>', Index: 2 })
    const fewer = (await desk.remove(`${path}/3`)).json[key] as { Index: number }[]
    expect(fewer.map(({ Index }) => Index)).toEqual([1, 2, 4, 5])
    expect((await desk.post(path, '"again"')).json[key]).toContainEqual({ [name]: 'again', Index: 3 })
    await desk.remove(`${path}/4`)
    expect((await desk.put(`${path}/4`, '"x"')).json.Success).toBe(false)
    expect((await desk.remove(`${path}/6`)).status).toBe(400)
    expect((await desk.post(path, '" "')).json.Message).toBe('The text is empty.')
    expect((await desk.post(path, { text: 'x' })).status).toBe(400)
    const detail = (await desk.get(`serviceorders/${order}/details`)).json
    const shown = list === 'resolutions' ? detail.ServiceOrderResolution : detail.ServiceOrderSymptoms
    expect(shown).toHaveLength(4)
    expect((await desk.read(order))[list === 'resolutions' ? 'ServiceOrderResolution' : 'ServiceOrderSymptoms']).toBe(4)
  })
})

describe('an external ticket', () => {
  it('finds and updates the order it hangs on', async () => {
    const ticket = { externalTicketId: 'RMM/77', externalProduct: 'Managed Print' }
    await desk.act('setExternalTicket', { ticketId: number, ...ticket })
    const found = (await desk.get('serviceorders/externalticket?externalTicketId=rmm%2F77')).json
    expect(found).toMatchObject({
      ServiceOrderNumber: number,
      ExternalProductName: 'Managed Print',
      ServiceOrder: { ManagedServiceProviderAlertId: 'RMM/77' },
      StatusInfo: { Status: 'New', TicketChange: 'Open' },
      PriorityInfo: { Priority: 'High', Rank: 2 },
      Account: { Name: 'Schmidt & Töchter OHG' },
    })
    const body = {
      ExternalTicketId: 'RMM/77',
      Status: 'Scheduled',
      Note: 'From there',
      AlertUrl: 'https://rmm.example/77',
    }
    const { json } = await desk.put('serviceorders/managed', body)
    expect(json.ServiceOrderSummary.ServiceOrder).toMatchObject({
      Status: 'Scheduled',
      ManagedServiceProviderAlertUrl: 'https://rmm.example/77',
    })
    const notes = (await desk.get(`serviceorders/${number}/notes`)).json.Notes
    expect(notes.at(-1)).toMatchObject({ Note: 'From there', Topic: 'General' })
  })

  it.each([
    [{}, 'ExternalTicketId is required.'],
    [{ ExternalTicketId: 'nothing' }, 'Service order with external ticket nothing does not exist.'],
  ])('%j is refused', async (body, message) => {
    expect((await desk.put('serviceorders/managed', body)).json).toMatchObject({ Success: false, Message: message })
  })

  it('that is not there is not found', async () => {
    expect((await desk.get('serviceorders/externalticket?externalTicketId=')).status).toBe(404)
    expect((await desk.get('serviceorders/externalticket')).status).toBe(404)
  })
})

describe('custom fields', () => {
  it('are those an administrator made; values are set by label or id', async () => {
    const path = `serviceorders/${number}/customfields`
    const field = { Category: 'Monitoring', CustomFieldId: 1, Label: 'Alert Key', Description: 'Key of the alert' }
    expect((await desk.get(path)).json).toEqual([{ ...field, Value: null }])
    const byLabel = await desk.put(path, [{ Category: 'monitoring', Label: 'alert key', Value: 'k-1' }])
    expect(byLabel.json).toEqual({ Success: true, Message: '', Fields: [{ ...field, Value: 'k-1' }] })
    await desk.put(path, [{ CustomFieldId: 1, Value: 'k-2' }])
    expect((await desk.get(path)).json).toEqual([{ ...field, Value: 'k-2' }])
    const wrong = await desk.put(path, [{ Category: 'Monitoring', Label: 'Nothing', Value: 'x' }])
    expect(wrong.json).toEqual({ Success: false, Message: "Custom field 'Nothing' does not exist.", Fields: [] })
  })
})

describe('assigned technicians', () => {
  it('is the one who took it', async () => {
    expect((await desk.get(`serviceorders/${number}/assignedtechs`)).json).toEqual([])
    await desk.act('takeOrder', { ticketId: number, repNumber: 14 })
    const techs = (await desk.get(`serviceorders/${number}/assignedtechs`)).json
    expect(techs).toEqual([
      expect.objectContaining({ RepNumber: 14, RepName: "Ciarán O'Hara", PrimaryIndicator: true }),
    ])
  })
})
