// Searches for service orders, and the orders of an account.
import { orderSummary } from '../orders/shapes.ts'
import { type Criterion, customFieldCriterion, oneCriterion, readCriteria } from '../search/criteria.ts'
import { ordersOfAccount, searchOrders } from '../search/order-search.ts'
import { type PageWish, page, pageOfBody, pageOfQuery } from '../search/paging.ts'
import type { OrderRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { readObject, readText } from '../wire/body.ts'
import type { Json } from '../wire/xml-write.ts'
import { emptyList, missing } from './envelopes.ts'
import type { Call, Route } from './route.ts'

const common = {
  right: 'serviceOrders.get',
  root: 'SearchServiceOrderResponse',
  failure: emptyList('ServiceOrders'),
} as const

function answer(store: Store, rows: readonly OrderRow[], wish: PageWish): Json {
  return page(rows, wish, store.switches, 'ServiceOrders', (row) => orderSummary(store, row))
}

/** Paths of the searches in one field, and their SearchType. */
const oneField: Readonly<Record<string, string>> = {
  reference: 'Reference',
  serviceordernumber: 'ServiceOrderNumber',
  agreementnumber: 'AgreementNumber',
  customerpurchaseorder: 'CustomerPurchaseOrder',
  externalproduct: 'ExternalProduct',
  invoicenumber: 'InvoiceNumber',
  itemid: 'ItemID',
}

function ofAccount(path: string): Route {
  return {
    ...common,
    method: 'GET',
    path,
    run(store, call) {
      const number = call.number('account')
      if (!store.accounts.get(number)) throw missing('Account', number)
      const rows = ordersOfAccount(store, number, call.flag('excludeVoided') === false, call.lagMs())
      return answer(store, rows, pageOfQuery(call.query))
    },
  }
}

/** All ways to find orders. */
export const orderSearchRoutes: readonly Route[] = [
  {
    ...common,
    method: 'POST',
    path: 'serviceorders/search',
    run(store, call) {
      const body = readObject(call.body())
      return answer(store, searchOrders(store, readCriteria(body), call.lagMs()), pageOfBody(body))
    },
  },
  ...Object.entries(oneField).map(
    ([path, type]): Route => ({
      ...common,
      method: 'POST',
      path: `serviceorders/search/${path}`,
      run: (store, call) => searchOne(store, call, oneCriterion(type, readText(call.body()))),
    }),
  ),
  {
    ...common,
    method: 'POST',
    path: 'serviceorders/search/customfield',
    run: (store, call) => searchOne(store, call, customFieldCriterion(call.body())),
  },
  ofAccount('serviceorders/account/{account:int}'),
  ofAccount('serviceorders/account/{account:int}/{excludeVoided:bool}'),
]

function searchOne(store: Store, call: Call, criterion: Criterion): Json {
  return answer(store, searchOrders(store, [criterion], call.lagMs()), pageOfQuery(call.query))
}
