import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from './test-desk.ts'

let desk: TestDesk
let contractID = 0
beforeAll(async () => {
  desk = await startDesk()
  const contract = {
    companyID: 175,
    contractName: 'Test',
    contractType: 7,
    contractPeriodType: 2,
    status: 1,
    startDate: '2026-01-01',
    endDate: '2026-04-30',
    timeReportingRequiresStartAndStopTimes: 0,
  }
  contractID = (await desk.post('Contracts', contract)).json.itemId
})
afterAll(() => desk.stop())

const serviceID = 29682901
const adjust = (more: object) => desk.post('ContractServiceAdjustments', { contractID, serviceID, ...more })
const units = async () => {
  const rows = (await desk.get(`Contracts/${contractID}/ServiceUnits`)).json.items
  const day = (time: unknown): string => String(time).slice(5, 10)
  return rows.map((row) => `${day(row.startDate)} ${day(row.endDate)} ${row.units}`).sort()
}

describe('units of a contract service', () => {
  it('begin with the first adjustment, which makes the service, and answers no id', async () => {
    expect((await adjust({ unitChange: 10, effectiveDate: '2026-02-01T13:00:00Z' })).json).toEqual({ itemId: null })
    expect(await units()).toEqual(['02-01 02-28 10', '03-01 03-31 10', '04-01 04-30 10'])
    const services = (await desk.get(`Contracts/${contractID}/Services`)).json.items
    expect(services).toHaveLength(1)
    expect(services[0]).toMatchObject({ serviceID, unitPrice: 6.5, internalCurrencyUnitPrice: 6.5 })
  })

  it('change by a difference from a day on; the period is split there', async () => {
    const before = await desk.find('ContractServiceUnits', { op: 'eq', field: 'contractID', value: contractID })
    expect((await adjust({ unitChange: -4, effectiveDate: '2026-03-15' })).status).toBe(200)
    expect(await units()).toEqual(['02-01 02-28 10', '03-01 03-14 10', '03-15 03-31 6', '04-01 04-30 6'])
    const after = await desk.find('ContractServiceUnits', { op: 'eq', field: 'contractID', value: contractID })
    expect(after.map((row) => row.id).slice(0, 3)).toEqual(before.map((row) => row.id))
  })

  it('can be re-priced without a change of units, through the contract too', async () => {
    const path = `Contracts/${contractID}/ServiceAdjustments`
    const order = { serviceID, unitChange: 0, adjustedUnitPrice: 5, effectiveDate: '2026-04-01' }
    expect((await desk.post(path, order)).json).toEqual({ itemId: null })
    const rows = (await desk.get(`Contracts/${contractID}/ServiceUnits`)).json.items
    expect(rows.find((row) => row.startDate === '2026-04-01T00:00:00Z')?.price).toBe(30)
  })

  it.each([
    [
      { unitChange: 1, effectiveDate: '2026-05-01' },
      'ContractServiceAdjustment effectiveDate must be between the start date and end date of the Contract referenced by contractID.',
    ],
    [{ unitChange: 1, effectiveDate: '2026-03-15' }, 'Attempt to insert duplicate data into contract_service_period'],
    [{ unitChange: 1 }, 'Missing Required Field: effectiveDate'],
    [
      { unitChange: -6, effectiveDate: '2026-04-10' },
      'ContractServiceAdjustment unitChange must leave at least one unit on the service.',
    ],
    [
      { serviceID: 5, unitChange: 1, effectiveDate: '2026-04-10' },
      'Reference value on field: serviceID of type: Service does not exist or is invalid.',
    ],
  ])('refuse %j', async (order, text) => {
    const before = await units()
    const answer = await adjust(order)
    expect([answer.status, answer.json.errors]).toEqual([500, [text]])
    expect(await units()).toEqual(before)
  })

  it('may come to 0 where the switch allows it', async () => {
    await desk.act({ act: 'setSwitch', name: 'allowZeroUnits', value: true })
    expect((await adjust({ unitChange: -6, effectiveDate: '2026-04-10' })).status).toBe(200)
    expect((await units()).at(-1)).toBe('04-10 04-30 0')
  })

  it('go on when the contract is made longer', async () => {
    await desk.patch('Contracts', { id: contractID, endDate: '2026-05-31' })
    expect((await units()).at(-1)).toBe('05-01 05-31 0')
  })

  it('need a recurring contract', async () => {
    const other = (await desk.get(`Contracts/${contractID}`)).json.item
    const { itemId } = (await desk.post('Contracts', { ...other, contractType: 1 })).json
    expect((await desk.post(`Contracts/${itemId}/Services`, { serviceID })).status).toBe(500)
  })

  it('are seeded for every client', async () => {
    const [contract] = await desk.find('Contracts', { op: 'eq', field: 'contractNumber', value: 'MS-175' })
    const rows = (await desk.get(`Contracts/${contract?.id}/ServiceUnits`)).json.items
    expect(rows).toHaveLength(12)
  })
})
