// Creating accounts, and what they are called in other products.
import { accountFields } from '../model/account-fields.ts'
import { toFields } from '../model/fields.ts'
import { findEntry } from '../model/master.ts'
import { type Given, limitTexts, readValues } from '../model/read-values.ts'
import type { AccountRow, CrossReferenceRow } from '../store/rows.ts'
import { numberOf, type Store, textOf, timeNow } from '../store/store.ts'
import { RefusalError } from '../wire/answers.ts'
import { lookUp, readObject } from '../wire/body.ts'

const phoneFields = toFields('Number:t Location:t')
const crossReferenceFields = toFields('ExternalProductId:i ExternalId:t ExternalSystemId:t Comment:t')

/** Creates an account as a CreateAccountModel asks. Throws `RefusalError`, storing nothing. */
export function createAccount(store: Store, body: Readonly<Record<string, unknown>>): AccountRow {
  const offset = store.switches.utcOffsetMinutes
  const values = readValues(accountFields, readObject(lookUp(body, 'Account')), offset)
  const phone = lookUp(body, 'PrimaryPhoneNumber') ?? null
  const number = phone === null ? {} : readValues(phoneFields, readObject(phone), offset)
  return addAccount(store, values, { phone: textOf(number.Number) })
}

/** Stores a new account. Throws `RefusalError`, storing nothing. */
export function addAccount(
  store: Store,
  values: Given,
  { phone = null, email = null, contact = null }: Partial<Pick<AccountRow, 'phone' | 'email' | 'contact'>> = {},
): AccountRow {
  limitTexts(values, store.switches)
  for (const name of ['Name', 'AccountType', 'Status']) {
    if (!values[name]) throw new RefusalError(`${name} is required.`)
  }
  const type = findEntry(store.master, 'accountTypes', String(values.AccountType))
  if (!type) throw new RefusalError(`AccountType '${values.AccountType}' does not exist.`)
  const status = findEntry(store.master, 'accountStatuses', String(values.Status))
  if (!status) throw new RefusalError(`Status '${values.Status}' does not exist.`)
  const id = store.accounts.takeId()
  const row: AccountRow = {
    id,
    values: {
      AccountId: `C-${id}`,
      ...values,
      AccountType: type.Value,
      Status: status.Value,
    },
    phone,
    email,
    contact,
    board: null,
    custom: {},
  }
  store.accounts.put(row, timeNow(store))
  return row
}

/** Stores what a request says an account is called; `before` is undefined for a new one. Throws `RefusalError`. */
export function saveCrossReference(
  store: Store,
  account: AccountRow,
  before: CrossReferenceRow | undefined,
  body: unknown,
): CrossReferenceRow {
  const given = readValues(crossReferenceFields, readObject(body), store.switches.utcOffsetMinutes)
  limitTexts(given, store.switches)
  const product = numberOf(given.ExternalProductId) ?? before?.product ?? null
  const entry = product === null ? undefined : findEntry(store.master, 'externalProducts', product)
  if (product === null) throw new RefusalError('ExternalProductId is required.')
  if (!entry) throw new RefusalError(`External product ${product} does not exist.`)
  if (!entry.Active) throw new RefusalError(`External product '${entry.Product}' is inactive.`)
  const externalId = textOf(given.ExternalId) ?? before?.externalId ?? ''
  if (externalId === '') throw new RefusalError('ExternalId is required.')
  const row: CrossReferenceRow = {
    id: before?.id ?? store.crossReferences.takeId(),
    account: account.id,
    product,
    externalId,
    systemId: textOf(given.ExternalSystemId) ?? before?.systemId ?? null,
    comment: textOf(given.Comment) ?? before?.comment ?? null,
  }
  store.crossReferences.put(row, timeNow(store))
  return row
}
