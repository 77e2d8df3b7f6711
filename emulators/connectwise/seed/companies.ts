// Clients with what belongs to one: a site, people, devices, an agreement.
import type { Random } from '../../kit/random.ts'
import { rowsWith, type Store, tableOf, timeNow } from '../store/store.ts'
import { wholeSeconds } from '../wire/time.ts'
import { cities, people } from './names.ts'
import { put } from './put.ts'

/** Adds a client with its main site; gives its id. */
export function addCompany(store: Store, name: string, identifier?: string, id?: number): number {
  const companyId = id ?? tableOf(store, 'Company').nextId()
  const site = put(store, 'Site', {
    name: 'Main',
    company: companyId,
    primaryAddressFlag: true,
    addressLine1: 'Harbour Street 1',
    city: cities[companyId % cities.length] ?? null,
    zip: '28195',
  })
  put(store, 'Company', {
    id: companyId,
    identifier: identifier ?? freeIdentifier(store, name, companyId),
    name,
    status: 1,
    types: [1],
    site: site.id,
    addressLine1: site.addressLine1 ?? null,
    city: site.city ?? null,
    zip: '28195',
    phoneNumber: '+49 421 555 0100',
  })
  return companyId
}

/** Adds two contacts, the first the default one. */
export function addContacts(store: Store, company: number, random: Random): void {
  for (const n of [0, 1]) {
    const [firstName, lastName] = random.pick(people)
    const email = `contact${n + 1}@client${company}.example`
    const item = {
      type: 'Email',
      value: email,
      extension: null,
      defaultFlag: true,
      domain: `@client${company}.example`,
    }
    const contact = put(store, 'Contact', {
      firstName,
      lastName,
      company,
      site: rowsWith(store, 'Site', 'company', company)[0]?.id ?? null,
      types: [n + 1],
      defaultFlag: n === 0,
      defaultPhoneNbr: '4215550101',
      communicationItems: [{ id: company * 10 + n, ...item, communicationType: 'Email' }],
    })
    const row = tableOf(store, 'Company').get(company)
    if (n === 0 && row) tableOf(store, 'Company').put({ ...row, defaultContact: contact.id }, timeNow(store))
  }
}

/** Adds a device. */
export function addConfiguration(store: Store, company: number, name: string, random: Random): void {
  const isServer = random.chance(0.2)
  put(store, 'Configuration', {
    name,
    type: isServer ? 2 : 1,
    status: 1,
    company,
    site: rowsWith(store, 'Site', 'company', company)[0]?.id ?? null,
    deviceIdentifier: random.hex(12),
    serialNumber: random.hex(10).toUpperCase(),
    macAddress: random.hex(12).toUpperCase(),
    ipAddress: `10.${company % 250}.${random.int(0, 9)}.${random.int(2, 250)}`,
    osType: isServer ? 'Windows Server 2022' : 'Windows 11',
  })
}

/** Puts a client on a yearly agreement for managed security with this many seats. */
export function addAgreement(store: Store, company: number, seats: number): void {
  const year = store.clock.now().getUTCFullYear()
  const startDate = Date.UTC(year, 0, 1)
  const agreement = put(store, 'Agreement', {
    name: 'Managed security',
    type: 1,
    company,
    startDate,
    endDate: Date.UTC(year, 11, 31),
    billingCycle: 2,
    agreementStatus: 'Active',
  })
  put(store, 'Addition', {
    agreementId: agreement.id,
    product: 1,
    quantity: seats,
    billedQuantity: seats,
    unitPrice: 6.5,
    unitCost: 3.25,
    extPrice: seats * 6.5,
    extCost: seats * 3.25,
    margin: seats * 3.25,
    billCustomer: 'Billable',
    effectiveDate: wholeSeconds(startDate),
  })
}

/** Letters and digits of the name, made unique; a name without any gets a number. */
function freeIdentifier(store: Store, name: string, id: number): string {
  const plain = name
    .normalize('NFD')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 25)
  const isFree = plain !== '' && rowsWith(store, 'Company', 'identifier', plain).length === 0
  return isFree ? plain : `${plain.slice(0, 15)}${plain === '' ? 'Client' : '_'}${id}`
}
