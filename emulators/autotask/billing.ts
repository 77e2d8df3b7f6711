// Services on recurring contracts: adjustments in, unit rows per billing period out (autotask-api.md 11).
import { RefusalError } from './answers.ts'
import { numberIn } from './model/entity.ts'
import type { Row } from './model/field.ts'
import type { Actor } from './store/history.ts'
import { type Store, tableOf, timeNow } from './store/store.ts'
import type { Table } from './store/table.ts'
import type { Draft } from './write/body.ts'
import { createRecord } from './write/records.ts'

const day = 86_400_000
const recurringService = 7
const monthsByPeriod: Readonly<Record<number, number>> = { 2: 1, 3: 3, 4: 6, 5: 12 }

/** Puts a service on a contract, which must be a recurring one. Throws `RefusalError`. */
export function createContractService(store: Store, table: Table, draft: Draft, actor: Actor): Row {
  const row = createRecord(store, table, draft, actor, (fresh, _before, errors) => {
    const contract = tableOf(store, 'Contract').get(numberIn(fresh, 'contractID') ?? -1)
    if (contract && contract.contractType !== recurringService) {
      errors.push('ContractServices can only be added to a Contract of type Recurring Service.')
    }
  })
  const service = tableOf(store, 'Service').get(numberIn(row, 'serviceID') ?? -1)
  const unitPrice = service ? numberIn(service, 'unitPrice') : null
  const priced: Row = {
    ...row,
    unitPrice,
    unitCost: row.unitCost ?? (service ? numberIn(service, 'unitCost') : null),
    internalCurrencyUnitPrice: unitPrice,
    internalCurrencyAdjustedPrice: unitPrice,
  }
  table.put(priced, timeNow(store))
  return priced
}

/**
 * Changes units or price of a service from a day on; makes the service when the contract lacks it. Answers no id, as
 * Autotask does. Throws `RefusalError`.
 */
export function adjust(store: Store, table: Table, draft: Draft, actor: Actor): null {
  const service = findService(store, draft)
  const contractId = service ? numberIn(service, 'contractID') : (draft.values.contractID ?? null)
  const contract = typeof contractId === 'number' ? tableOf(store, 'Contract').get(contractId) : undefined
  const sent = draft.values.effectiveDate
  const effective = typeof sent === 'number' ? Math.floor(sent / day) * day : null
  const values = { ...draft.values, contractID: contractId, effectiveDate: effective }
  const errors: string[] = []
  if (effective === null) errors.push('Missing Required Field: effectiveDate')
  if (contract && effective !== null) checkDate(contract, effective, errors)
  if (service && effective !== null) checkAgainstOthers(store, table, service, effective, draft, errors)
  if (!service && effective !== null && belowFloor(store, changeOf(draft))) errors.push(floorText)
  if (errors.length > 0) throw new RefusalError(errors)
  const target = service ?? addMissingService(store, values, actor)
  createRecord(store, table, { ...draft, values: { ...values, contractServiceID: target.id } }, actor)
  rebuildUnits(store, target.id)
  return null
}

/** Makes the unit rows of a service anew from its adjustments; rows that stay keep their ids. */
export function rebuildUnits(store: Store, serviceId: number): void {
  const service = tableOf(store, 'ContractService').get(serviceId)
  const contract = service && tableOf(store, 'Contract').get(numberIn(service, 'contractID') ?? -1)
  if (!service || !contract) return
  const table = tableOf(store, 'ContractServiceUnit')
  const now = timeNow(store)
  const adjustments = adjustmentsOf(store, serviceId)
  const existing = (table.find('contractServiceID', serviceId) ?? []).map((id) => table.get(id))
  const idByStart = new Map(existing.map((row) => [row?.startDate, row?.id]))
  for (const [start, end] of segments(contract, adjustments)) {
    const valid = adjustments.filter((one) => (numberIn(one, 'effectiveDate') ?? 0) <= start)
    const units = valid.reduce((sum, one) => sum + (numberIn(one, 'unitChange') ?? 0), 0)
    const price = lastOf(valid, 'adjustedUnitPrice') ?? numberIn(service, 'unitPrice') ?? 0
    const cost = lastOf(valid, 'adjustedUnitCost') ?? numberIn(service, 'unitCost') ?? 0
    table.put(
      {
        ...table.entity.blank,
        id: idByStart.get(start) ?? table.takeId(),
        contractID: contract.id,
        serviceID: numberIn(service, 'serviceID'),
        contractServiceID: serviceId,
        startDate: start,
        endDate: end,
        units,
        price: price * units,
        cost: cost * units,
        internalCurrencyPrice: price * units,
      },
      now,
    )
  }
  const adjusted = lastOf(adjustments, 'adjustedUnitPrice')
  if (adjusted !== null) {
    tableOf(store, 'ContractService').put({ ...service, internalCurrencyAdjustedPrice: adjusted }, now)
  }
}

const floorText = 'ContractServiceAdjustment unitChange must leave at least one unit on the service.'

function findService(store: Store, draft: Draft): Row | undefined {
  const table = tableOf(store, 'ContractService')
  const { contractServiceID, contractID, serviceID, allowRepeatService } = draft.values
  if (typeof contractServiceID === 'number') return table.get(contractServiceID)
  if (typeof contractID !== 'number' || allowRepeatService === true) return undefined
  const ids = table.find('contractID', contractID) ?? []
  return ids.map((id) => table.get(id)).find((row) => row?.serviceID === serviceID)
}

/** A contract that lacks the service gets it (autotask-api.md 11.5). */
function addMissingService(store: Store, values: Draft['values'], actor: Actor): Row {
  if (typeof values.contractServiceID === 'number') {
    throw new RefusalError([
      'Reference value on field: contractServiceID of type: ContractService does not exist or is invalid.',
    ])
  }
  const { contractID = null, serviceID = null } = values
  const draft = { id: null, values: { contractID, serviceID }, udfs: [] }
  return createContractService(store, tableOf(store, 'ContractService'), draft, actor)
}

function checkDate(contract: Row, effective: number, errors: string[]): void {
  const start = numberIn(contract, 'startDate') ?? 0
  const end = numberIn(contract, 'endDate') ?? 0
  if (effective >= start && effective <= end) return
  errors.push(
    'ContractServiceAdjustment effectiveDate must be between the start date and end date of the Contract referenced ' +
      'by contractID.',
  )
}

function checkAgainstOthers(
  store: Store,
  table: Table,
  service: Row,
  effective: number,
  draft: Draft,
  errors: string[],
): void {
  const others = (table.find('contractServiceID', service.id) ?? []).map((id) => table.get(id))
  if (others.some((other) => other?.effectiveDate === effective)) {
    errors.push('Attempt to insert duplicate data into contract_service_period')
    return
  }
  const change = changeOf(draft)
  if (change === 0) return
  const dates = [
    effective,
    ...others.map((other) => numberOf(other, 'effectiveDate')).filter((date) => date > effective),
  ]
  const lowest = Math.min(
    ...dates.map((date) => {
      const before = others.filter((other) => numberOf(other, 'effectiveDate') <= date)
      return before.reduce((sum, other) => sum + numberOf(other, 'unitChange'), change)
    }),
  )
  if (belowFloor(store, lowest)) errors.push(floorText)
}

function belowFloor(store: Store, units: number): boolean {
  return units < (store.switches.allowZeroUnits ? 0 : 1)
}

function adjustmentsOf(store: Store, serviceId: number): Row[] {
  const table = tableOf(store, 'ContractServiceAdjustment')
  const rows = (table.find('contractServiceID', serviceId) ?? []).map((id) => table.get(id))
  return rows
    .filter((row) => row !== undefined)
    .sort((a, b) => numberOf(a, 'effectiveDate') - numberOf(b, 'effectiveDate'))
}

/** Billing periods of the contract from its first adjustment on, cut where adjustments begin. */
function segments(contract: Row, adjustments: readonly Row[]): [start: number, end: number][] {
  const cuts = adjustments.map((one) => numberOf(one, 'effectiveDate'))
  const [first] = cuts
  if (first === undefined) return []
  const start = numberOf(contract, 'startDate')
  const end = numberOf(contract, 'endDate')
  const months = monthsByPeriod[numberOf(contract, 'contractPeriodType')] ?? 1
  const begins = new Set(cuts)
  for (let n = 0; ; n += 1) {
    const date = new Date(start)
    const begin = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + n * months, date.getUTCDate())
    if (begin > end) break
    begins.add(begin)
  }
  const sorted = [...begins].filter((begin) => begin >= first && begin <= end).sort((a, b) => a - b)
  return sorted.map((begin, n) => [begin, (sorted[n + 1] ?? end + day) - day])
}

function lastOf(rows: readonly Row[], field: string): number | null {
  return rows.reduce<number | null>((last, row) => numberIn(row, field) ?? last, null)
}

function changeOf(draft: Draft): number {
  const change = draft.values.unitChange
  return typeof change === 'number' ? change : 0
}

function numberOf(row: Row | undefined, field: string): number {
  return (row && numberIn(row, field)) ?? 0
}
