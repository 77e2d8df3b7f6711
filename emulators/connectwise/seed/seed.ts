// A tenant as a provider might have it, the same for the same seed.
import { createRandom } from '../../kit/random.ts'
import { type Store, tableOf } from '../store/store.ts'
import { seedBoards } from './boards.ts'
import { addAgreement, addCompany, addConfiguration, addContacts } from './companies.ts'
import { companyNames, people } from './names.ts'
import { put } from './put.ts'

/** What to fill a tenant with. */
type SeedOptions = {
  seed: number
  /** Clients by name; without it `tenants` clients with seeded names. */
  companies?: readonly string[]
  tenants: number
  /** Configurations, spread over the clients. */
  devices: number
}

/** Ids of seeded people: the API member, and the first technician. */
export const apiMemberId = 310
const firstTechnician = 176

/** Fills an empty tenant. */
export function seedTenant(store: Store, options: SeedOptions): void {
  const random = createRandom(options.seed)
  seedMembers(store)
  seedBoards(store)
  seedLists(store)
  addCompany(store, 'Nordlicht IT-Service', 'NordlichtIT', 2)
  tableOf(store, 'Company').startIdsAfter(249)
  tableOf(store, 'Configuration').startIdsAfter(4409)
  tableOf(store, 'Ticket').startIdsAfter(41206)
  tableOf(store, 'ServiceNote').startIdsAfter(90310)
  const ids = namesOf(options).map((name) => addCompany(store, name))
  for (const id of ids) {
    addContacts(store, id, random)
    addAgreement(store, id, random.int(5, 60))
  }
  for (let n = 0; n < options.devices && ids.length > 0; n += 1) {
    addConfiguration(store, ids[n % ids.length] ?? 0, `PC-${String(n + 1).padStart(5, '0')}`, random)
  }
  for (const table of store.tables.values()) table.settle()
}

function namesOf({ companies, tenants }: SeedOptions): readonly string[] {
  if (companies) return companies
  return Array.from({ length: tenants }, (_, n) => {
    const name = companyNames[n % companyNames.length] ?? 'Client'
    const round = Math.floor(n / companyNames.length)
    return round === 0 ? name : `${name.slice(0, 40)} (${round + 1})`
  })
}

function seedMembers(store: Store): void {
  put(store, 'Member', {
    id: apiMemberId,
    identifier: 'MonitoringAPI',
    firstName: 'Monitoring',
    lastName: 'API',
    licenseClass: 'A',
  })
  for (const [n, [firstName, lastName]] of people.slice(0, 5).entries()) {
    const identifier = `tech${n + 1}`
    const officeEmail = `${identifier}@provider.example`
    // The last one left the company.
    const inactiveFlag = n === 4
    put(store, 'Member', { id: firstTechnician + n, identifier, firstName, lastName, officeEmail, inactiveFlag })
  }
}

function seedLists(store: Store): void {
  const named = (table: string, all: readonly (readonly [id: number, name: string])[], standard: number): void => {
    for (const [id, name] of all) put(store, table, { id, name, defaultFlag: id === standard })
  }
  const priorities = [
    [6, 'Priority 1 - Emergency Response', '#FF0000'],
    [8, 'Priority 2 - Quick Response', '#FFA500'],
    [4, 'Priority 3 - Normal Response', '#FFFF00'],
    [7, 'Priority 4 - Scheduled Maintenance', '#0000FF'],
    [5, 'Do Not Respond', '#FFFFFF'],
  ] as const
  for (const [n, [id, name, color]] of priorities.entries()) {
    put(store, 'Priority', { id, name, color, sortOrder: n + 1, defaultFlag: id === 4 })
  }
  named(
    'Source',
    [
      [1, 'Call'],
      [2, 'Email Connector'],
      [3, 'Portal'],
      [4, 'Monitoring'],
    ],
    1,
  )
  named(
    'Severity',
    [
      [1, 'Low'],
      [2, 'Medium'],
      [3, 'High'],
    ],
    2,
  )
  named(
    'Impact',
    [
      [1, 'Low'],
      [2, 'Medium'],
      [3, 'High'],
    ],
    2,
  )
  named(
    'ServiceLocation',
    [
      [1, 'On-Site'],
      [2, 'Remote'],
      [4, 'In-House'],
    ],
    2,
  )
  named(
    'CompanyStatus',
    [
      [1, 'Active'],
      [2, 'Inactive'],
      [3, 'Not-Approved'],
    ],
    1,
  )
  named(
    'CompanyType',
    [
      [1, 'Client'],
      [2, 'Prospect'],
      [3, 'Vendor'],
    ],
    1,
  )
  named(
    'ContactType',
    [
      [1, 'Primary'],
      [2, 'End User'],
    ],
    2,
  )
  for (const [id, name] of [
    [1, 'Managed Workstation'],
    [2, 'Managed Server'],
  ] as const) {
    put(store, 'ConfigurationType', { id, name })
  }
  put(store, 'ConfigurationStatus', { id: 1, description: 'Active', defaultFlag: true })
  put(store, 'ConfigurationStatus', { id: 2, description: 'Retired', closedFlag: true })
  put(store, 'AgreementType', { id: 1, name: 'Managed Services' })
  put(store, 'BillingCycle', { id: 2, name: 'Monthly' })
  const seat = { description: 'Managed endpoint security, per seat', price: 6.5, cost: 3.25 }
  put(store, 'CatalogItem', { id: 1, identifier: 'MES-SEAT', ...seat })
  put(store, 'CatalogItem', { id: 2, identifier: 'MES-SERVER', description: 'Managed server security', price: 12 })
  put(store, 'CatalogItem', { id: 3, identifier: 'MES-OLD', description: 'Managed security (old)', inactiveFlag: true })
  put(store, 'CustomField', { id: 5, caption: 'Device' })
  put(store, 'CustomField', { id: 6, caption: 'Risk score', fieldTypeIdentifier: 'Number', numberDecimals: 1 })
}
