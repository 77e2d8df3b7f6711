import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstCompany, goodTicket, startDesk, type TestDesk } from '../test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(async () => {
  expect(desk.emulator.control.stats().handlerErrors).toBe(0)
  await desk.stop()
})

const status = (value: object) => [{ op: 'replace', path: 'status', value }]

describe('creating a ticket', () => {
  it('answers 201 with references expanded, however they were given', async () => {
    const answer = await desk.post('service/tickets', {
      summary: 'Critical: malware on PC-17 & "more" 🌹\r\nline',
      company: { identifier: 'brandtsohnegmbh' },
      board: { name: 'Monitoring Alert' },
      status: { name: 'in progress' },
      priority: { id: 6 },
      source: { name: 'Monitoring' },
      type: { id: 301 },
      subType: { name: 'Antivirus' },
      item: { name: 'Malware' },
      severity: 'high',
      impact: 'Medium',
      externalXRef: 'KSC:9f2c41d0',
      customFields: [{ id: 5, value: 'PC-17' }],
    })
    expect(answer.status).toBe(201)
    const links = { board_href: `${desk.emulator.url}/v4_6_release/apis/3.0/service/boards/3` }
    expect(answer.json).toMatchObject({
      summary: 'Critical: malware on PC-17 & "more" 🌹\r\nline',
      recordType: 'ServiceTicket',
      board: { id: 3, name: 'Monitoring Alert', _info: links },
      status: { id: 32, name: 'In Progress' },
      company: { id: firstCompany, identifier: 'BrandtSohneGmbH', name: 'Brandt & Söhne GmbH' },
      site: { name: 'Main' },
      siteName: 'Main',
      type: { id: 301, name: 'Endpoint' },
      subType: { id: 311, name: 'Antivirus' },
      item: { id: 331, name: 'Malware' },
      severity: 'High',
      externalXRef: 'KSC:9f2c41d0',
      closedFlag: false,
      _info: { updatedBy: 'MonitoringAPI', enteredBy: 'MonitoringAPI' },
    })
    expect(answer.json._info.lastUpdated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect((answer.json.customFields as object[])[0]).toMatchObject({ id: 5, caption: 'Device', value: 'PC-17' })
    expect(await desk.readTicket(answer.json.id)).toEqual(answer.json)
  })

  it('fills in the default board, its default status, priority and source', async () => {
    const { json } = await desk.post('service/tickets', { summary: 'x', company: { id: firstCompany } })
    expect(json).toMatchObject({
      board: { id: 1, name: 'Service Desk' },
      status: { id: 11, name: 'New' },
      priority: { id: 4 },
      source: { id: 1 },
      severity: 'Medium',
    })
    expect(json).not.toHaveProperty('type')
  })

  it('finds a contact by e-mail', async () => {
    const id = await desk.ticket({ contactEmailLookup: 'Contact2@client250.example' })
    expect(await desk.readTicket(id)).toMatchObject({ contactEmailAddress: 'contact2@client250.example' })
    const { json } = await desk.post('service/tickets', { ...goodTicket, contactEmailLookup: 'nobody@example.org' })
    expect(json.errors?.[0]).toMatchObject({ code: 'NotFound', field: 'contactEmailLookup' })
  })

  it('makes notes of the initial texts and does not return them', async () => {
    const id = await desk.ticket({
      initialDescription: 'What happened',
      initialInternalAnalysis: 'Only for us',
      initialResolution: 'Solved',
    })
    expect(Object.keys(await desk.readTicket(id)).filter((name) => name.startsWith('initial'))).toEqual([])
    const notes = (await desk.get(`service/tickets/${id}/notes`)).list
    const flags = ['detailDescriptionFlag', 'internalAnalysisFlag', 'resolutionFlag']
    expect(notes.map((note) => [note.text, ...flags.map((flag) => note[flag])])).toEqual([
      ['What happened', true, false, false],
      ['Only for us', false, true, false],
      ['Solved', false, false, true],
    ])
  })

  it('takes the same reference twice, and counts it as a duplicate', async () => {
    const before = desk.emulator.control.stats().tickets
    const [one, two] = [await desk.ticket({ externalXRef: 'dup' }), await desk.ticket({ externalXRef: 'dup' })]
    expect(await desk.find('externalXRef="dup"')).toEqual([one, two])
    const after = desk.emulator.control.stats().tickets
    expect([after.open - before.open, after.duplicates - before.duplicates]).toEqual([2, 1])
  })

  it.each<[string, object, string, string, string]>([
    ['no summary', { summary: undefined }, 'MissingRequiredField', 'summary', 'summary is required.'],
    ['an empty summary', { summary: '' }, 'MissingRequiredField', 'summary', 'summary is required.'],
    ['no company', { company: undefined }, 'MissingRequiredField', 'company', 'company is required.'],
    ['an unknown company', { company: { id: 9 } }, 'NotFound', 'company/id', 'Company 9 not found.'],
    ['a long summary', { summary: 'x'.repeat(101) }, 'MaxLength', 'summary', 'maximum length of 100'],
    ['a long reference', { externalXRef: 'x'.repeat(101) }, 'MaxLength', 'externalXRef', 'maximum length of 100'],
    ['a long PO number', { poNumber: 'x'.repeat(51) }, 'MaxLength', 'poNumber', 'maximum length of 50'],
    [
      'a status of another board',
      { status: { name: 'Resolved' } },
      'NotFound',
      'status/name',
      'Service Status Resolved not found for Service Board 3.',
    ],
    [
      'a status id of another board',
      { status: { id: 11 } },
      'NotFound',
      'status/id',
      'Service Status 11 not found for Service Board 3.',
    ],
    [
      'a type of another board',
      { type: { id: 501 } },
      'NotFound',
      'type/id',
      'Service Type 501 not found for Service Board 3.',
    ],
    [
      'a subtype without its type',
      { type: undefined, subType: { id: 311 } },
      'InvalidField',
      'subType/id',
      'Service SubType Antivirus is not associated',
    ],
    [
      'a subtype of another type',
      { subType: { name: 'Backup' } },
      'InvalidField',
      'subType/id',
      'Service SubType Backup is not associated',
    ],
    [
      'an item without its subtype',
      { item: { name: 'Malware' } },
      'InvalidField',
      'item/id',
      'Service Item Malware is not associated',
    ],
    [
      'an item of another subtype',
      { type: { name: 'Server' }, subType: { id: 311 }, item: { id: 332 } },
      'InvalidField',
      'item/id',
      'Service Item Outdated databases',
    ],
    [
      'an archived board',
      { board: { id: 7 }, status: undefined, type: undefined },
      'InvalidField',
      'board/id',
      'Service Board Old Projects is inactive.',
    ],
    ['an unknown priority', { priority: { name: 'None' } }, 'NotFound', 'priority/name', 'Priority None not found.'],
    [
      'an unknown owner',
      { owner: { identifier: 'nobody' } },
      'NotFound',
      'owner/identifier',
      'Member nobody not found.',
    ],
    ['somebody who left', { owner: { identifier: 'tech5' } }, 'InvalidField', 'owner/identifier', 'is inactive.'],
    ['a wrong severity', { severity: 'Urgent' }, 'InvalidField', 'severity', 'severity is not valid'],
    ['a text for a flag', { approved: 'yes' }, 'InvalidField', 'approved', 'approved is not valid'],
    ['a number for a reference', { board: 3 }, 'InvalidField', 'board', 'board is not valid'],
    ['a wrong date', { requiredDate: 'tomorrow' }, 'InvalidField', 'requiredDate', 'requiredDate is not valid'],
    [
      'an unknown custom field',
      { customFields: [{ id: 99, value: 1 }] },
      'NotFound',
      'customFields/id',
      'Custom Field 99 not found.',
    ],
  ])('refuses %s', async (_, change, code, field, message) => {
    const { status, json } = await desk.post('service/tickets', { ...goodTicket, ...change })
    expect([status, json.code, json.message]).toEqual([400, 'InvalidObject', 'ticket object is invalid'])
    expect(json.errors).toEqual([{ code, message: expect.stringContaining(message), resource: 'ticket', field }])
  })

  it('tells everything that is wrong at once and stores nothing', async () => {
    const count = async () => (await desk.get('service/tickets/count')).json.count
    const before = await count()
    const { json } = await desk.post('service/tickets', { priority: { id: 99 }, board: { id: 3 }, status: { id: 11 } })
    expect(json.errors?.map((one) => one.field)).toEqual(['priority/id', 'summary', 'company', 'status/id'])
    expect(await count()).toBe(before)
  })

  it.each([
    [
      '{"summary":"x","enteredBy":"me"}',
      "Could not find member 'enteredBy' on object of type 'Ticket'. Path 'enteredBy', line 1, position 27.",
    ],
    ['{"summary":', "Unexpected character encountered while parsing value. Path '', line 1, position 11."],
    ['[]', 'A JSON object is expected.'],
    ['', 'Unexpected character encountered'],
  ])('refuses the body %s', async (body, message) => {
    const { status, json } = await desk.post('service/tickets', body)
    expect([status, json.code]).toEqual([400, 'ConnectWiseApi'])
    expect(json.message).toContain(message)
  })
})

describe('changing a ticket', () => {
  it('PATCH replaces named fields and answers the whole ticket', async () => {
    const id = await desk.ticket({ poNumber: '1', externalXRef: 'keep' })
    const answer = await desk.patch(`service/tickets/${id}`, [
      { op: 'replace', path: 'summary', value: 'New words' },
      { op: 'add', path: 'owner', value: { id: 176 } },
      { op: 'remove', path: 'poNumber' },
      { op: 'Replace', path: 'priority', value: { name: 'Do Not Respond' } },
    ])
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      summary: 'New words',
      owner: { identifier: 'tech1', name: 'Anna Berg' },
      resources: 'tech1',
      priority: { id: 5 },
      externalXRef: 'keep',
    })
    expect(answer.json).not.toHaveProperty('poNumber')
    expect(await desk.readTicket(id)).toEqual(answer.json)
  })

  it('closedFlag, closedDate and closedBy follow the status', async () => {
    const id = await desk.ticket()
    const closed = (await desk.patch(`service/tickets/${id}`, status({ id: 33 }))).json
    expect(closed).toMatchObject({ closedFlag: true, closedBy: 'MonitoringAPI', status: { name: 'Completed' } })
    expect(closed.closedDate).toBe(closed._info.lastUpdated)
    await desk.act({ act: 'clock', advanceSeconds: 5 })
    const again = (await desk.patch(`service/tickets/${id}`, status({ name: 'Closed' }))).json
    expect(again.closedDate).toBe(closed.closedDate)
    const open = (await desk.patch(`service/tickets/${id}`, status({ name: 'New' }))).json
    expect(open.closedFlag).toBe(false)
    expect(open).not.toHaveProperty('closedDate')
    const resolved = await desk.ticket({ board: { id: 1 }, type: undefined, status: { name: 'Resolved' } })
    expect((await desk.readTicket(resolved)).closedFlag).toBe(false)
  })

  it('a board changes together with a status of the new one; the type falls away', async () => {
    const id = await desk.ticket({ subType: { id: 311 }, item: { id: 331 } })
    const board = { op: 'replace', path: 'board', value: { id: 5 } }
    const alone = await desk.patch(`service/tickets/${id}`, [board])
    expect(alone.json.errors?.[0]).toMatchObject({
      code: 'NotFound',
      message: 'Service Status New not found for Service Board 5.',
      field: 'status/name',
    })
    const moved = (await desk.patch(`service/tickets/${id}`, [board, ...status({ name: 'New' })])).json
    expect(moved).toMatchObject({ board: { id: 5 }, status: { id: 51 } })
    expect(moved).not.toHaveProperty('type')
    expect(moved).not.toHaveProperty('item')
  })

  it('customFields are replaced as a whole', async () => {
    const id = await desk.ticket({
      customFields: [
        { id: 5, value: 'PC-1' },
        { id: 6, value: 3 },
      ],
    })
    const patch = [{ op: 'replace', path: 'customFields', value: [{ id: 6, value: 4 }] }]
    const { customFields } = (await desk.patch(`service/tickets/${id}`, patch)).json
    expect((customFields as { value: unknown }[]).map((one) => one.value)).toEqual([null, 4])
  })

  it('another company brings its own site and no contact', async () => {
    const id = await desk.ticket({ contactEmailLookup: 'contact1@client250.example' })
    const before = await desk.readTicket(id)
    const patch = [{ op: 'replace', path: 'company', value: { id: 251 } }]
    const after = (await desk.patch(`service/tickets/${id}`, patch)).json
    expect(after.site).not.toEqual(before.site)
    expect(after.company).toMatchObject({ id: 251 })
    expect(after).not.toHaveProperty('contactName')
  })

  it('a path inside an object answers 200 and changes nothing, or 400 by a switch', async () => {
    const id = await desk.ticket()
    const patch = [{ op: 'replace', path: 'company/identifier', value: 'NordlichtIT' }]
    const ignored = await desk.patch(`service/tickets/${id}`, patch)
    expect([ignored.status, (ignored.json.company as { id: number }).id]).toEqual([200, firstCompany])
    await desk.setSwitch('innerPath', 'rejected')
    expect((await desk.patch(`service/tickets/${id}`, patch)).status).toBe(400)
    await desk.setSwitch('innerPath', 'ignored')
  })

  it('a leading slash is accepted by a switch', async () => {
    const id = await desk.ticket()
    const patch = [{ op: 'replace', path: '/status', value: { id: 33 } }]
    expect((await desk.patch(`service/tickets/${id}`, patch)).json.closedFlag).toBe(true)
    await desk.setSwitch('leadingSlash', false)
    expect((await desk.patch(`service/tickets/${id}`, patch)).status).toBe(400)
    await desk.setSwitch('leadingSlash', true)
  })

  it('what only the server sets is passed over', async () => {
    const id = await desk.ticket()
    const patch = [
      { op: 'replace', path: 'closedFlag', value: true },
      { op: 'replace', path: 'id', value: 1 },
    ]
    const answer = await desk.patch(`service/tickets/${id}`, patch)
    expect([answer.status, answer.json.id, answer.json.closedFlag]).toEqual([200, id, false])
  })

  it.each<[string, unknown, string]>([
    ['an object', { op: 'replace', path: 'summary', value: 'x' }, 'JSON array'],
    ['an unknown operation', [{ op: 'move', path: 'summary', value: 'x' }], 'add, replace or remove'],
    ['no path', [{ op: 'replace', value: 'x' }], 'path must be'],
    ['an unknown field', [{ op: 'replace', path: 'colour', value: 'x' }], "Could not find member 'colour'"],
    ['a name in another case', [{ op: 'replace', path: 'Summary', value: 'x' }], 'bare name'],
    ['no summary left', [{ op: 'remove', path: 'summary' }], 'ticket object is invalid'],
    ['no company left', [{ op: 'replace', path: 'company', value: null }], 'ticket object is invalid'],
    ['a long text', [{ op: 'replace', path: 'summary', value: 'x'.repeat(101) }], 'ticket object is invalid'],
  ])('PATCH refuses %s and changes nothing', async (_, body, message) => {
    const id = await desk.ticket()
    const before = await desk.readTicket(id)
    const answer = await desk.patch(`service/tickets/${id}`, body)
    expect(answer.status).toBe(400)
    expect(answer.json.message).toContain(message)
    expect(await desk.readTicket(id)).toEqual(before)
  })

  it('PUT replaces everything and demands severity and impact', async () => {
    const id = await desk.ticket({ poNumber: '1', externalXRef: 'ref', board: { id: 3 } })
    const body = { summary: 'Whole', company: { id: firstCompany } }
    const refused = await desk.put(`service/tickets/${id}`, body)
    expect(refused.json.errors?.map((one) => [one.code, one.field])).toEqual([
      ['MissingRequiredField', 'severity'],
      ['MissingRequiredField', 'impact'],
    ])
    const put = await desk.put(`service/tickets/${id}`, { ...body, severity: 'Low', impact: 'Low' })
    expect(put.json).toMatchObject({ id, summary: 'Whole', board: { id: 1 }, status: { id: 11 }, severity: 'Low' })
    expect(put.json).not.toHaveProperty('externalXRef')
    expect(put.json).not.toHaveProperty('type')
  })

  it('PUT may repeat a reference to what went out of use since', async () => {
    const id = await desk.ticket({ board: { id: 9 }, type: undefined, status: undefined })
    await desk.act({ act: 'archiveBoard', board: 9 })
    const body = { summary: 'Again', company: { id: firstCompany }, severity: 'Low', impact: 'Low', board: { id: 9 } }
    expect((await desk.put(`service/tickets/${id}`, body)).json).toMatchObject({ summary: 'Again', board: { id: 9 } })
    expect((await desk.post('service/tickets', body)).status).toBe(400)
  })

  it('DELETE takes it away, with its notes', async () => {
    const id = await desk.ticket({ initialDescription: 'x' })
    const answer = await desk.remove(`service/tickets/${id}`)
    expect([answer.status, answer.text]).toEqual([204, ''])
    const gone = await desk.get(`service/tickets/${id}`)
    expect(gone.json).toEqual({ code: 'NotFound', message: `Ticket ${id} not found.`, errors: null })
    expect((await desk.get(`service/tickets/${id}/notes`)).status).toBe(404)
    expect((await desk.patch(`service/tickets/${id}`, status({ id: 33 }))).status).toBe(404)
  })

  it('a workflow rule may undo a close after it was answered', async () => {
    await desk.setSwitch('workflowReopen', { to: 'In Progress', times: 1 })
    const id = await desk.ticket()
    expect((await desk.patch(`service/tickets/${id}`, status({ id: 33 }))).json.closedFlag).toBe(true)
    expect(await desk.readTicket(id)).toMatchObject({ closedFlag: false, status: { name: 'In Progress' } })
    await desk.patch(`service/tickets/${id}`, status({ id: 33 }))
    expect(await desk.readTicket(id)).toMatchObject({ closedFlag: true })
  })
})

describe('merging', () => {
  it('closes the merged tickets and points them to the other', async () => {
    const [parent, a, b] = [
      await desk.ticket(),
      await desk.ticket(),
      await desk.ticket({ board: { id: 5 }, type: undefined }),
    ]
    const merged = await desk.post(`service/tickets/${parent}/merge`, { mergeTicketIds: [a, b] })
    expect([merged.status, merged.json]).toEqual([200, { success: true, message: '' }])
    for (const id of [a, b]) {
      expect(await desk.readTicket(id)).toMatchObject({ closedFlag: true, mergedParentTicket: { id: parent } })
    }
    expect(await desk.readTicket(parent)).toMatchObject({ closedFlag: false, hasMergedChildTicketFlag: true })
    expect((await desk.get(`service/tickets/${parent}/notes`)).list).toHaveLength(2)
  })

  it('takes a status that every merged ticket’s board has, and merges all or none', async () => {
    const [parent, a, b] = [
      await desk.ticket(),
      await desk.ticket(),
      await desk.ticket({ board: { id: 5 }, type: undefined }),
    ]
    const refused = await desk.post(`service/tickets/${parent}/merge`, { mergeTicketIds: [a, b], status: { id: 34 } })
    expect(refused.json.errors?.[0]?.message).toBe('Service Status 34 not found for Service Board 5.')
    expect((await desk.readTicket(a)).closedFlag).toBe(false)
    await desk.post(`service/tickets/${parent}/merge`, { mergeTicketIds: [a, b], status: { name: 'Closed' } })
    expect((await desk.readTicket(b)).status).toMatchObject({ id: 54 })
  })

  it.each<[unknown, number]>([
    [{}, 400],
    [{ mergeTicketIds: [] }, 400],
    [{ mergeTicketIds: [1] }, 404],
  ])('refuses %j', async (body, expected) => {
    expect((await desk.post(`service/tickets/${await desk.ticket()}/merge`, body)).status).toBe(expected)
  })

  it('refuses a ticket itself', async () => {
    const id = await desk.ticket()
    expect((await desk.post(`service/tickets/${id}/merge`, { mergeTicketIds: [id] })).status).toBe(400)
  })
})
