import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAutotaskEmulator } from './main.ts'
import { firstCompany, goodTicket, startDesk, type TestDesk } from './test-desk.ts'

type Entry = {
  time: string
  ticketId: number
  kind: string
  by: string
  via?: string
  companyID: number
  externalID: string
  changes: Record<string, { old: unknown; new: unknown }>
  noteId?: number
}

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

const historyOf = (id: number): Entry[] =>
  (desk.emulator.control.getState({ part: 'history' }) as Entry[]).filter((entry) => entry.ticketId === id)

describe('technicians', () => {
  it.each<[string, object, object, string]>([
    ['takeTicket', {}, { assignedResourceID: 29682886, assignedResourceRoleID: 29682833, status: 8 }, 'updated'],
    [
      'takeTicket',
      { resourceId: 29682887 },
      { assignedResourceID: 29682887, assignedResourceRoleID: 29682834 },
      'updated',
    ],
    ['setPriority', { priority: 'Critical' }, { priority: 4 }, 'updated'],
    ['moveQueue', { queue: 'Security' }, { queueID: 29682969 }, 'updated'],
    [
      'setTicketFields',
      { fields: { title: 'Own words', dueDateTime: '2027-01-01T00:00:00Z' } },
      { title: 'Own words', dueDateTime: '2027-01-01T00:00:00Z' },
      'updated',
    ],
    [
      'closeTicket',
      { resolution: 'Reinstalled' },
      { status: 5, resolution: 'Reinstalled', completedByResourceID: 29682886 },
      'closed',
    ],
  ])('%s shows in the ticket, its modification time and the history', async (act, more, expected, kind) => {
    const id = await desk.ticket()
    const before = await desk.readTicket(id)
    await desk.act({ act: 'clock', advanceSeconds: 1 })
    await desk.act({ act, ticketId: id, ...more })
    const after = await desk.readTicket(id)
    expect(after).toMatchObject(expected)
    expect(after.lastTrackedModificationDateTime).not.toBe(before.lastTrackedModificationDateTime)
    expect(historyOf(id).map((entry) => [entry.kind, entry.by])).toEqual([
      ['created', 'api'],
      [kind, 'person'],
    ])
  })

  it('re-open, merge, note and delete; each is in the history', async () => {
    const id = await desk.ticket({ externalID: 'ksc:h1' })
    const survivor = await desk.ticket()
    await desk.act({ act: 'closeTicket', externalID: 'ksc:h1' })
    await desk.act({ act: 'reopenTicket', externalID: 'ksc:h1', status: 'Waiting Customer' })
    const noted = await desk.act({ act: 'addNote', ticketId: id, title: 'Called', description: 'Nobody there' })
    await desk.act({ act: 'mergeTicket', ticketId: id, into: survivor })
    expect(await desk.readTicket(id)).toMatchObject({ status: 5 })
    await desk.act({ act: 'deleteTicket', ticketId: id })
    expect(await desk.readTicket(id)).toBeNull()
    const entries = historyOf(id)
    expect(entries.map((entry) => entry.kind)).toEqual([
      'created',
      'closed',
      'reopened',
      'note',
      'note',
      'merged',
      'deleted',
    ])
    expect(entries[2]?.changes).toEqual({ status: { old: 5, new: 7 } })
    expect(entries[0]).toMatchObject({ by: 'api', companyID: firstCompany, externalID: 'ksc:h1' })
    expect(entries[0]?.changes.dueDateTime).toEqual({ old: null, new: '2026-11-23T09:00:00Z' })
    expect(entries[3]?.noteId).toBe((noted as { noteId: number }).noteId)
    const notes = await desk.find('TicketNotes', { op: 'eq', field: 'ticketID', value: survivor })
    expect(notes.map((note) => note.noteType)).toEqual([93])
  })

  it('a workflow rule is told apart', async () => {
    await desk.act({ act: 'setSwitch', name: 'workflowRevert', value: { from: 5, to: 8, times: 1 } })
    const id = await desk.ticket()
    await desk.patch('Tickets', { id, status: 5 })
    expect(historyOf(id).map((entry) => [entry.kind, entry.by, entry.via])).toEqual([
      ['created', 'api', undefined],
      ['closed', 'api', undefined],
      ['reopened', 'person', 'workflow'],
    ])
  })

  it.each([
    [{ act: 'nothing' }, /no act nothing\. There are: clock, .*closeTicket.*takeTicket/],
    [{ act: 'closeTicket' }, /no such ticket/],
    [{ act: 'closeTicket', ticket: 1 }, /ticket/],
    [{ act: 'setPriority', ticketId: 43181, priority: 'Purple' }, /there are 4 Critical, 1 High/],
    [{ act: 'setSwitch', name: 'speed', value: 1 }, /Switches: threadLimit/],
    [{ act: 'setPicklistValue', field: 'status', value: 99 }, /give it a "label"/],
    [{ act: 'mergeTicket', ticketId: 43181, into: 43181 }, /no other ticket/],
  ])('%j is refused with what to do', async (order, text) => {
    await expect(desk.act(order)).rejects.toThrow(text)
    const answer = await desk.send('POST', `${desk.emulator.url}/_emulator/act`, order)
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('closeTicket')
  })
})

describe('stats', () => {
  it('count open and closed tickets and references that two open ones carried at once', async () => {
    const own = await startDesk()
    const tickets = (): object => own.emulator.control.stats().tickets
    const a = await own.ticket({ externalID: 'ksc:a' })
    await own.patch('Tickets', { id: a, status: 5 })
    const b = await own.ticket({ externalID: 'ksc:a' })
    await own.ticket({ externalID: '' })
    await own.ticket({ externalID: '' })
    expect(tickets()).toEqual({ open: 3, closed: 1, duplicates: 0 })
    const c = await own.ticket({ externalID: 'ksc:a' })
    const d = await own.ticket({ externalID: 'ksc:a' })
    expect(tickets()).toEqual({ open: 5, closed: 1, duplicates: 1 })
    for (const id of [b, c, d]) await own.patch('Tickets', { id, status: 5 })
    expect(tickets()).toEqual({ open: 2, closed: 4, duplicates: 1 })
    await own.act({ act: 'reopenTicket', ticketId: a })
    await own.ticket({ externalID: 'ksc:e' })
    const f = await own.ticket()
    await own.patch('Tickets', { id: f, externalID: 'ksc:e' })
    await own.act({ act: 'deleteTicket', ticketId: f })
    expect(tickets()).toEqual({ open: 4, closed: 3, duplicates: 2 })
    await own.stop()
  })
})

describe('the desk', () => {
  it('gets, renames and deactivates companies', async () => {
    const { companyId } = (await desk.act({ act: 'addCompany', name: 'Neu & Söhne' })) as { companyId: number }
    const id = await desk.ticket({ companyID: companyId })
    const before = (await desk.get(`Companies/${companyId}`)).json.item
    await desk.act({ act: 'clock', advanceSeconds: 1 })
    await desk.act({ act: 'renameCompany', companyId, newName: 'Alt & Töchter' })
    await desk.act({ act: 'deactivateCompany', name: 'Alt & Töchter' })
    const after = (await desk.get(`Companies/${companyId}`)).json.item
    expect(after).toMatchObject({ companyName: 'Alt & Töchter', isActive: false })
    expect(after.lastTrackedModifiedDateTime).not.toBe(before.lastTrackedModifiedDateTime)
    const refused = await desk.post('Tickets', { ...goodTicket, companyID: companyId })
    expect(refused.json.errors).toEqual([
      'Reference value on field: companyID of type: Company does not exist or is invalid.',
    ])
    // A ticket it has already can still be worked on.
    expect((await desk.patch('Tickets', { id, status: 5 })).status).toBe(200)
  })

  it('changes picklists, which metadata shows', async () => {
    await desk.act({ act: 'setPicklistValue', field: 'queueID', value: 700, label: 'Night shift' })
    await desk.act({ act: 'setPicklistValue', field: 'queueID', value: 8, isActive: false })
    await desk.act({ act: 'removePicklistValue', entity: 'Tickets', field: 'source', value: 6 })
    const { fields } = (await desk.get('Tickets/entityInformation/fields')).json
    const values = (name: string) => fields.find((field) => field.name === name)?.picklistValues ?? []
    expect(values('queueID').find((value) => value.value === '700')).toMatchObject({
      label: 'Night shift',
      isActive: true,
    })
    expect(values('queueID').find((value) => value.value === '8')).toMatchObject({
      label: 'Monitoring Alert',
      isActive: false,
    })
    expect(values('source').some((value) => value.value === '6')).toBe(false)
    expect((await desk.post('Tickets', goodTicket)).status).toBe(500)
    await desk.act({ act: 'setPicklistValue', field: 'queueID', value: 8, isActive: true })
  })

  it('gives a category rules', async () => {
    await desk.act({ act: 'setCategoryRule', category: 'RMA', requiredFields: ['contactID'], dueHours: 1 })
    const answer = await desk.post('Tickets', { ...goodTicket, ticketCategory: 5, dueDateTime: undefined })
    expect(answer.json.errors).toEqual(['contactID is required'])
  })
})

describe('the state', () => {
  it('is read and put back whole, without the secret', async () => {
    const id = await desk.ticket({
      externalID: 'ksc:state',
      userDefinedFields: [{ name: 'Impact', value: 'One user' }],
    })
    const answer = await desk.send('GET', `${desk.emulator.url}/_emulator/state`)
    expect(answer.text).not.toContain(desk.credentials.Secret)
    const copy = await startAutotaskEmulator({ port: 0, tenants: 0, devices: 0 })
    await copy.control.putState(JSON.parse(answer.text))
    expect(JSON.parse(JSON.stringify(copy.control.getState()))).toEqual(JSON.parse(answer.text))
    expect(copy.control.stats().tickets).toEqual(desk.emulator.control.stats().tickets)
    await copy.control.act({ act: 'closeTicket', externalID: 'ksc:state' })
    const tickets = copy.control.getState({ part: 'tickets' }) as { id: number; status: number }[]
    expect(tickets.find((ticket) => ticket.id === id)?.status).toBe(5)
    await copy.stop()
  })

  it('shows the history from a place on, and names its parts', async () => {
    const { control } = desk.emulator
    const all = control.getState({ part: 'history' }) as Entry[]
    await desk.ticket()
    expect(control.getState({ part: 'history', since: String(all.length) })).toHaveLength(1)
    expect(() => control.getState({ part: 'x' })).toThrow(/history.*tickets, notes, companies/)
    await expect(control.putState({ version: 2 })).rejects.toThrow(/not right/)
  })
})

describe('starting', () => {
  it('gives what a client needs; addresses end with a slash', () => {
    const { ready, url } = desk.emulator
    expect(ready).toEqual({
      url: `${url}/ATServicesRest/`,
      user: 'api@provider.example',
      secret: desk.credentials.Secret,
      integrationCode: desk.credentials.ApiIntegrationCode,
    })
  })

  it('takes clients by name, and seeds the same tenant from the same seed', async () => {
    const clock = { now: () => new Date('2026-11-22T07:00:00Z') }
    const start = (seed: number) => startAutotaskEmulator({ port: 0, seed, clock, companies: ['A & B', 'ליד'] })
    const [one, same, another] = await Promise.all([start(1), start(1), start(2)])
    const names = (one.control.getState({ part: 'companies' }) as { companyName: string }[]).map(
      (row) => row.companyName,
    )
    expect(names.slice(1)).toEqual(['A & B', 'ליד'])
    expect(one.control.getState()).toEqual(same.control.getState())
    expect(one.control.getState()).not.toEqual(another.control.getState())
    await Promise.all([one, same, another].map((emulator) => emulator.stop()))
  })

  it('seeds awkward names', async () => {
    const many = await startAutotaskEmulator({ port: 0, tenants: 30, devices: 0 })
    const names = (many.control.getState({ part: 'companies' }) as { companyName: string }[]).map(
      (row) => row.companyName,
    )
    expect(new Set(names).size).toBe(31)
    for (const sign of ['&', '"', "'", '🌹', '<', 'ש', 'ش'])
      expect(names.some((name) => name.includes(sign))).toBe(true)
    await many.stop()
  })

  it('serves HTTPS with its own certificate and names https in its addresses', async () => {
    const secure = await startAutotaskEmulator({ port: 0, tls: true, tenants: 1, devices: 0 })
    expect(secure.ready.url).toMatch(/^https:.*\/ATServicesRest\/$/)
    expect(secure.ready.certificate).toContain('BEGIN CERTIFICATE')
    const { Agent, request } = await import('undici')
    const dispatcher = new Agent({ connect: { ca: secure.ready.certificate ?? '' } })
    const answer = await request(`${secure.ready.url}v1.0/zoneInformation?user=api@provider.example`, { dispatcher })
    expect(await answer.body.json()).toMatchObject({ url: secure.ready.url })
    await dispatcher.close()
    await secure.stop()
  })
})
