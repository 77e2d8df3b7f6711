// What service orders can be searched by (tigerpaw-api.md 2.5). There is no way to search by a date.
import { findCustomField } from '../custom-fields.ts'
import type { OrderRow } from '../store/rows.ts'
import { numberOf, type Store, textOf, timeNow } from '../store/store.ts'
import { RefusalError } from '../wire/answers.ts'
import type { Criterion } from './criteria.ts'
import { type SearchFields, search } from './search.ts'

const nothing = { values: () => [] }

/** The orders that match, by number; voided ones are never among them. Throws `RefusalError`. */
export function searchOrders(store: Store, criteria: readonly Criterion[], lagMs: number): OrderRow[] {
  const products = criteria.filter(({ type }) => type.toLowerCase() === 'externalproduct')
  const byTicket = criteria.some(({ type }) => type.toLowerCase() === 'externalticket')
  if (byTicket && products.length > 1) {
    throw new RefusalError('When searching by External Ticket only one External Product may be specified.')
  }
  // With an external ticket the product must be named in full.
  const exact = criteria.map((one) => (byTicket && products.includes(one) ? { ...one, match: 'Equal' as const } : one))
  return search(store.orders, orderSearchFields(store), exact, { now: timeNow(store), lagMs, isHidden: isVoided })
}

/** The orders of an account, by number, as a search sees them. */
export function ordersOfAccount(store: Store, account: number, withVoided: boolean, lagMs: number): OrderRow[] {
  const criterion: Criterion = {
    type: 'AccountNumber',
    match: 'Equal',
    criteria: String(account),
    category: '',
    field: '',
  }
  return search(store.orders, orderSearchFields(store), [criterion], {
    now: timeNow(store),
    lagMs,
    isHidden: withVoided ? () => false : isVoided,
  })
}

function isVoided({ values }: OrderRow): boolean {
  return values.VoidDate != null
}

function orderSearchFields(store: Store): SearchFields<OrderRow> {
  return {
    ServiceOrderNumber: { values: ({ id }) => [id], index: 'id' },
    Reference: { values: ({ values }) => [textOf(values.Reference)], index: 'reference' },
    InvoiceNumber: { values: ({ values }) => [numberOf(values.InvoiceNumber)] },
    ItemID: nothing,
    AgreementNumber: nothing,
    CustomerPurchaseOrder: { values: ({ values }) => [textOf(values.CustomerPurchaseOrder)] },
    ExternalProduct: { values: ({ externalProduct }) => [externalProduct] },
    ExternalTicket: { values: ({ externalTicketId }) => [externalTicketId], index: 'externalTicket' },
    AccountNumber: { values: ({ values }) => [numberOf(values.AccountNumber)], index: 'account' },
    Status: { values: ({ values }) => [textOf(values.Status)], index: 'status' },
    Type: { values: ({ values }) => [textOf(values.ServiceOrderType)] },
    Profile: nothing,
    Resolution: { values: ({ resolutions }) => resolutions },
    Symptom: { values: ({ symptoms }) => symptoms },
    CustomField: {
      values({ custom }, { category, field }) {
        const known = findCustomField(store, 'orders', category, field)
        if (!known) throw new RefusalError(`Custom field '${field}' of category '${category}' does not exist.`)
        return [custom[String(known.id)] ?? null]
      },
    },
  }
}
