import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'

type Entry = {
  time: string
  ticketId: number
  kind: string
  by: string
  via?: string
  resourceID: number
  companyID: number
  externalID: string
  changes: Record<string, { old: unknown; new: unknown }>
  noteId?: number
}

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(async () => {
  expect(desk.emulator.control.stats().handlerErrors).toBe(0)
  await desk.stop()
})

const historyOf = (id: number): Entry[] =>
  (desk.emulator.control.getState({ part: 'history' }) as Entry[]).filter((entry) => entry.ticketId === id)

describe('technicians', () => {
  it.each<[string, object, object, string]>([
    [
      'takeTicket',
      {},
      { owner: { identifier: 'tech1' }, status: { name: 'In Progress' }, resources: 'tech1' },
      'updated',
    ],
    ['takeTicket', { member: 'tech3' }, { owner: { id: 178 } }, 'updated'],
    ['setPriority', { priority: 'Priority 2 - Quick Response' }, { priority: { id: 8 } }, 'updated'],
    ['moveBoard', { board: 'Security' }, { board: { id: 5 }, status: { id: 51 } }, 'updated'],
    ['moveBoard', { board: 5, status: 'Closed' }, { board: { id: 5 }, status: { id: 54 }, closedFlag: true }, 'closed'],
    ['setStatus', { status: 'In Progress' }, { status: { id: 32 } }, 'updated'],
    [
      'setTicketFields',
      { fields: { summary: 'Own words', severity: 'Low' } },
      { summary: 'Own words', severity: 'Low' },
      'updated',
    ],
    ['setTicketFields', { fields: { company: { id: 251 } } }, { company: { id: 251 } }, 'updated'],
    ['closeTicket', {}, { status: { name: 'Completed' }, closedFlag: true, closedBy: 'tech1' }, 'closed'],
  ])('%s %j shows in the ticket, its stamps and the history', async (act, more, expected, kind) => {
    const id = await desk.ticket()
    const before = await desk.readTicket(id)
    await desk.act({ act: 'clock', advanceSeconds: 1 })
    await desk.act({ act, ticketId: id, ...more })
    const after = await desk.readTicket(id)
    expect(after).toMatchObject(expected)
    expect(after._info.lastUpdated).not.toBe(before._info.lastUpdated)
    expect(after._info.updatedBy).toMatch(/^tech/)
    expect(historyOf(id).map((entry) => [entry.kind, entry.by])).toEqual([
      ['created', 'api'],
      [kind, 'person'],
    ])
  })

  it('close with a resolution, re-open, note, merge and delete; each is in the history', async () => {
    const id = await desk.ticket({ externalXRef: 'ksc:h1' })
    const survivor = await desk.ticket()
    await desk.act({ act: 'closeTicket', externalXRef: 'ksc:h1', status: 'Closed', resolution: 'Reinstalled' })
    await desk.act({ act: 'reopenTicket', externalXRef: 'ksc:h1' })
    expect(await desk.readTicket(id)).toMatchObject({ closedFlag: false, status: { name: 'In Progress' } })
    const noted = await desk.act({ act: 'addNote', ticketId: id, text: 'Nobody there', placement: 'discussion' })
    await desk.act({ act: 'mergeTicket', ticketId: id, into: survivor })
    expect(await desk.readTicket(id)).toMatchObject({ closedFlag: true, mergedParentTicket: { id: survivor } })
    await desk.act({ act: 'deleteTicket', ticketId: id })
    expect((await desk.get(`service/tickets/${id}`)).status).toBe(404)
    const entries = historyOf(id)
    expect(entries.map((entry) => entry.kind)).toEqual([
      'created',
      'note',
      'closed',
      'reopened',
      'note',
      'merged',
      'deleted',
    ])
    const [created, , closed, , note] = entries
    expect(created).toMatchObject({ by: 'api', resourceID: 310, companyID: 250, externalID: 'ksc:h1' })
    expect(created?.changes).toMatchObject({ board: { old: null, new: 3 }, status: { old: null, new: 31 } })
    expect(created?.changes.externalXRef).toEqual({ old: null, new: 'ksc:h1' })
    expect(closed).toMatchObject({ by: 'person', resourceID: 176, changes: { status: { old: 31, new: 34 } } })
    expect(note).toMatchObject(noted as object)
    const note2 = note?.changes
    expect(note2).toMatchObject({ text: { old: null, new: 'Nobody there' } })
  })

  it('the API’s own changes are told as such, and those of a workflow rule', async () => {
    await desk.setSwitch('workflowReopen', { to: 'New', times: 1 })
    const id = await desk.ticket()
    await desk.patch(`service/tickets/${id}`, [{ op: 'replace', path: 'status', value: { id: 33 } }])
    await desk.patch(`service/tickets/${id}`, [{ op: 'replace', path: 'status', value: { id: 31 } }])
    expect(historyOf(id).map(({ kind, by, via }) => [kind, by, via])).toEqual([
      ['created', 'api', undefined],
      ['closed', 'api', undefined],
      ['reopened', 'person', 'workflow'],
    ])
  })

  it.each([
    [{ act: 'dance' }, 'no act dance. There are: clock, addCompany,'],
    [{ act: 'takeTicket' }, 'name one by "ticketId" or "externalXRef"'],
    [{ act: 'takeTicket', ticketId: 1 }, 'no such ticket'],
    [{ act: 'setPriority', priority: 'None' }, 'no such ticket'],
    [{ act: 'setTicketFields', fields: { closedFlag: true } }, 'no field closedFlag that can be set'],
    [{ act: 'setTicketFields', fields: { summary: 5 } }, 'summary is not valid'],
    [{ act: 'setTicketFields', fields: { summary: '' } }, 'was refused'],
    [{ act: 'setPriority', priority: 1 }, 'no Priority 1; there are 4 Priority 3'],
    [{ act: 'moveBoard', board: 'Old Projects' }, 'is inactive'],
    [{ act: 'setStatus', status: 'Resolved' }, 'no Service Status Resolved; there are 31 New'],
    [{ act: 'closeTicket', status: 'New' }, 'does not close'],
    [{ act: 'reopenTicket' }, 'is open already'],
    [{ act: 'mergeTicket', into: 1 }, 'no ticket 1 to merge into'],
    [{ act: 'addNote', text: '' }, 'text'],
    [{ act: 'takeTicket', member: 'tech5' }, 'no active technician tech5'],
    [{ act: 'setSwitch', name: 'colour', value: 1 }, 'Switches: unknownCompany'],
    [{ act: 'renameCompany', name: 'Nobody', newName: 'x' }, 'no such company'],
    [{ act: 'setType', board: 3, type: 99 }, 'has no type 99'],
  ])('%j is refused with a hint', async (order, message) => {
    const needsTicket = !('ticketId' in order) && !message.includes('such ticket') && !message.startsWith('name one')
    const ticketId =
      needsTicket && /Ticket|Status|Priority|Board|Note/.test(order.act) ? await desk.ticket() : undefined
    await expect(desk.act({ ...order, ...(ticketId !== undefined && { ticketId }) })).rejects.toThrow(message)
  })
})

it('a closed ticket cannot be closed once more; a reference means the open one of several', async () => {
  const closed = await desk.ticket({ externalXRef: 'twice' })
  await desk.act({ act: 'closeTicket', ticketId: closed })
  await expect(desk.act({ act: 'closeTicket', ticketId: closed })).rejects.toThrow('is closed already')
  const open = await desk.ticket({ externalXRef: 'twice' })
  expect(await desk.act({ act: 'takeTicket', externalXRef: 'TWICE' })).toMatchObject({ ticketId: open })
  expect(await desk.act({ act: 'reopenTicket', externalXRef: 'twice' })).toMatchObject({ ticketId: closed })
})

describe('settings', () => {
  it('companies are added, renamed, deleted and restored', async () => {
    const { companyId } = (await desk.act({ act: 'addCompany', name: 'Späti & Söhne' })) as { companyId: number }
    const read = async () => (await desk.get(`company/companies/${companyId}`)).json
    expect(await read()).toMatchObject({ name: 'Späti & Söhne', identifier: 'SpatiSohne', deletedFlag: false })
    await desk.act({ act: 'renameCompany', companyId, newName: 'Kiosk' })
    await desk.act({ act: 'deleteCompany', name: 'Kiosk' })
    expect(await read()).toMatchObject({ name: 'Kiosk', deletedFlag: true, deletedBy: 'tech1' })
    const refused = await desk.post('service/tickets', { summary: 'x', company: { id: companyId } })
    expect(refused.json.errors?.[0]?.message).toBe(`Company ${companyId} not found.`)
    await desk.act({ act: 'restoreCompany', companyId })
    await desk.act({ act: 'setCompanyStatus', companyId, status: 'Inactive' })
    expect(await read()).toMatchObject({ deletedFlag: false, status: { name: 'Inactive' } })
    await desk.ticket({ company: { id: companyId } })
  })

  it('a ticket of a deleted company can still be closed', async () => {
    const { companyId } = (await desk.act({ act: 'addCompany', name: 'Gone' })) as { companyId: number }
    const id = await desk.ticket({ company: { id: companyId } })
    await desk.act({ act: 'deleteCompany', companyId })
    const patch = [{ op: 'replace', path: 'status', value: { id: 33 } }]
    expect((await desk.patch(`service/tickets/${id}`, patch)).json.closedFlag).toBe(true)
  })

  it('boards are archived and renamed; open tickets stay', async () => {
    const id = await desk.ticket()
    await desk.act({ act: 'archiveBoard', board: 'Monitoring Alert' })
    await desk.act({ act: 'renameBoard', board: 3, newName: 'Alerts' })
    expect((await desk.post('service/tickets', { summary: 'x', company: { id: 250 }, board: { id: 3 } })).status).toBe(
      400,
    )
    expect(
      (await desk.patch(`service/tickets/${id}`, [{ op: 'replace', path: 'summary', value: 'y' }])).json,
    ).toMatchObject({
      summary: 'y',
      board: { name: 'Alerts' },
    })
    await desk.act({ act: 'restoreBoard', board: 3 })
    await desk.act({ act: 'renameBoard', board: 3, newName: 'Monitoring Alert' })
    await desk.ticket()
  })

  it('statuses are renamed, changed, added and removed', async () => {
    const named = async () => (await desk.get('service/boards/5/statuses')).list.map((one) => one.name)
    await desk.act({ act: 'renameStatus', board: 'Security', status: 'Completed', newName: '>Completed' })
    await desk.act({ act: 'addStatus', board: 5, name: 'Waiting' })
    expect(await named()).toEqual(['New', 'In Progress', '>Completed', 'Closed', 'Waiting'])
    await desk.act({ act: 'changeStatus', board: 5, status: 'Waiting', defaultFlag: true })
    await desk.act({ act: 'changeStatus', board: 5, status: '>Completed', closedStatus: false, inactive: true })
    const { json } = await desk.post('service/tickets', { summary: 'x', company: { id: 250 }, board: { id: 5 } })
    expect(json.status).toMatchObject({ name: 'Waiting' })
    const gone = await desk.post('service/tickets', { ...json, board: { id: 5 }, status: { id: 53 } })
    expect(gone.json.errors?.[0]?.message).toBe('Service Status >Completed is inactive.')
    await desk.act({ act: 'removeStatus', board: 5, status: 'Closed' })
    expect(await named()).not.toContain('Closed')
  })

  it('types are set, tied to subtypes and removed; priorities too', async () => {
    await desk.act({ act: 'setType', board: 3, type: 'Cloud' })
    await desk.act({ act: 'associateType', board: 3, type: 'Cloud', subType: 'Antivirus', item: 'Malware' })
    const fields = { type: { name: 'Cloud' }, subType: { name: 'Antivirus' }, item: { name: 'Malware' } }
    const id = await desk.ticket(fields)
    await desk.act({ act: 'dissociateType', board: 3, type: 'Cloud', subType: 'Antivirus' })
    expect(
      (await desk.post('service/tickets', { summary: 'x', company: { id: 250 }, board: { id: 3 }, ...fields })).status,
    ).toBe(400)
    await desk.act({ act: 'setType', board: 3, type: 'Cloud', newName: 'SaaS', inactiveFlag: true })
    expect((await desk.readTicket(id)).type).toMatchObject({ name: 'SaaS' })
    await desk.act({ act: 'removeType', board: 3, type: 'SaaS' })
    expect((await desk.get('service/boards/3/types')).list.map((one) => one.name)).toEqual(['Endpoint', 'Server'])
    const { id: priority } = (await desk.act({ act: 'addPriority', name: 'Own' })) as { id: number }
    await desk.ticket({ priority: { id: priority } })
    await desk.act({ act: 'removePriority', priority: 'Own' })
    expect((await desk.get(`service/priorities/${priority}`)).status).toBe(404)
  })
})

describe('state', () => {
  it('shows parts as the API does, and the history since a place', async () => {
    const { control } = desk.emulator
    const tickets = control.getState({ part: 'tickets' }) as { id: number }[]
    const [ticket] = tickets
    expect(await desk.readTicket(ticket?.id ?? 0)).toEqual(ticket)
    const all = control.getState({ part: 'history' }) as Entry[]
    expect(control.getState({ part: 'history', since: String(all.length - 2) })).toEqual(all.slice(-2))
    expect(control.getState({ part: 'notes' })).not.toEqual([])
    expect(() => control.getState({ part: 'keys' })).toThrow('there are history')
  })

  it('can be put back, in another emulator too, and holds no keys', async () => {
    const { control, ready } = desk.emulator
    const state = control.getState()
    const text = JSON.stringify(state)
    expect(text).not.toContain(ready.privateKey)
    const other = await startDesk({ companies: [] })
    await other.emulator.control.putState(JSON.parse(text))
    expect(other.emulator.control.getState()).toEqual(state)
    expect(other.emulator.control.stats().tickets).toEqual(control.stats().tickets)
    expect(await other.find('closedFlag=True')).toEqual(await desk.find('closedFlag=True'))
    const next = await other.ticket({ priority: undefined })
    expect(next).toBe(await desk.ticket({ priority: undefined }))
    await expect(other.emulator.control.putState({ version: 2 })).rejects.toThrow('the state is not right')
    await other.stop()
  })

  it('is the same for the same seed', async () => {
    const clock = { now: () => new Date('2026-01-05T10:00:00Z') }
    const desks = [
      await startDesk({ clock, seed: 7 }),
      await startDesk({ clock, seed: 7 }),
      await startDesk({ clock, seed: 8 }),
    ]
    const [one, same, other] = desks.map((each) => JSON.stringify(each.emulator.control.getState()))
    expect(one).toBe(same)
    expect(one).not.toBe(other)
    for (const each of desks) await each.stop()
  })
})
