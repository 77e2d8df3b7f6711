import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstAccount, startDesk, type TestDesk } from '../test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk({ companies: ['Client & Co', 'Client B', 'Other "C"'] })
})
afterAll(() => desk.stop())

describe('reads', () => {
  it('a summary and a detail', async () => {
    await desk.order()
    const summary = (await desk.get(`accounts/${firstAccount}`)).json
    expect(summary).toMatchObject({
      AccountNumber: firstAccount,
      Account: { Name: 'Client & Co', AccountId: `C-${firstAccount}`, AccountType: 'Customer', Status: 'Active' },
      OpenServiceOrders: 1,
      ParentAccountNumber: null,
    })
    expect((await desk.get(`accounts/${firstAccount}/details`)).json).toMatchObject({
      Account: { Name: 'Client & Co' },
      Service: { DefaultDispatchBoardId: null },
      ExternalProducts: [{ ExternalProduct: 'Security Monitoring', ExternalId: `tenant-${firstAccount}` }],
      PhoneNumbers: [{ IsPrimary: true }],
    })
    expect((await desk.get('accounts/1')).status).toBe(404)
  })
})

describe('create', () => {
  it('takes an account and its phone number', async () => {
    const Account = { Name: 'Test account', RepNumber: 13, Status: 'Active', AccountType: 'prospect', AccountId: 'T-1' }
    const { json } = await desk.post('accounts', { Account, PrimaryPhoneNumber: { Number: '555-1234' } })
    expect(json).toMatchObject({
      Success: true,
      AccountSummary: {
        AccountNumber: firstAccount + 3,
        Account: { ...Account, AccountType: 'Prospect' },
        PhoneNumber: '555-1234',
        RepName: 'Marta Lindqvist',
      },
    })
    expect(
      (await desk.post('serviceorders', { AccountNumber: firstAccount + 3, BriefDescription: 'x' })).json.Success,
    ).toBe(true)
  })

  it.each([
    [{ AccountType: 'Customer', Status: 'Active' }, 'Name is required.'],
    [{ Name: 'x', Status: 'Active' }, 'AccountType is required.'],
    [{ Name: 'x', AccountType: 'Customer' }, 'Status is required.'],
    [{ Name: 'x', AccountType: 'No', Status: 'Active' }, "AccountType 'No' does not exist."],
    [{ Name: 'x', AccountType: 'Customer', Status: 'No' }, "Status 'No' does not exist."],
  ])('%j is refused', async (Account, Message) => {
    const answer = await desk.post('accounts', { Account })
    expect([answer.status, answer.json]).toEqual([200, { Success: false, Message, AccountSummary: null }])
  })

  it('without an account is no request', async () => {
    expect((await desk.post('accounts', { PrimaryPhoneNumber: null })).status).toBe(400)
  })
})

describe('searches', () => {
  const find = async (path: string, body: unknown): Promise<unknown[]> => {
    const { json } = await desk.post(`accounts/search${path}`, body)
    if (!json.Success) throw new Error(json.Message)
    return json.Accounts.map((one) => one.Account.Name)
  }

  it.each([
    ['/name', 'client', ['Client & Co', 'Client B']],
    ['/name/soundslike', 'klyent', []],
    ['/name/soundslike', 'Clyant', ['Client & Co', 'Client B']],
    ['/accountid', 'C-4', ['Client & Co', 'Client B', 'Other "C"']],
    ['/accountnumber', String(firstAccount + 1), ['Client B']],
    ['/accountstatus', 'Act', ['Client & Co', 'Client B', 'Other "C"', 'Test account']],
    ['/accounttype', 'Prospect', ['Test account']],
    ['/externalid', `tenant-${firstAccount + 1}`, ['Client B']],
    ['/phone', '555-1234', ['Test account']],
    ['/email', `contact@client${firstAccount}.`, ['Client & Co']],
    ['/agreement', '901', ['Client & Co']],
  ])('%s with %s', async (path, text, expected) => {
    expect(await find(path, JSON.stringify(text))).toEqual(expected)
  })

  it('with several criteria', async () => {
    const Criteria = [
      { SearchType: 'AccountName', MatchType: 'Contains', Criteria: '&' },
      { SearchType: 'AccountName', MatchType: 'Contains', Criteria: '"' },
      { SearchType: 'ExternalProduct', Criteria: 'Security' },
    ]
    expect(await find('', { Criteria })).toEqual(['Client & Co', 'Other "C"'])
    expect(
      await find('', { Criteria: [{ SearchType: 'AccountName', MatchType: 'Equal', Criteria: 'client b' }] }),
    ).toEqual(['Client B'])
    await desk.put(`accounts/${firstAccount}/customfields`, [{ Category: 'Monitoring', Label: 'Tenant', Value: 't-9' }])
    expect(await find('/customfield', { Criteria: 't-', Category: 'Monitoring', Field: 'Tenant' })).toEqual([
      'Client & Co',
    ])
    expect(await find('/contact/name', '"nobody"')).toEqual([])
  })
})

describe('cross references', () => {
  const path = `accounts/${firstAccount + 1}/service/externalproducts`

  it('are made, read, changed and removed', async () => {
    const made = (await desk.post(path, { ExternalProductId: 21, ExternalId: 'vs/7 & 8' })).json
    const own = {
      AccountExternalProductId: 704,
      ExternalProductId: 21,
      ExternalProduct: 'Security Monitoring',
      ExternalId: 'vs/7 & 8',
      ExternalSystemId: null,
      Comment: null,
    }
    expect(made).toEqual({ Success: true, Message: '', ExternalProduct: own })
    expect((await desk.get(path)).json).toEqual([expect.objectContaining({ AccountExternalProductId: 702 }), own])
    await desk.put(`${path}/704`, { ExternalId: 'vs/9', Comment: 'moved' })
    expect((await desk.get(`${path}/704`)).json).toEqual({ ...own, ExternalId: 'vs/9', Comment: 'moved' })
    expect((await desk.remove(`${path}?id=704`)).json).toEqual({ Success: true, Message: '' })
    expect((await desk.get(`${path}/704`)).status).toBe(404)
    expect((await desk.remove(path, 702)).json).toEqual({ Success: true, Message: '' })
    expect((await desk.remove(path)).status).toBe(400)
    expect((await desk.remove(path, 702)).json).toEqual({
      Success: false,
      Message: 'Account external product 702 does not exist.',
    })
  })

  it.each([
    [{ ExternalId: 'x' }, 'ExternalProductId is required.'],
    [{ ExternalProductId: 99, ExternalId: 'x' }, 'External product 99 does not exist.'],
    [{ ExternalProductId: 22, ExternalId: 'x' }, "External product 'Old RMM' is inactive."],
    [{ ExternalProductId: 21 }, 'ExternalId is required.'],
  ])('%j is refused', async (body, Message) => {
    expect((await desk.post(path, body)).json).toEqual({ Success: false, Message, ExternalProduct: null })
  })

  it('of another account are not found', async () => {
    expect((await desk.get(`${path}/701`)).status).toBe(404)
    expect((await desk.put(`${path}/701`, { ExternalId: 'x' })).json.Success).toBe(false)
  })
})
