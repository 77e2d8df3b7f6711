// A tenant as a provider might have it, the same for the same seed.
import { createRandom, type Random } from '../../kit/random.ts'
import { addAccount } from '../accounts/accounts.ts'
import { type Store, tableNames, timeNow } from '../store/store.ts'
import { accountNames, cities, people } from './names.ts'

/** What to fill a tenant with. */
export type SeedOptions = {
  seed: number
  /** Clients by name; without it `tenants` clients with seeded names. */
  companies?: readonly string[]
  tenants: number
}

/** RepNumber of the first technician; the last of them left. */
const firstTechnician = 13
/** AccountNumber of the first client. */
const firstAccount = 407555

const technicians = 4
const securityProduct = 21

/** Fills an empty tenant. */
export function seedTenant(store: Store, options: SeedOptions): void {
  const random = createRandom(options.seed)
  seedReps(store)
  seedPriceBook(store)
  store.accounts.startIdsAfter(firstAccount - 1)
  store.orders.startIdsAfter(80280)
  store.notes.startIdsAfter(5100)
  store.agreements.startIdsAfter(900)
  store.charges.startIdsAfter(31000)
  store.crossReferences.startIdsAfter(700)
  for (const name of namesOf(options)) seedAccount(store, name, random)
  for (const name of tableNames) store[name].settle()
}

function namesOf({ companies, tenants }: SeedOptions): string[] {
  if (companies) return [...companies]
  return Array.from({ length: tenants }, (_, n) => {
    const name = accountNames[n % accountNames.length] ?? 'Client'
    const round = Math.floor(n / accountNames.length)
    return round === 0 ? name : `${name} (${round + 1})`
  })
}

function seedReps(store: Store): void {
  const now = timeNow(store)
  const { rep } = store.account
  const api = { id: rep, firstName: 'Monitoring', lastName: 'API', email: 'api@provider.example', title: 'Service' }
  store.reps.put({ ...api, inactive: false }, now)
  for (const [n, [firstName, lastName]] of people.slice(0, technicians).entries()) {
    const email = `tech${n + 1}@provider.example`
    const inactive = n === technicians - 1
    store.reps.put({ id: firstTechnician + n, firstName, lastName, email, title: 'Technician', inactive }, now)
  }
}

function seedPriceBook(store: Store): void {
  const now = timeNow(store)
  const items = [
    ['MES-SRV', 'Managed endpoint security, server', 'S', 12.5, false],
    ['MES-WKS', 'Managed endpoint security, workstation', 'S', 4.75, false],
    ['MES-MBX', 'Managed mailbox protection', 'S', 1.9, false],
    ['LABOR-REMOTE', 'Remote labor, hour', 'L', 110, false],
    ['AV-OLD', 'Antivirus licence (discontinued)', 'M', 25, true],
  ] as const
  store.priceItems.startIdsAfter(2000)
  for (const [itemId, description, type, price, inactive] of items) {
    const id = store.priceItems.takeId()
    const more = { category: 'Managed Services', partNumber: `P-${id}`, cost: price / 2, inactive }
    store.priceItems.put({ id, itemId, description, type, price, ...more }, now)
  }
}

function seedAccount(store: Store, name: string, random: Random): void {
  const now = timeNow(store)
  const [first, last] = random.pick(people)
  const values = {
    Name: name,
    AccountType: 'Customer',
    Status: 'Active',
    Address1: `${random.int(1, 999)} Main Street`,
    City: random.pick(cities),
    State: 'NE',
    PostalCode: String(68100 + random.int(0, 99)),
    Country: 'United States',
    RepNumber: firstTechnician,
  }
  const phone = `402-555-${String(random.int(0, 9999)).padStart(4, '0')}`
  const account = addAccount(store, values, { phone, contact: `${first} ${last}`, email: null })
  store.accounts.put({ ...account, email: `contact@client${account.id}.example` }, now)
  const reference = { systemId: null, comment: null, product: securityProduct }
  const id = store.crossReferences.takeId()
  store.crossReferences.put({ ...reference, id, account: account.id, externalId: `tenant-${account.id}` }, now)
  seedAgreement(store, account.id, random, now)
}

function seedAgreement(store: Store, account: number, random: Random, now: number): void {
  const year = new Date(now).getUTCFullYear()
  const id = store.agreements.takeId()
  const common = { account, externalProduct: 'Security Monitoring', type: 'Managed Services', created: now }
  store.agreements.put({ ...common, id, start: Date.UTC(year, 0, 1), end: Date.UTC(year + 1, 0, 1) }, now)
  const items = store.priceItems.rows().slice(0, 2)
  for (const { itemId, description, price } of items) {
    const line = { agreement: id, itemId, description, price, quantity: random.int(1, 40), added: now }
    store.charges.put({ id: store.charges.takeId(), ...line }, now)
  }
}
