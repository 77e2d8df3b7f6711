// Clients with what belongs to one: an address, people, devices, a recurring contract.
import type { Random } from '../kit/random.ts'
import { adjust, createContractService } from './billing.ts'
import type { Row, Value } from './model/field.ts'
import { cities, people } from './seed-names.ts'
import { type Store, tableOf, timeNow } from './store/store.ts'

/** Rows are put in as they are: the seed is not held to the rules of the API. */
export function put(store: Store, entity: string, values: Record<string, Value>): Row {
  const table = tableOf(store, entity)
  const row: Row = { ...table.entity.blank, id: table.takeId() }
  Object.assign(row, values)
  table.put(row, timeNow(store))
  return row
}

/** Adds a client with its main address; gives its id. */
export function addCompany(
  store: Store,
  name: string,
  companyNumber?: string,
  more: Record<string, Value> = {},
): number {
  const now = timeNow(store)
  const id = (more.id as number | undefined) ?? tableOf(store, 'Company').takeId()
  put(store, 'Company', {
    companyName: name,
    companyType: 1,
    ownerResourceID: firstTechnician,
    phone: '+49 421 555 0100',
    isActive: true,
    companyNumber: companyNumber ?? `C-${String(id).padStart(5, '0')}`,
    createDate: now,
    lastActivityDate: now,
    lastTrackedModifiedDateTime: now,
    createdByResourceID: firstTechnician,
    isClientPortalActive: false,
    isTaskFireActive: false,
    isTaxExempt: false,
    isEnabledForComanaged: false,
    invoiceNonContractItemsToParentCompany: false,
    ...more,
    id,
  })
  put(store, 'CompanyLocation', {
    companyID: id,
    name: 'Main office',
    isActive: true,
    isPrimary: true,
    address1: 'Harbour Street 1',
    city: cities[id % cities.length] ?? '',
  })
  return id
}

/** Adds people to a client. */
export function addContacts(store: Store, companyID: number, random: Random): void {
  for (let n = 0; n < 2; n += 1) {
    const [firstName, lastName] = random.pick(people)
    put(store, 'Contact', {
      companyID,
      firstName,
      lastName,
      isActive: 1,
      emailAddress: `contact${n + 1}@client${companyID}.example`,
      primaryContact: n === 0,
      createDate: timeNow(store),
      lastActivityDate: timeNow(store),
      lastModifiedDate: timeNow(store),
    })
  }
}

/** Adds a device to a client. */
export function addDevice(store: Store, companyID: number, name: string, random: Random): void {
  const isServer = random.chance(0.2)
  put(store, 'ConfigurationItem', {
    companyID,
    productID: isServer ? serverProduct : workstationProduct,
    isActive: true,
    referenceTitle: name,
    referenceNumber: random.hex(12),
    serialNumber: random.hex(10).toUpperCase(),
    configurationItemType: isServer ? 2 : 1,
    installDate: timeNow(store),
    createDate: timeNow(store),
    lastModifiedTime: timeNow(store),
    rmmDeviceAuditHostname: name,
    rmmDeviceAuditIPAddress: `10.${companyID % 250}.${random.int(0, 9)}.${random.int(2, 250)}`,
    rmmDeviceAuditMacAddress: random.hex(12).toUpperCase(),
  })
}

/** Puts a client on a yearly contract for managed security with this many seats. */
export function addContract(store: Store, companyID: number, seats: number): void {
  const year = store.clock.now().getUTCFullYear()
  const startDate = Date.UTC(year, 0, 1)
  const contract = put(store, 'Contract', {
    companyID,
    contractName: 'Managed security',
    contractNumber: `MS-${companyID}`,
    contractType: 7,
    contractPeriodType: 2,
    status: 1,
    startDate,
    endDate: Date.UTC(year, 11, 31),
    timeReportingRequiresStartAndStopTimes: 0,
    setupFee: 0,
    isDefaultContract: true,
  })
  const actor = { by: 'person', resourceID: firstTechnician, impersonatorID: null } as const
  const service = { contractID: contract.id, serviceID: securityService }
  createContractService(store, tableOf(store, 'ContractService'), { id: null, values: service, udfs: [] }, actor)
  const values = { ...service, effectiveDate: startDate, unitChange: seats }
  adjust(store, tableOf(store, 'ContractServiceAdjustment'), { id: null, values, udfs: [] }, actor)
}

/** Ids of seeded records that others refer to. */
export const firstTechnician = 29682886
export const workstationProduct = 29682870
export const serverProduct = 29682871
export const securityService = 29682901
