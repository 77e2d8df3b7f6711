// Accounts and their cross references to external products (tigerpaw-api.md 2.4 and 2.7).
import { createAccount, saveCrossReference } from '../accounts/accounts.ts'
import { accountDetail, accountSummary, crossReferenceShape } from '../accounts/shapes.ts'
import { mergeCustomFields, showCustomFields } from '../custom-fields.ts'
import { searchAccounts } from '../search/account-search.ts'
import { type Criterion, customFieldCriterion, oneCriterion, readCriteria } from '../search/criteria.ts'
import { type PageWish, page, pageOfBody, pageOfQuery } from '../search/paging.ts'
import type { AccountRow, CrossReferenceRow } from '../store/rows.ts'
import { type Store, timeNow } from '../store/store.ts'
import { HttpError } from '../wire/answers.ts'
import { lookUp, readObject, readText } from '../wire/body.ts'
import type { Json } from '../wire/xml-write.ts'
import { emptyList, missing, written } from './envelopes.ts'
import type { Call, Route } from './route.ts'

const account = 'accounts/{account:int}'
const products = `${account}/service/externalproducts`

function accountOf(store: Store, call: Call): AccountRow {
  const row = store.accounts.get(call.number('account'))
  if (!row) throw missing('Account', call.number('account'))
  return row
}

function referenceOf(store: Store, call: Call, id: number): CrossReferenceRow {
  const row = store.crossReferences.get(id)
  if (row?.account !== accountOf(store, call).id) throw missing('Account external product', id)
  return row
}

/** The contract names the id of a delete but not its place: query or body. */
function idToDelete(call: Call): number {
  const query = new Map([...call.query].map(([name, value]) => [name.toLowerCase(), value])).get('id')
  const body = query === undefined ? call.body() : query
  const value = typeof body === 'object' && body !== null ? lookUp(readObject(body), 'id') : body
  const id = value === null || value === undefined || value === '' ? Number.NaN : Number(value)
  if (!Number.isInteger(id)) throw new HttpError(400, 'The request is invalid. id must be a whole number.')
  return id
}

const productRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: products,
    right: 'accounts.get',
    root: 'ArrayOfAccountExternalProduct',
    run: (store, call) =>
      store.crossReferences.rowsOf('account', accountOf(store, call).id).map((row) => crossReferenceShape(store, row)),
  },
  {
    method: 'GET',
    path: `${products}/{reference:int}`,
    right: 'accounts.get',
    root: 'AccountExternalProduct',
    run: (store, call) => crossReferenceShape(store, referenceOf(store, call, call.number('reference'))),
  },
  {
    method: 'POST',
    path: products,
    right: 'accounts.update',
    root: 'AccountExternalProductResponse',
    failure: { ExternalProduct: null },
    run(store, call) {
      const row = saveCrossReference(store, accountOf(store, call), undefined, call.body())
      return written({ ExternalProduct: crossReferenceShape(store, row) })
    },
  },
  {
    method: 'PUT',
    path: `${products}/{reference:int}`,
    right: 'accounts.update',
    root: 'AccountExternalProductResponse',
    failure: { ExternalProduct: null },
    run(store, call) {
      const before = referenceOf(store, call, call.number('reference'))
      const row = saveCrossReference(store, accountOf(store, call), before, call.body())
      return written({ ExternalProduct: crossReferenceShape(store, row) })
    },
  },
  {
    method: 'DELETE',
    path: products,
    right: 'accounts.update',
    root: 'Response',
    failure: {},
    run(store, call) {
      store.crossReferences.remove(referenceOf(store, call, idToDelete(call)).id, timeNow(store))
      return written()
    },
  },
]

const searchCommon = {
  method: 'POST',
  right: 'accounts.get',
  root: 'SearchAccountResponse',
  failure: emptyList('Accounts'),
} as const

/** Paths of the searches in one field, and their SearchType. */
const oneField: Readonly<Record<string, string>> = {
  name: 'AccountName',
  'name/soundslike': 'AccountNameSoundsLike',
  accountid: 'AccountId',
  accountnumber: 'AccountNumber',
  accountstatus: 'AccountStatus',
  accounttype: 'AccountType',
  address: 'Address',
  agreement: 'Agreement',
  'contact/name': 'ContactName',
  email: 'Email',
  externalid: 'ExternalId',
  phone: 'PhoneNumber',
  postalcode: 'PostalCode',
}

function answer(store: Store, criteria: readonly Criterion[], wish: PageWish, call: Call): Json {
  const rows = searchAccounts(store, criteria, call.lagMs())
  return page(rows, wish, store.switches, 'Accounts', (row) => accountSummary(store, row))
}

const searchRoutes: readonly Route[] = [
  {
    ...searchCommon,
    path: 'accounts/search',
    run(store, call) {
      const body = readObject(call.body())
      return answer(store, readCriteria(body), pageOfBody(body), call)
    },
  },
  {
    ...searchCommon,
    path: 'accounts/search/customfield',
    run: (store, call) => answer(store, [customFieldCriterion(call.body())], pageOfQuery(call.query), call),
  },
  ...Object.entries(oneField).map(
    ([path, type]): Route => ({
      ...searchCommon,
      path: `accounts/search/${path}`,
      run: (store, call) => answer(store, [oneCriterion(type, readText(call.body()))], pageOfQuery(call.query), call),
    }),
  ),
]

/** Reads, create, searches, cross references and custom fields. */
export const accountRoutes: readonly Route[] = [
  ...searchRoutes,
  ...productRoutes,
  {
    method: 'POST',
    path: 'accounts',
    right: 'accounts.create',
    root: 'AccountResponse',
    failure: { AccountSummary: null },
    run: (store, call) =>
      written({ AccountSummary: accountSummary(store, createAccount(store, readObject(call.body()))) }),
  },
  {
    method: 'GET',
    path: account,
    right: 'accounts.get',
    root: 'AccountSummary',
    run: (store, call) => accountSummary(store, accountOf(store, call)),
  },
  {
    method: 'GET',
    path: `${account}/details`,
    right: 'accounts.get',
    root: 'AccountDetail',
    run: (store, call) => accountDetail(store, accountOf(store, call)),
  },
  {
    method: 'GET',
    path: `${account}/customfields`,
    right: 'customFields.get',
    root: 'ArrayOfCustomField',
    run: (store, call) => showCustomFields(store, 'accounts', accountOf(store, call).custom),
  },
  {
    method: 'PUT',
    path: `${account}/customfields`,
    right: 'customFields.update',
    root: 'CustomFieldsResponse',
    failure: { Fields: [] },
    run(store, call) {
      const row = accountOf(store, call)
      const custom = mergeCustomFields(store, 'accounts', row.custom, call.body())
      store.accounts.put({ ...row, custom }, timeNow(store))
      return written({ Fields: showCustomFields(store, 'accounts', custom) })
    },
  },
]
