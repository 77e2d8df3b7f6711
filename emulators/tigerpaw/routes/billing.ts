// Agreements and the price book; in 18.2.1 agreements can only be read (tigerpaw-api.md 2.8).
import { agreementDetail, agreementSummary, chargeShape, chargesOf, priceItemSummary } from '../billing/shapes.ts'
import { type Criterion, oneCriterion, readCriteria } from '../search/criteria.ts'
import { type PageWish, page, pageOfBody, pageOfQuery } from '../search/paging.ts'
import { type SearchFields, search } from '../search/search.ts'
import type { AgreementRow, PriceItemRow } from '../store/rows.ts'
import { type Store, timeNow } from '../store/store.ts'
import { readObject, readText } from '../wire/body.ts'
import type { Json } from '../wire/xml-write.ts'
import { emptyList, missing } from './envelopes.ts'
import type { Call, Route } from './route.ts'

const agreement = 'agreements/{agreement:int}'
const agreementSearch = {
  right: 'agreements.get',
  root: 'SearchAgreementResponse',
  failure: emptyList('Agreements'),
} as const
const itemSearch = {
  method: 'POST',
  right: 'priceBook.get',
  root: 'SearchPriceBookResponse',
  failure: emptyList('PriceBookItems'),
} as const

/** The contract does not name the SearchTypes of agreements; these follow the paths of its single searches. */
const agreementFields: SearchFields<AgreementRow> = {
  AgreementNumber: { values: ({ id }) => [id], index: 'id' },
  AgreementType: { values: ({ type }) => [type] },
  ExternalProduct: { values: ({ externalProduct }) => [externalProduct] },
  ContractNumber: { values: () => [] },
  AccountNumber: { values: ({ account }) => [account], index: 'account' },
}

const itemFields: SearchFields<PriceItemRow> = {
  ItemId: { values: ({ itemId, inactive }) => [inactive ? null : itemId] },
  ItemDescription: { values: ({ description }) => [description] },
  ItemType: { values: ({ type }) => [type], fixed: 'Equal' },
  MfgPartNumber: { values: () => [] },
  OurPartNumber: { values: ({ partNumber }) => [partNumber] },
  Upc: { values: () => [] },
  VendorPartNumber: { values: () => [] },
  AllItemIds: { values: ({ itemId }) => [itemId] },
  GlobalPricebook: { values: ({ itemId, description, partNumber }) => [itemId, description, partNumber] },
  ItemIdWithInactive: { values: ({ itemId }) => [itemId] },
  Category: { values: ({ category }) => [category] },
}

function agreementOf(store: Store, call: Call): AgreementRow {
  const row = store.agreements.get(call.number('agreement'))
  if (!row) throw missing('Agreement', call.number('agreement'))
  return row
}

function findAgreements(store: Store, criteria: readonly Criterion[], wish: PageWish, call: Call, only?: Only): Json {
  const rows = search(store.agreements, agreementFields, criteria, { now: timeNow(store), lagMs: call.lagMs() })
  const kept = only ? rows.filter(only) : rows
  return page(kept, wish, store.switches, 'Agreements', (row) => agreementSummary(store, row))
}

function findItems(store: Store, criteria: readonly Criterion[], wish: PageWish, call: Call): Json {
  const rows = search(store.priceItems, itemFields, criteria, { now: timeNow(store), lagMs: call.lagMs() })
  return page(rows, wish, store.switches, 'PriceBookItems', (row) => priceItemSummary(store, row))
}

type Only = (row: AgreementRow) => boolean

function agreementsOfAccount(path: string): Route {
  return {
    ...agreementSearch,
    method: 'GET',
    path,
    run(store, call) {
      const number = call.number('account')
      if (!store.accounts.get(number)) throw missing('Account', number)
      const criterion: Criterion = { ...oneCriterion('AccountNumber', String(number)), match: 'Equal' }
      const isActive: Only = ({ start, end }) => start <= timeNow(store) && end > timeNow(store)
      const only = call.flag('activeOnly') === true ? isActive : undefined
      return findAgreements(store, [criterion], pageOfQuery(call.query), call, only)
    },
  }
}

function agreementsBy(path: string, type: string): Route {
  return {
    ...agreementSearch,
    method: 'POST',
    path: `agreements/search/${path}`,
    run: (store, call) =>
      findAgreements(store, [oneCriterion(type, readText(call.body()))], pageOfQuery(call.query), call),
  }
}

function itemsBy(path: string, type: string, activeType = type): Route {
  return {
    ...itemSearch,
    path: `pricebook/items/search/${path}`,
    run(store, call) {
      const wanted = call.flag('activeOnly') === false ? activeType : type
      return findItems(store, [oneCriterion(wanted, readText(call.body()))], pageOfQuery(call.query), call)
    },
  }
}

/** Agreements with their lines, and the price book. */
export const billingRoutes: readonly Route[] = [
  agreementsOfAccount('agreements/account/{account:int}'),
  agreementsOfAccount('agreements/account/{account:int}/{activeOnly:bool}'),
  agreementsBy('agreementnumber', 'AgreementNumber'),
  agreementsBy('agreementtype', 'AgreementType'),
  agreementsBy('externalproduct', 'ExternalProduct'),
  agreementsBy('contractnumber', 'ContractNumber'),
  {
    ...agreementSearch,
    method: 'POST',
    path: 'agreements/search',
    run(store, call) {
      const body = readObject(call.body())
      return findAgreements(store, readCriteria(body), pageOfBody(body), call)
    },
  },
  {
    method: 'GET',
    path: agreement,
    right: 'agreements.get',
    root: 'AgreementSummary',
    run: (store, call) => agreementSummary(store, agreementOf(store, call)),
  },
  {
    method: 'GET',
    path: `${agreement}/details`,
    right: 'agreements.get',
    root: 'AgreementDetail',
    run: (store, call) => agreementDetail(store, agreementOf(store, call)),
  },
  {
    method: 'GET',
    path: `${agreement}/additionalcharges`,
    right: 'agreements.get',
    root: 'ArrayOfAgreementAdditionalCharge',
    run: (store, call) => chargesOf(store, agreementOf(store, call).id).map((row) => chargeShape(store, row)),
  },
  {
    method: 'GET',
    path: `${agreement}/additionalcharges/{detail:int}`,
    right: 'agreements.get',
    root: 'AgreementAdditionalCharge',
    run(store, call) {
      const row = store.charges.get(call.number('detail'))
      if (row?.agreement !== agreementOf(store, call).id) throw missing('Additional charge', call.number('detail'))
      return chargeShape(store, row)
    },
  },
  {
    ...itemSearch,
    path: 'pricebook/items/search',
    run(store, call) {
      const body = readObject(call.body())
      return findItems(store, readCriteria(body), pageOfBody(body), call)
    },
  },
  itemsBy('itemid/{activeOnly:bool}', 'ItemId', 'ItemIdWithInactive'),
  itemsBy('itemdescription', 'ItemDescription'),
  itemsBy('type', 'ItemType'),
  itemsBy('category', 'Category'),
  itemsBy('global', 'GlobalPricebook'),
  itemsBy('ourpartnumber', 'OurPartNumber'),
  {
    method: 'GET',
    path: 'pricebook/items/{item:int}',
    right: 'priceBook.get',
    root: 'PriceBookItemSummary',
    run(store, call) {
      const row = store.priceItems.get(call.number('item'))
      if (!row) throw missing('Price book item', call.number('item'))
      return priceItemSummary(store, row)
    },
  },
]
