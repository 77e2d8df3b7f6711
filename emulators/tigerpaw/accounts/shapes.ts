// Accounts as answers show them: AccountSummary, AccountDetail and AccountExternalProduct of the contract.
import { showCustomFields } from '../custom-fields.ts'
import { accountFields } from '../model/account-fields.ts'
import { findEntry } from '../model/master.ts'
import { showValues } from '../model/show-values.ts'
import type { AccountRow, CrossReferenceRow, OrderRow } from '../store/rows.ts'
import { numberOf, repName, type Store } from '../store/store.ts'
import type { Json } from '../wire/xml-write.ts'

/** The account of an order. */
export function accountOf(store: Store, row: OrderRow): AccountRow | undefined {
  const number = numberOf(row.values.AccountNumber)
  return number === null ? undefined : store.accounts.get(number)
}

/** The properties of an account itself. */
export function accountShape(store: Store, row: AccountRow): Json {
  return showValues(accountFields, row.values, store.switches.utcOffsetMinutes)
}

/** What reads by number, writes and searches give. */
export function accountSummary(store: Store, row: AccountRow): Json {
  const rep = numberOf(row.values.RepNumber)
  return {
    AccountNumber: row.id,
    Account: accountShape(store, row),
    PhoneNumber: row.phone,
    FaxNumber: null,
    RepName: repName(store, rep),
    RepEmailAddress: (rep === null ? undefined : store.reps.get(rep)?.email) ?? null,
    RepPhoneNumber: null,
    PrimaryContactName: row.contact,
    PrimaryContactEmailAddress: row.email,
    PrimaryContactPhoneNumber: null,
    ...counts(store, row),
  }
}

/** What `.../details` gives. */
export function accountDetail(store: Store, row: AccountRow): Json {
  const [firstName = '', ...lastName] = (row.contact ?? '').split(' ')
  return {
    AccountNumber: row.id,
    Account: accountShape(store, row),
    Accounting: null,
    Marketing: null,
    Service: {
      ServiceZone: null,
      DefaultSystem: null,
      DefaultDispatchBoardId: row.board,
      DefaultContractId: null,
      DefaultSubContractorId: null,
      DefaultServiceTechId: null,
    },
    PrimaryContact:
      row.contact === null
        ? null
        : {
            FirstName: firstName,
            LastName: lastName.join(' '),
            PhoneNumber: row.phone,
            EmailAddress: row.email,
            Title: null,
            DisplayName: row.contact,
            SearchName: null,
          },
    PrimaryRep: null,
    PhoneNumbers:
      row.phone === null ? [] : [{ PhoneNumberId: row.id, Number: row.phone, Location: 'Main', IsPrimary: true }],
    ExternalProducts: store.crossReferences.rowsOf('account', row.id).map((one) => crossReferenceShape(store, one)),
    CustomFields: showCustomFields(store, 'accounts', row.custom),
    ...counts(store, row),
  }
}

/** What an account is called in another product. */
export function crossReferenceShape(store: Store, row: CrossReferenceRow): Json {
  return {
    AccountExternalProductId: row.id,
    ExternalProductId: row.product,
    ExternalProduct: findEntry(store.master, 'externalProducts', row.product)?.Product ?? null,
    ExternalId: row.externalId,
    ExternalSystemId: row.systemId,
    Comment: row.comment,
  }
}

function counts(store: Store, row: AccountRow): Record<string, Json> {
  return {
    RelatedAccounts: 0,
    ParentAccountNumber: null,
    JournalEntries: 0,
    OpenInvoices: 0,
    OpenQuotes: 0,
    OpenOpportunities: 0,
    OpenProjectCount: 0,
    OpenServiceOrders: store.tally.openOf(row.id),
    PastDueTasks: 0,
    OpenRMAs: 0,
    NumberOfContacts: row.contact === null ? 0 : 1,
  }
}
