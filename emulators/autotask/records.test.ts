import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstCompany, startDesk, type TestDesk, type TestField } from './test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

describe('what others recorded against live tenants', () => {
  it('company 0 is readable and its id is 0', async () => {
    expect((await desk.get('Companies/0')).json.item.id).toBe(0)
  })

  it('an id that is not there gives item null', async () => {
    for (const entity of ['Companies', 'Tickets', 'ConfigurationItems', 'Resources', 'TicketNotes']) {
      expect((await desk.get(`${entity}/9999999`)).json).toEqual({ item: null })
    }
  })

  it('a contact can be created, PATCHed, PUT and deleted under company 0', async () => {
    const contact = { firstName: 'Ada', middleInitial: 'K', lastName: 'Test', companyID: 0, isActive: 1 }
    const { itemId } = (await desk.post('Companies/0/Contacts', contact)).json
    const read = async () => (await desk.get(`Contacts/${itemId}`)).json.item
    expect(await read()).toMatchObject(contact)
    await desk.patch('Companies/0/Contacts', { id: itemId, lastName: 'Tested' })
    expect(await read()).toMatchObject({ ...contact, lastName: 'Tested' })
    const { middleInitial: _, ...rest } = contact
    expect((await desk.put('Companies/0/Contacts', { ...rest, id: itemId })).json).toEqual({ itemId })
    expect(await read()).toMatchObject({ middleInitial: null, lastName: 'Test' })
    expect((await desk.get('Companies/0/Contacts')).json.items.map((item) => item.id)).toContain(itemId)
    expect((await desk.remove(`Companies/0/Contacts/${itemId}`)).json).toEqual({ itemId })
    expect(await read()).toBeNull()
    const again = await desk.remove(`Companies/0/Contacts/${itemId}`)
    expect([again.status, again.json.errors]).toEqual([
      500,
      [
        'No message. No matching records found. The logged in Resource may not have the required permissions to delete the data.',
      ],
    ])
  })

  it('a query with beginsWith and gt works', async () => {
    const found = await desk.find(
      'Companies',
      { op: 'beginsWith', field: 'companyName', value: 'Bra' },
      { op: 'gt', field: 'id', value: 0 },
    )
    expect(found.map((company) => company.id)).toEqual([firstCompany])
  })

  it('a text longer than its field, a missing field or an unknown value is refused for every entity', async () => {
    const company = { companyName: 'x'.repeat(101), companyType: 99, ownerResourceID: 29682886, phone: '' }
    const { errors } = (await desk.post('Companies', company)).json
    expect(errors).toHaveLength(3)
    expect(errors.join()).toMatch(/Missing Required Field: phone.*companyName.*Picklist value \[99\]/)
  })
})

describe('records', () => {
  it('a record of one parent is not found under another', async () => {
    const other = firstCompany + 1
    expect((await desk.get(`Companies/${other}/Contacts/1`)).json.item).toBeNull()
    expect((await desk.remove(`Companies/${other}/Contacts/1`)).status).toBe(500)
    expect((await desk.patch(`Companies/${other}/Contacts`, { id: 1, lastName: 'No' })).status).toBe(500)
    expect((await desk.get('Contacts/1')).json.item.lastName).not.toBe('No')
  })

  it('the company of a device is fixed, its audit fields are read-only', async () => {
    const device = { companyID: firstCompany, productID: 29682870, isActive: true, referenceTitle: 'PC-77' }
    const { itemId } = (await desk.post('ConfigurationItems', { ...device, rmmDeviceAuditHostname: 'x' })).json
    await desk.patch('ConfigurationItems', { id: itemId, companyID: firstCompany + 1, location: 'Cellar' })
    const item = (await desk.get(`ConfigurationItems/${itemId}`)).json.item
    expect(item).toMatchObject({ ...device, location: 'Cellar', rmmDeviceAuditHostname: null })
  })

  it('a company can be created and found by its number', async () => {
    const company = { companyName: 'New', companyType: 1, ownerResourceID: 29682886, phone: '1', companyNumber: 'K-7' }
    const { itemId } = (await desk.post('Companies', company)).json
    const [found] = await desk.find('Companies', { op: 'eq', field: 'companyNumber', value: 'k-7' })
    expect(found).toMatchObject({ id: itemId, isActive: true, createdByResourceID: 29682885 })
    expect((await desk.patch('Companies', { id: itemId, isActive: false })).status).toBe(200)
  })

  it('lists for configuration screens are there', async () => {
    const roles = await desk.find('ResourceRoles', { op: 'eq', field: 'resourceID', value: 29682886 })
    expect(roles.map((role) => role.roleID)).toContain(29682833)
    expect((await desk.get('Resources/29682886/ServiceDeskRoles')).json.items).toHaveLength(1)
    const codes = [
      { op: 'eq', field: 'useType', value: 1 },
      { op: 'eq', field: 'isActive', value: true },
    ]
    expect((await desk.find('BillingCodes', ...codes)).map((code) => code.name)).toEqual(['Remote Support'])
    const [standard] = await desk.find('TicketCategories', { op: 'eq', field: 'isGlobalDefault', value: true })
    expect(standard).toMatchObject({ id: 3, name: 'Standard' })
    expect((await desk.get('TicketCategories/2/FieldDefaults')).json.items[0]).toMatchObject({
      queueID: 8,
      sourceID: 8,
    })
    const locations = await desk.find('CompanyLocations', { op: 'eq', field: 'companyID', value: firstCompany })
    expect(locations).toHaveLength(1)
    const apiUser = (await desk.get('Resources/29682885')).json.item
    expect(apiUser).toMatchObject({ userType: 17, isActive: true })
  })
})

describe('metadata', () => {
  const fieldOf = async (entity: string, name: string): Promise<TestField | undefined> =>
    (await desk.get(`${entity}/entityInformation/fields`)).json.fields.find((field) => field.name === name)

  it('describes an entity', async () => {
    expect((await desk.get('Tickets/entityInformation')).json).toEqual({
      info: {
        name: 'Ticket',
        canCreate: true,
        canDelete: false,
        canQuery: true,
        canUpdate: true,
        userAccessForCreate: 'All',
        userAccessForDelete: 'None',
        userAccessForQuery: 'All',
        userAccessForUpdate: 'All',
        hasUserDefinedFields: true,
        supportsWebhookCallouts: true,
      },
    })
    expect((await desk.get('Contacts/entityInformation')).json.info).toMatchObject({ canCreate: true, canDelete: true })
    expect((await desk.get('TicketHistory/entityInformation')).json.info).toMatchObject({
      canCreate: false,
      canQuery: true,
    })
  })

  it('describes a field with its picklist, values as texts', async () => {
    expect(await fieldOf('Tickets', 'queueID')).toEqual({
      name: 'queueID',
      dataType: 'integer',
      length: 0,
      isRequired: false,
      isReadOnly: false,
      isQueryable: true,
      isReference: false,
      referenceEntityType: '',
      isPickList: true,
      picklistValues: expect.arrayContaining([
        {
          value: '8',
          label: 'Monitoring Alert',
          isDefaultValue: false,
          sortOrder: 3,
          parentValue: '',
          isActive: true,
          isSystem: true,
        },
        expect.objectContaining({ value: '29682970', isActive: false }),
      ]),
      picklistParentValueField: '',
      isSupportedWebhookField: true,
    })
  })

  it('describes references, lengths, required and read-only fields', async () => {
    expect(await fieldOf('Tickets', 'contactID')).toMatchObject({
      isReference: true,
      referenceEntityType: 'Contact',
      picklistValues: null,
    })
    expect(await fieldOf('Tickets', 'externalID')).toMatchObject({ dataType: 'string', length: 50 })
    expect(await fieldOf('Tickets', 'title')).toMatchObject({ isRequired: true, length: 255 })
    expect(await fieldOf('Tickets', 'completedDate')).toMatchObject({ isReadOnly: true, dataType: 'datetime' })
    expect(await fieldOf('Tickets', 'creatorType')).toMatchObject({ isQueryable: false })
    expect(await fieldOf('Companies', 'companyType')).toMatchObject({ dataType: 'short', isRequired: true })
    const sub = await fieldOf('Tickets', 'subIssueType')
    expect(sub?.picklistParentValueField).toBe('issueType')
    expect(sub?.picklistValues).toContainEqual(
      expect.objectContaining({ value: '136', parentValue: '11', label: 'Malware' }),
    )
    const status = await fieldOf('Tickets', 'status')
    expect(status?.picklistValues).toContainEqual(
      expect.objectContaining({ value: '5', label: 'Complete', isSystem: true }),
    )
  })

  it('answers under a parent as well', async () => {
    const below = await desk.get('Tickets/1/Notes/entityInformation/fields')
    expect(below.json).toEqual((await desk.get('TicketNotes/entityInformation/fields')).json)
    const publish = below.json.fields.find((field) => field.name === 'publish')
    expect(publish?.picklistValues?.map((value) => value.value)).toEqual(['1', '2', '4'])
  })

  it('lists user-defined fields where there are any, else 404', async () => {
    const { fields } = (await desk.get('Tickets/entityInformation/userDefinedFields')).json
    const impact = fields.find((field) => field.name === 'Impact')
    expect(impact).toMatchObject({
      label: 'Impact',
      type: 'string',
      isPickList: true,
      defaultValue: '',
      description: '',
    })
    expect(impact?.picklistValues?.map((value) => value.label)).toEqual(['One user', 'Department', 'Company'])
    expect((await desk.get('Roles/entityInformation/userDefinedFields')).status).toBe(404)
  })
})
