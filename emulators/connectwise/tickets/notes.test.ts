import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'

let desk: TestDesk
let id = 0
beforeAll(async () => {
  desk = await startDesk()
  id = await desk.ticket({ initialDescription: 'First' })
})
afterAll(async () => {
  expect(desk.emulator.control.stats().handlerErrors).toBe(0)
  await desk.stop()
})

describe('notes', () => {
  it('must say where they are shown', async () => {
    const { status, json } = await desk.post(`service/tickets/${id}/notes`, { text: 'x' })
    expect([status, json.code, json.message]).toEqual([400, 'InvalidObject', 'serviceNote object is invalid'])
    const message = 'Please choose where to display the notes in order to save this record.'
    expect(json.errors?.[0]).toMatchObject({ message, resource: 'serviceNote' })
    const empty = await desk.post(`service/tickets/${id}/notes`, { internalAnalysisFlag: true })
    expect(empty.json.errors?.[0]).toMatchObject({ code: 'MissingRequiredField', field: 'text' })
    expect((await desk.post(`service/tickets/${id}/notes`, { body: 'x' })).json.code).toBe('ConnectWiseApi')
  })

  it('carry their ticket, author and placement, and change the ticket', async () => {
    const before = await desk.readTicket(id)
    await desk.act({ act: 'clock', advanceSeconds: 10 })
    const body = { text: 'Looked & found "it" 🌹\r\n', internalAnalysisFlag: true, processNotifications: false }
    const { status, json } = await desk.post(`service/tickets/${id}/notes`, body)
    expect(status).toBe(201)
    expect(json).toMatchObject({
      ticketId: id,
      text: body.text,
      internalAnalysisFlag: true,
      detailDescriptionFlag: false,
      internalFlag: true,
      member: { identifier: 'MonitoringAPI' },
      createdBy: 'MonitoringAPI',
    })
    expect(json).not.toHaveProperty('processNotifications')
    expect((await desk.get(`service/tickets/${id}/notes/${json.id}`)).json).toEqual(json)
    expect((await desk.readTicket(id))._info.lastUpdated).not.toBe(before._info.lastUpdated)
  })

  it('can be searched, changed, replaced and deleted', async () => {
    const { id: note } = (await desk.post(`service/tickets/${id}/notes`, { text: 'mark-7', resolutionFlag: true })).json
    expect(await desk.find('text contains "MARK-7"', `service/tickets/${id}/notes`)).toEqual([note])
    const path = `service/tickets/${id}/notes/${note}`
    expect((await desk.patch(path, [{ op: 'replace', path: 'text', value: 'other' }])).json.text).toBe('other')
    expect((await desk.patch(path, [{ op: 'replace', path: 'resolutionFlag', value: false }])).status).toBe(400)
    const put = await desk.put(path, { text: 'whole', detailDescriptionFlag: true })
    expect(put.json).toMatchObject({ text: 'whole', detailDescriptionFlag: true, resolutionFlag: false })
    const other = await desk.ticket()
    expect((await desk.get(`service/tickets/${other}/notes/${note}`)).status).toBe(404)
    expect((await desk.remove(path)).status).toBe(204)
    expect((await desk.get(path)).status).toBe(404)
  })

  it('time entries show in allNotes only, with the type of each', async () => {
    const own = await desk.ticket({ initialDescription: 'First' })
    await desk.act({
      act: 'addNote',
      ticketId: own,
      text: 'An hour',
      noteType: 'TimeEntryNote',
      placement: 'discussion',
    })
    const notes = (await desk.get(`service/tickets/${own}/notes`)).list
    const all = (await desk.get(`service/tickets/${own}/allNotes`)).list
    expect(notes.map((note) => note.text)).toEqual(['First'])
    expect(all.map((note) => [note.noteType, note.text, note.ticket])).toEqual([
      ['TicketNote', 'First', expect.objectContaining({ id: own, summary: expect.any(String) })],
      ['TimeEntryNote', 'An hour', expect.objectContaining({ id: own })],
    ])
    expect((await desk.get(`service/tickets/${own}/notes/count`)).json.count).toBe(1)
    expect((await desk.get(`service/tickets/${own}/notes/${all[1]?.id}`)).status).toBe(404)
  })
})

describe('devices of a ticket', () => {
  it('are added by id or identifier, listed and taken away', async () => {
    const [one, two] = (await desk.get('company/configurations?pageSize=2')).list
    const path = `service/tickets/${id}/configurations`
    const added = await desk.post(path, { id: one?.id })
    expect([added.status, added.json]).toMatchObject([201, { id: one?.id, deviceIdentifier: one?.deviceIdentifier }])
    expect((await desk.post(path, { deviceIdentifier: two?.deviceIdentifier })).json.id).toBe(two?.id)
    await desk.post(path, { id: one?.id })
    expect((await desk.get(path)).list.map((device) => device.id)).toEqual([one?.id, two?.id])
    expect((await desk.get(`${path}/count`)).json).toEqual({ count: 2 })
    expect((await desk.get(`${path}/${one?.id}`)).json.name).toBe(one?.name)
    expect((await desk.remove(`${path}/${one?.id}`)).status).toBe(204)
    expect((await desk.remove(`${path}/${one?.id}`)).status).toBe(404)
    expect((await desk.get(`${path}/${one?.id}`)).status).toBe(404)
  })

  it('need to be named, and to exist', async () => {
    const { status, json } = await desk.post(`service/tickets/${id}/configurations`, {})
    expect(status).toBe(400)
    expect(json).toEqual({
      code: 'InvalidObject',
      message: 'configuration object is invalid',
      errors: [
        {
          code: 'MissingRequiredField',
          message: 'id or deviceIdentifier is required.',
          resource: 'configuration',
          field: 'id',
        },
      ],
    })
    const unknown = await desk.post(`service/tickets/${id}/configurations`, { deviceIdentifier: 'none' })
    expect(unknown.json.errors?.[0]?.code).toBe('NotFound')
  })
})
