import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstCompany, goodTicket, startDesk, type TestDesk } from './test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

const other = firstCompany + 1
const engineer = 29682833
const technician = 29682886
const queueOrResource =
  'assignedResourceID, assignedResourceRoleID, and queueID cannot all be empty. Supply a queueID or both an assignedResourceID and assignedResourceRoleID.'
const reference = (field: string, type: string): string =>
  `Reference value on field: ${field} of type: ${type} does not exist or is invalid.`
const picklist = (field: string, value: number): string =>
  `Picklist value [${value}] does not exist for ${field}. ; on record number [1].`
const bothOrNone =
  'Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.'

describe('creating', () => {
  it('answers only the id and fills in what the server knows', async () => {
    const answer = await desk.post('Tickets', { ...goodTicket, externalID: 'ksc:7f3a' })
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.json)).toEqual(['itemId'])
    const ticket = await desk.readTicket(answer.json.itemId)
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    expect(ticket.ticketNumber).toMatch(new RegExp(`^T${day}\\.\\d{4}$`))
    expect(ticket).toMatchObject({
      ...goodTicket,
      externalID: 'ksc:7f3a',
      creatorResourceID: 29682885,
      creatorType: 1,
      completedDate: null,
      companyLocationID: 2,
      dueDateTime: '2026-11-23T09:00:00Z',
    })
    expect(ticket.createDate).toBe(ticket.lastTrackedModificationDateTime)
  })

  it("answers unset texts as '' or null, each as recorded", async () => {
    const { externalID: _, ...plain } = { ...goodTicket, externalID: '', description: undefined }
    const ticket = await desk.readTicket(await desk.ticket(plain))
    const empty = ['changeInfoField1', 'changeInfoField5', 'externalID', 'purchaseOrderNumber', 'resolution']
    for (const field of empty) expect(ticket[field]).toBe('')
    for (const field of ['description', 'rmmAlertID']) expect(ticket[field]).toBeNull()
  })

  it('writes fractional numbers with four decimals and reads names without case', async () => {
    const id = await desk.ticket({ EstimatedHours: 3.5, TITLE: 'Written large', title: undefined })
    const { text, json } = await desk.get(`Tickets/${id}`)
    expect(text).toContain('"estimatedHours":3.5000,')
    expect(json.item.title).toBe('Written large')
  })

  it('ignores unknown and read-only properties', async () => {
    const more = { noSuchField: 1, ticketNumber: 'T1', completedDate: '2020-01-01', id: 7, rmmAlertID: 'a' }
    const ticket = await desk.readTicket(await desk.ticket(more))
    expect(ticket).toMatchObject({ completedDate: null, rmmAlertID: null })
    expect(ticket.id).not.toBe(7)
    expect(ticket.ticketNumber).not.toBe('T1')
  })

  it('takes values a category has defaults for, due date included', async () => {
    const id = await desk.ticket({ ticketCategory: 2, dueDateTime: undefined, queueID: undefined, status: undefined })
    const ticket = await desk.readTicket(id)
    expect(ticket).toMatchObject({ queueID: 8, status: 1, source: 8 })
    expect(Date.parse(String(ticket.dueDateTime)) - Date.parse(String(ticket.createDate))).toBe(24 * 3_600_000)
  })

  it.each([
    ['company missing', { companyID: undefined }, 'Missing Required Field: companyID'],
    ['title empty', { title: '' }, 'Missing Required Field: title'],
    ['no queue, no resource', { queueID: null }, queueOrResource],
    ['no due date', { dueDateTime: undefined }, 'dueDateTime is required.; on record number [0].'],
    [
      'required by the category',
      { ticketCategory: 112, queueID: null, billingCodeID: 29682801 },
      'queueID is required',
    ],
    ['required by the category too', { ticketCategory: 112 }, 'billingCodeID is required'],
    ['resource without role', { assignedResourceID: technician }, bothOrNone],
    ['role without resource', { assignedResourceRoleID: engineer }, bothOrNone],
    [
      'role the resource lacks',
      { assignedResourceID: technician, assignedResourceRoleID: 29682834 },
      'The specified AssignedResourceID and AssignedRoleID combination is not currently defined',
    ],
    [
      'role in a department only',
      { assignedResourceID: technician + 3, assignedResourceRoleID: 29682834 },
      'The specified AssignedResourceID and AssignedRoleID combination is not currently defined',
    ],
    [
      'API user as assignee',
      { assignedResourceID: 29682885, assignedResourceRoleID: engineer },
      reference('assignedResourceID', 'Resource'),
    ],
    [
      'resource who left',
      { assignedResourceID: technician + 4, assignedResourceRoleID: engineer },
      reference('assignedResourceID', 'Resource'),
    ],
    ['unknown picklist value', { priority: 77 }, picklist('priority', 77)],
    ['inactive picklist value', { queueID: 29682970 }, picklist('queueID', 29682970)],
    ['unknown company', { companyID: 999 }, reference('companyID', 'Company')],
    ['unknown contact', { contactID: 999 }, reference('contactID', 'Contact')],
    ['unknown project', { projectID: 5 }, reference('projectID', 'Project')],
    ['contact of another', { contactID: 3 }, 'contactID is not associated to the companyID or its Parent Company'],
    [
      'device of another',
      { configurationItemID: 4411 },
      `The configurationItemID [4411] is not associated with Company [${firstCompany}]`,
    ],
    [
      'location of another',
      { companyLocationID: 3 },
      "The companyLocationID[3] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company.",
    ],
    [
      'sub-issue of another issue',
      { issueType: 10, subIssueType: 136 },
      'Value does not exist for child picklist: subIssueType',
    ],
    ['sub-issue without issue', { subIssueType: 136 }, 'Value does not exist for child picklist: subIssueType'],
    [
      'work type that is none',
      { billingCodeID: 29682803 },
      'The given allocation code is not an active general allocation code',
    ],
    [
      'work type no longer used',
      { billingCodeID: 29682802 },
      'The given allocation code is not an active general allocation code',
    ],
  ])('refuses: %s', async (_, change, text) => {
    const before = desk.emulator.control.stats().tickets
    const answer = await desk.post('Tickets', { ...goodTicket, ...change })
    expect(answer.status).toBe(500)
    expect(answer.json.errors).toContain(text)
    expect(desk.emulator.control.stats().tickets).toEqual(before)
  })

  it.each([
    ['title', 255],
    ['description', 8000],
    ['externalID', 50],
    ['resolution', 32_000],
  ])('refuses a %s longer than %i, naming the field', async (field, length) => {
    expect((await desk.post('Tickets', { ...goodTicket, [field]: 'x'.repeat(length) })).status).toBe(200)
    const answer = await desk.post('Tickets', { ...goodTicket, [field]: 'x'.repeat(length + 1) })
    expect(answer.status).toBe(500)
    expect(answer.json.errors.join()).toContain(field)
  })

  it.each([
    ['status', true, 'Unexpected character encountered while parsing value: t.'],
    ['status', 'new', 'Unexpected character encountered while parsing value: n.'],
    ['title', {}, 'Unexpected character encountered while parsing value: {.'],
    ['dueDateTime', 'tomorrow', 'Could not convert string to DateTime: tomorrow.'],
  ])('refuses %s of the wrong type', async (field, value, text) => {
    const answer = await desk.post('Tickets', { ...goodTicket, [field]: value })
    expect(answer.status).toBe(500)
    expect(answer.json.errors[0]).toContain(text)
  })

  it('refuses a body that is not JSON, and none at all', async () => {
    const broken = await desk.post('Tickets', 'title=x')
    expect(broken.json.errors[0]).toContain('Unexpected character encountered while parsing value: t.')
    expect((await desk.post('Tickets')).status).toBe(500)
  })
})

describe('changing', () => {
  it('PATCH changes what is sent, null clears', async () => {
    const id = await desk.ticket({ externalID: 'keep', contactID: 1 })
    expect((await desk.patch('Tickets', { id, priority: 4, contactID: null })).json).toEqual({ itemId: id })
    expect(await desk.readTicket(id)).toMatchObject({ priority: 4, contactID: null, externalID: 'keep', queueID: 8 })
  })

  it('PUT unsets what is left out, and refuses when that was required', async () => {
    const id = await desk.ticket({ externalID: 'gone', description: 'gone too' })
    const { description: _, ...rest } = goodTicket
    expect((await desk.put('Tickets', { id, ...rest })).status).toBe(200)
    expect(await desk.readTicket(id)).toMatchObject({ externalID: '', description: null, title: goodTicket.title })
    const answer = await desk.put('Tickets', { id, title: 'only this' })
    expect(answer.json.errors).toContain('Missing Required Field: companyID')
  })

  it('completes with status 5 only, and re-opens with any other', async () => {
    const id = await desk.ticket()
    await desk.patch('Tickets', { id, status: 8 })
    expect((await desk.readTicket(id)).completedDate).toBeNull()
    await desk.patch('Tickets', { id, status: 5, resolution: 'Cleaned' })
    const done = await desk.readTicket(id)
    expect(done).toMatchObject({ status: 5, completedByResourceID: 29682885, resolution: 'Cleaned' })
    expect(done.completedDate).toBe(done.lastTrackedModificationDateTime)
    await desk.patch('Tickets', { id, status: 8 })
    expect(await desk.readTicket(id)).toMatchObject({ status: 8, completedDate: null, completedByResourceID: null })
  })

  it('moves to another company only with what belonged to the old one', async () => {
    const id = await desk.ticket({ contactID: 1, configurationItemID: 4410 })
    const refused = await desk.patch('Tickets', { id, companyID: other })
    expect(refused.json.errors).toHaveLength(2)
    expect((await desk.readTicket(id)).companyID).toBe(firstCompany)
    const unlinked = { contactID: null, configurationItemID: null }
    const withLocation = await desk.patch('Tickets', { id, companyID: other, ...unlinked })
    expect(withLocation.json.errors[0]).toContain('companyLocationID[2] cannot be associated')
    const all = { ...unlinked, companyLocationID: null }
    expect((await desk.patch('Tickets', { id, companyID: other, ...all })).status).toBe(200)
  })

  it('lets a ticket keep a value that was retired since', async () => {
    await desk.act({ act: 'setPicklistValue', field: 'priority', value: 9, label: 'Soon gone' })
    const id = await desk.ticket({ priority: 9 })
    await desk.act({ act: 'setPicklistValue', field: 'priority', value: 9, isActive: false })
    expect((await desk.patch('Tickets', { id, priority: 9, status: 8 })).status).toBe(200)
    expect((await desk.post('Tickets', { ...goodTicket, priority: 9 })).json.errors).toEqual([picklist('priority', 9)])
  })

  it('says when the record is not there', async () => {
    expect((await desk.patch('Tickets', { id: 9999999, status: 5 })).json.errors[0]).toContain(
      'No matching records found',
    )
    expect((await desk.patch('Tickets', { status: 5 })).json.errors).toEqual(['Missing Required Field: id'])
  })

  it('moves the modification time only when something changed, the activity time always', async () => {
    const id = await desk.ticket()
    const before = await desk.readTicket(id)
    await desk.act({ act: 'clock', advanceSeconds: 60 })
    await desk.patch('Tickets', { id, priority: goodTicket.priority })
    const same = await desk.readTicket(id)
    expect(same.lastTrackedModificationDateTime).toBe(before.lastTrackedModificationDateTime)
    expect(same.lastActivityDate).not.toBe(before.lastActivityDate)
    await desk.patch('Tickets', { id, priority: 4 })
    const changed = await desk.readTicket(id)
    expect(changed.lastTrackedModificationDateTime).not.toBe(before.lastTrackedModificationDateTime)
  })

  it('lets a workflow rule undo a status right after the PATCH', async () => {
    await desk.act({ act: 'setSwitch', name: 'workflowRevert', value: { from: 5, to: 11, times: 1 } })
    const id = await desk.ticket()
    expect((await desk.patch('Tickets', { id, status: 5 })).status).toBe(200)
    expect(await desk.readTicket(id)).toMatchObject({ status: 11, completedDate: null })
    await desk.patch('Tickets', { id, status: 5 })
    expect((await desk.readTicket(id)).status).toBe(5)
  })

  it.each([
    ['externalID', { externalID: 'ksc:twin' }],
    ['title', { title: 'The very same trouble' }],
  ])('answers the id of an open ticket that a create repeats, by %s', async (by, same) => {
    await desk.act({ act: 'setSwitch', name: 'duplicateHandling', value: by })
    const id = await desk.ticket(same)
    expect(await desk.ticket(same)).toBe(id)
    expect(await desk.ticket({ ...same, companyID: other })).not.toBe(id)
    const notes = await desk.find('TicketNotes', { op: 'eq', field: 'ticketID', value: id })
    expect(notes.map((note) => note.noteType)).toEqual([15])
    await desk.patch('Tickets', { id, status: 5 })
    expect(await desk.ticket(same)).not.toBe(id)
    await desk.act({ act: 'setSwitch', name: 'duplicateHandling', value: 'off' })
  })
})

describe('user-defined fields', () => {
  it('keeps those not sent, by their name', async () => {
    const id = await desk.ticket({ userDefinedFields: [{ name: 'kaspersky incident', value: 'INC-19' }] })
    await desk.patch('Tickets', { id, userDefinedFields: [{ name: 'Affected Seats', value: 4 }] })
    expect((await desk.readTicket(id)).userDefinedFields).toEqual([
      { name: 'Kaspersky Incident', value: 'INC-19' },
      { name: 'Affected Seats', value: '4' },
    ])
    await desk.patch('Tickets', { id, userDefinedFields: [{ name: 'Kaspersky Incident', value: null }] })
    expect((await desk.readTicket(id)).userDefinedFields).toHaveLength(1)
  })

  it.each([
    [{ name: 'No such', value: 'x' }, 'Unable to find No such in the Ticket Entity'],
    [{ name: 'Impact', value: 'Planet' }, 'Picklist value [Planet] does not exist for Impact. ; on record number [1].'],
    [
      { name: 'Affected Seats', value: 'many' },
      "Unexpected character encountered while parsing value: m. Path 'Affected Seats'.",
    ],
  ])('refuses %j', async (udf, text) => {
    expect((await desk.post('Tickets', { ...goodTicket, userDefinedFields: [udf] })).json.errors).toEqual([text])
  })
})

describe('notes', () => {
  const note = { title: 'Detected again', description: 'Count 3', noteType: 3, publish: 1 }

  it('come only through the ticket and are read in both places', async () => {
    const id = await desk.ticket()
    const { itemId } = (await desk.post(`Tickets/${id}/Notes`, { ...note, ticketID: id })).json
    expect((await desk.get(`Tickets/${id}/Notes/${itemId}`)).json.item).toMatchObject({ ...note, ticketID: id })
    expect((await desk.get(`TicketNotes/${itemId}`)).json.item.creatorResourceID).toBe(29682885)
    const list = (await desk.get(`Tickets/${id}/Notes`)).json
    expect(list.items.map((item) => item.id)).toEqual([itemId])
    expect(list.pageDetails).toMatchObject({ count: 1, nextPageUrl: null })
    expect((await desk.patch(`Tickets/${id}/Notes`, { id: itemId, title: 'New title' })).status).toBe(200)
    expect((await desk.get(`TicketNotes/${itemId}`)).json.item).toMatchObject({
      title: 'New title',
      description: 'Count 3',
    })
    const elsewhere = await desk.ticket()
    expect((await desk.get(`Tickets/${elsewhere}/Notes/${itemId}`)).json.item).toBeNull()
  })

  it('count as activity, not as a change of the ticket; a completed ticket takes them too', async () => {
    const id = await desk.ticket({ status: 5 })
    const before = await desk.readTicket(id)
    await desk.act({ act: 'clock', advanceSeconds: 5 })
    expect((await desk.post(`Tickets/${id}/Notes`, note)).status).toBe(200)
    const after = await desk.readTicket(id)
    expect(after.lastActivityDate).not.toBe(before.lastActivityDate)
    expect(after.lastTrackedModificationDateTime).toBe(before.lastTrackedModificationDateTime)
  })

  it.each([
    ['no title where the category wants one', 112, { title: '' }, 'Missing Required Field: title'],
    ['no description', 3, { description: null }, 'Missing Required Field: description'],
    ['unknown type', 3, { noteType: 77 }, picklist('noteType', 77)],
  ])('are refused: %s', async (_, ticketCategory, change, text) => {
    const id = await desk.ticket({ ticketCategory, billingCodeID: 29682801 })
    const answer = await desk.post(`Tickets/${id}/Notes`, { ...note, ...change })
    expect(answer.status).toBe(500)
    expect(answer.json.errors).toEqual([text])
  })

  it('need no title elsewhere, and a ticket always', async () => {
    const id = await desk.ticket()
    expect((await desk.post(`Tickets/${id}/Notes`, { ...note, title: undefined })).status).toBe(200)
    expect((await desk.post('Tickets/9999999/Notes', note)).json.errors).toEqual([reference('ticketID', 'Ticket')])
  })
})
