import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstCompany, startDesk, type TestDesk } from './test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(async () => {
  expect(desk.emulator.control.stats().handlerErrors).toBe(0)
  await desk.stop()
})

describe('set-up tables', () => {
  const named = async (path: string) => (await desk.get(path)).list.map((one) => one.name)

  it('are there to be read', async () => {
    expect(await named('service/boards')).toEqual([
      'Service Desk',
      'Monitoring Alert',
      'Security',
      'Old Projects',
      'Projects',
    ])
    expect(await named('service/boards/3/statuses')).toEqual(['New', 'In Progress', 'Completed', 'Closed'])
    expect(await named('service/boards/5/types')).toEqual(['Incident', 'Audit'])
    expect(await named('service/boards/3/subtypes')).toEqual(['Antivirus', 'Patching', 'Backup'])
    expect(await named('service/boards/3/items')).toEqual(['Malware', 'Outdated databases'])
    expect(await named('service/sources')).toContain('Monitoring')
    expect(await named('service/severities')).toEqual(['Low', 'Medium', 'High'])
    expect(await named('service/impacts')).toEqual(['Low', 'Medium', 'High'])
    expect((await desk.get('service/priorities?orderBy=sortOrder')).list[2]).toMatchObject({
      id: 4,
      defaultFlag: true,
      sortOrder: 3,
    })
    expect((await desk.get('system/members?conditions=identifier="tech1"')).list[0]).toMatchObject({
      firstName: 'Anna',
    })
  })

  it('say which status closes and which is the default', async () => {
    const statuses = (await desk.get('service/boards/1/statuses')).list
    expect(statuses.map((one) => [one.name, one.closedStatus, one.defaultFlag])).toEqual([
      ['New', false, true],
      ['In Progress', false, false],
      ['Completed', true, false],
      ['Closed', true, false],
      ['Resolved', false, false],
    ])
  })

  it('say what may stand together', async () => {
    const { list } = await desk.get('service/boards/3/typeSubTypeItemAssociations')
    const name = (value: unknown) => (value as { name: string } | undefined)?.name
    expect(list.map((one) => [name(one.type), name(one.subType), name(one.item)])).toContainEqual([
      'Server',
      'Antivirus',
      'Malware',
    ])
    expect((await desk.get('service/boards/3/subtypes/311')).json.typeAssociationIds).toEqual([301, 302])
    expect((await desk.get('service/boards/5/subtypes/311')).status).toBe(404)
    expect((await desk.get('service/boards/99/types')).status).toBe(404)
  })

  it('cannot be changed with the rights of an integration', async () => {
    const answer = await desk.post('service/boards/3/statuses', { name: 'Own' })
    expect([answer.status, answer.json.code]).toEqual([403, 'Security'])
    expect((await desk.patch('service/priorities/4', [])).status).toBe(403)
  })
})

describe('companies', () => {
  it('are listed with identifier, status and types', async () => {
    const conditions = encodeURIComponent('deletedFlag=False and status/name="Active"')
    const { list } = await desk.get(`company/companies?conditions=${conditions}&fields=id,identifier,name,status,types`)
    expect(list).toHaveLength(4)
    expect(list[1]).toMatchObject({ id: firstCompany, types: [{ name: 'Client' }], status: { name: 'Active' } })
  })

  it('can be made, changed, replaced and deleted unless in use', async () => {
    const made = await desk.post('company/companies', {
      identifier: 'New1',
      name: 'New & Co',
      types: [{ name: 'Client' }],
    })
    expect([made.status, made.json.types]).toMatchObject([201, [{ id: 1, name: 'Client' }]])
    const path = `company/companies/${made.json.id}`
    expect((await desk.patch(path, [{ op: 'replace', path: 'name', value: 'Other' }])).json.name).toBe('Other')
    expect((await desk.put(path, { identifier: 'New2', name: 'Third', anything: 1 })).json).toMatchObject({
      identifier: 'New2',
      types: [],
    })
    expect((await desk.remove(path)).status).toBe(204)
    expect((await desk.remove(`company/companies/${firstCompany}`)).status).toBe(409)
    const long = await desk.post('company/companies', { identifier: 'x'.repeat(26), name: 'n'.repeat(51) })
    expect(long.json.errors?.map((one) => [one.code, one.field])).toEqual([
      ['MaxLength', 'identifier'],
      ['MaxLength', 'name'],
    ])
    const unknown = await desk.post('company/companies', { identifier: 'N', name: 'N', types: [{ id: 99 }] })
    expect(unknown.json.errors?.[0]?.message).toBe('Company Type 99 not found.')
  })

  it('have sites, contacts and configurations', async () => {
    expect((await desk.get(`company/companies/${firstCompany}/sites`)).list).toMatchObject([{ name: 'Main' }])
    const contact = await desk.post('company/contacts', {
      firstName: 'Eve',
      company: { id: firstCompany },
      communicationItems: [{ type: { name: 'Email' }, value: 'eve@example.org', communicationType: 'Email' }],
    })
    expect(contact.json.communicationItems).toMatchObject([{ value: 'eve@example.org', type: { name: 'Email' } }])
    const body = { name: 'PC-9', type: { id: 1 }, company: { id: firstCompany }, deviceIdentifier: 'dev-9' }
    const made = await desk.post('company/configurations', body)
    expect(made.json).toMatchObject({ name: 'PC-9', type: { name: 'Managed Workstation' }, activeFlag: true })
    expect(await desk.find('deviceIdentifier="DEV-9"', 'company/configurations')).toEqual([made.json.id])
    expect((await desk.post('company/configurations', { name: 'x' })).json.errors).toHaveLength(2)
  })
})

describe('billing', () => {
  it('agreements have additions whose quantity can be set', async () => {
    const conditions = encodeURIComponent(`company/id=${firstCompany} and agreementStatus="Active"`)
    const [agreement] = (await desk.get(`finance/agreements?conditions=${conditions}`)).list
    const path = `finance/agreements/${agreement?.id}/additions`
    const [seats] = (await desk.get(path)).list
    expect(seats).toMatchObject({ product: { identifier: 'MES-SEAT' }, billCustomer: 'Billable' })
    const patch = [{ op: 'replace', path: 'quantity', value: 42 }]
    expect((await desk.patch(`${path}/${seats?.id}`, patch)).json).toMatchObject({ quantity: 42, extPrice: 273 })
    const added = await desk.post(path, {
      product: { identifier: 'MES-SERVER' },
      billCustomer: 'Billable',
      quantity: 3,
      lessIncluded: 1,
      unitPrice: 12,
    })
    expect(added.json).toMatchObject({ agreementId: agreement?.id, billedQuantity: 2, extPrice: 24 })
    const refused = await desk.post(path, { quantity: 1 })
    expect(refused.json.errors?.map((one) => one.field)).toEqual(['product', 'billCustomer'])
    expect((await desk.post(path, { product: { id: 3 }, billCustomer: 'Billable' })).json.errors?.[0]?.code).toBe(
      'InvalidField',
    )
    expect((await desk.remove(`${path}/${added.json.id}`)).status).toBe(204)
    expect(await desk.find('inactiveFlag=False and productClass="Agreement"', 'procurement/catalog')).toEqual([1, 2])
  })
})
