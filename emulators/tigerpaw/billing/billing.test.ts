import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstAccount, startDesk, type TestDesk } from '../test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk({ clock: { now: () => new Date('2026-06-01T00:00:00Z') } })
})
afterAll(() => desk.stop())

describe('agreements', () => {
  it('of an account, with their lines', async () => {
    const list = (await desk.get(`agreements/account/${firstAccount}`)).json
    expect(list).toMatchObject({
      Success: true,
      TotalCount: 1,
      Agreements: [
        {
          AgreementNumber: 901,
          AccountName: 'Schmidt & Töchter OHG',
          AdditionalCharges: 2,
          Agreement: { ExternalProduct: 'Security Monitoring', StartDate: '2026-01-01T00:00:00' },
        },
      ],
    })
    const charges = (await desk.get('agreements/901/additionalcharges')).json as unknown as {
      DetailId: number
      Quantity: number
      Price: number
    }[]
    expect(charges).toMatchObject([{ SpecialItemId: 'MES-SRV' }, { SpecialItemId: 'MES-WKS' }])
    const total = charges.reduce((sum, { Quantity, Price }) => sum + Quantity * Price, 0)
    expect((await desk.get('agreements/901')).json.Agreement).toMatchObject({ TotalPrice: total })
    const [first] = charges
    expect((await desk.get(`agreements/901/additionalcharges/${first?.DetailId}`)).json).toEqual(first)
    expect((await desk.get(`agreements/902/additionalcharges/${first?.DetailId}`)).status).toBe(404)
    expect((await desk.get('agreements/901/details')).json).toMatchObject({
      Account: { Name: 'Schmidt & Töchter OHG' },
      AdditionalCharges: charges,
    })
  })

  it('end', async () => {
    await desk.act('clock', { now: '2027-06-01T00:00:00Z' })
    expect((await desk.get(`agreements/account/${firstAccount}/true`)).json.TotalCount).toBe(0)
    expect((await desk.get(`agreements/account/${firstAccount}/false`)).json.TotalCount).toBe(1)
    expect((await desk.get('agreements/account/1')).json).toMatchObject({ Success: false, Agreements: [] })
  })

  it('are searched', async () => {
    expect((await desk.post('agreements/search/agreementnumber', '"901"')).json.TotalCount).toBe(1)
    expect((await desk.post('agreements/search/externalproduct', '"Security"')).json.TotalCount).toBe(3)
    const Criteria = [{ SearchType: 'AccountNumber', MatchType: 'Equal', Criteria: String(firstAccount + 1) }]
    expect((await desk.post('agreements/search', { Criteria })).json.Agreements).toMatchObject([
      { AgreementNumber: 902 },
    ])
  })

  it('cannot be written over REST', async () => {
    expect((await desk.post('agreements/901/additionalcharges', {})).status).toBe(405)
  })
})

describe('the price book', () => {
  const find = async (path: string, body: unknown): Promise<string[]> =>
    (await desk.post(`pricebook/items/search${path}`, body)).json.PriceBookItems.map(({ ItemId }) => ItemId)

  it.each([
    ['/itemid/true', '"MES"', ['MES-SRV', 'MES-WKS', 'MES-MBX']],
    ['/itemid/true', '"AV"', []],
    ['/itemid/false', '"AV"', ['AV-OLD']],
    ['/itemdescription', '"Managed mail"', ['MES-MBX']],
    ['/type', '"L"', ['LABOR-REMOTE']],
    ['/type', '"Labor"', []],
    ['/category', '"Managed"', ['MES-SRV', 'MES-WKS', 'MES-MBX', 'LABOR-REMOTE', 'AV-OLD']],
    ['/global', '"p-2003"', ['MES-MBX']],
  ])('%s finds by %s', async (path, body, expected) => {
    expect(await find(path, body)).toEqual(expected)
  })

  it('an item type is always matched whole', async () => {
    const Criteria = [{ SearchType: 'ItemType', MatchType: 'Contains', Criteria: 'S' }]
    expect(await find('', { Criteria })).toEqual(['MES-SRV', 'MES-WKS', 'MES-MBX'])
  })

  it('one item', async () => {
    const item = { ItemDescription: 'Antivirus licence (discontinued)', Inactive: true, Status: 'Inactive', Type: 'M' }
    expect((await desk.get('pricebook/items/2005')).json).toMatchObject({ ItemId: 'AV-OLD', Item: item })
    expect((await desk.get('pricebook/items/1')).status).toBe(404)
  })
})
