// A tenant as a provider might have it, the same for the same seed.
import { createRandom } from '../kit/random.ts'
import {
  addCompany,
  addContacts,
  addContract,
  addDevice,
  firstTechnician,
  put,
  securityService,
  serverProduct,
  workstationProduct,
} from './seed-companies.ts'
import { companyNames, people } from './seed-names.ts'
import { CategoryRule } from './store/settings.ts'
import { picklistOf, type Store, tableOf } from './store/store.ts'
import { apiUserType } from './write/ticket-rules.ts'

/** What to fill a tenant with. */
export type SeedOptions = {
  seed: number
  /** Clients by name; without it `tenants` clients with seeded names. */
  companies?: readonly string[]
  tenants: number
  /** Configuration items, spread over the clients. */
  devices: number
}

const engineer = 29682833
const analyst = 29682834
const queues = [8, 29682833, 29682969]

/** Fills an empty tenant. */
export function seedTenant(store: Store, options: SeedOptions): void {
  const random = createRandom(options.seed)
  seedStaff(store)
  seedServices(store)
  seedCategories(store)
  addCompany(store, 'Nordlicht IT-Service', 'OWN', { id: 0 })
  tableOf(store, 'Company').startIdsAfter(174)
  tableOf(store, 'ConfigurationItem').startIdsAfter(4409)
  tableOf(store, 'Ticket').startIdsAfter(43180)
  tableOf(store, 'TicketNote').startIdsAfter(99119)
  tableOf(store, 'Contract').startIdsAfter(7000)
  tableOf(store, 'ContractService').startIdsAfter(8000)

  const ids = namesOf(options).map((name) => addCompany(store, name))
  for (const id of ids) {
    addContacts(store, id, random)
    addContract(store, id, random.int(5, 60))
  }
  for (let n = 0; n < options.devices && ids.length > 0; n += 1) {
    addDevice(store, ids[n % ids.length] ?? 0, `PC-${String(n + 1).padStart(5, '0')}`, random)
  }
  for (const table of store.tables.values()) table.settle()
}

function namesOf({ companies, tenants }: SeedOptions): string[] {
  if (companies) return [...companies]
  return Array.from({ length: tenants }, (_, n) => {
    const name = companyNames[n % companyNames.length] ?? 'Client'
    const round = Math.floor(n / companyNames.length)
    return round === 0 ? name : `${name} (${round + 1})`
  })
}

function seedStaff(store: Store): void {
  const { account } = store
  const base = { isActive: true, locationID: 10, resourceType: 'Employee', dateFormat: 'yyyy/MM/dd' }
  put(store, 'Resource', {
    ...base,
    id: account.resourceID,
    firstName: 'Monitoring',
    lastName: 'API User',
    userName: account.user.slice(0, 32),
    email: account.user,
    userType: apiUserType,
    licenseType: 7,
  })
  put(store, 'Role', { id: engineer, name: 'Engineer', hourlyFactor: 1, hourlyRate: 95, isActive: true, roleType: 0 })
  put(store, 'Role', {
    id: analyst,
    name: 'Security Analyst',
    hourlyFactor: 1.5,
    hourlyRate: 130,
    isActive: true,
    roleType: 0,
  })
  for (const [n, [firstName, lastName]] of people.slice(0, 5).entries()) {
    const id = firstTechnician + n
    const userName = `tech${n + 1}`
    const own = {
      id,
      firstName,
      lastName,
      userName,
      email: `${userName}@provider.example`,
      userType: 10,
      licenseType: 1,
    }
    // The last one left the company; the one before works in a department only, so no ticket can be his.
    put(store, 'Resource', { ...base, ...own, isActive: n < 4, defaultServiceDeskRoleID: engineer })
    const roleID = n % 2 === 0 ? engineer : analyst
    put(store, 'ResourceServiceDeskRole', { resourceID: id, roleID, isActive: n < 4, isDefault: true })
    for (const queueID of n === 3 ? [null] : queues) {
      put(store, 'ResourceRole', {
        resourceID: id,
        roleID,
        queueID,
        departmentID: queueID === null ? 5 : null,
        isActive: n < 4,
      })
    }
  }
}

function seedServices(store: Store): void {
  put(store, 'Product', { id: workstationProduct, name: 'Workstation', isActive: true })
  put(store, 'Product', { id: serverProduct, name: 'Server', isActive: true })
  const code = { isExcludedFromNewContracts: false, billingCodeType: 0, unitCost: 0, unitPrice: 0 }
  put(store, 'BillingCode', { ...code, id: 29682801, name: 'Remote Support', useType: 1, isActive: true })
  put(store, 'BillingCode', { ...code, id: 29682802, name: 'On-site Support (old)', useType: 1, isActive: false })
  put(store, 'BillingCode', { ...code, id: 29682803, name: 'Mileage', useType: 3, isActive: true })
  put(store, 'Service', {
    id: securityService,
    name: 'Managed endpoint security, per seat',
    billingCodeID: 29682801,
    periodType: 2,
    unitPrice: 6.5,
    unitCost: 3.25,
    isActive: true,
    sku: 'MES-SEAT',
  })
}

function seedCategories(store: Store): void {
  for (const [id, value] of picklistOf(store, 'Ticket', 'ticketCategory') ?? []) {
    const isDefault = value.isDefaultValue
    put(store, 'TicketCategory', {
      id,
      name: value.label,
      isActive: value.isActive,
      isApiOnly: false,
      isGlobalDefault: isDefault,
    })
  }
  const alert = { status: 1, sourceID: 8, ticketTypeID: 5 }
  put(store, 'TicketCategoryFieldDefaults', { ticketCategoryID: 2, ...alert, priority: 2, queueID: 8 })
  put(store, 'TicketCategoryFieldDefaults', { ticketCategoryID: 3, ticketTypeID: 1 })
  put(store, 'TicketCategoryFieldDefaults', { ticketCategoryID: 112, ticketTypeID: 2 })
  put(store, 'TicketCategoryFieldDefaults', { ticketCategoryID: 113, ...alert, priority: 1, queueID: 29682969 })
  store.categoryRules.set(2, CategoryRule.parse({ dueHours: 24 }))
  store.categoryRules.set(113, CategoryRule.parse({ dueHours: 8 }))
  const strict = { requiredFields: ['queueID', 'billingCodeID'], noteTitleRequired: true }
  store.categoryRules.set(112, CategoryRule.parse(strict))
}
