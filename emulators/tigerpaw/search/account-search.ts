// What accounts can be searched by (tigerpaw-api.md 2.7).
import { findCustomField } from '../custom-fields.ts'
import { findEntry } from '../model/master.ts'
import type { AccountRow } from '../store/rows.ts'
import { type Store, textOf, timeNow } from '../store/store.ts'
import { RefusalError } from '../wire/answers.ts'
import type { Criterion } from './criteria.ts'
import { type SearchFields, search } from './search.ts'

/** The accounts that match, by number. Throws `RefusalError`. */
export function searchAccounts(store: Store, criteria: readonly Criterion[], lagMs: number): AccountRow[] {
  return search(store.accounts, accountSearchFields(store), criteria, { now: timeNow(store), lagMs })
}

function accountSearchFields(store: Store): SearchFields<AccountRow> {
  const text = (name: string) => ({ values: ({ values }: AccountRow) => [textOf(values[name])] })
  const references = ({ id }: AccountRow) => store.crossReferences.rowsOf('account', id)
  return {
    AccountName: { ...text('Name'), index: 'name' },
    Address: { values: ({ values }) => [textOf(values.Address1), textOf(values.Address2), textOf(values.City)] },
    PostalCode: text('PostalCode'),
    Email: { values: ({ email }) => [email] },
    PhoneNumber: { values: ({ phone }) => [phone] },
    AccountNumber: { values: ({ id }) => [id], index: 'id' },
    AccountId: { ...text('AccountId'), index: 'accountId' },
    AccountNameSoundsLike: {
      values: ({ values }) => (textOf(values.Name) ?? '').split(/\s+/),
      matches: (stored, criteria) => typeof stored === 'string' && soundex(stored) === soundex(criteria),
    },
    ExternalId: { values: (row) => references(row).map(({ externalId }) => externalId) },
    Agreement: { values: ({ id }) => store.agreements.rowsOf('account', id).map((one) => one.id) },
    CustomField: {
      values({ custom }, { category, field }) {
        const known = findCustomField(store, 'accounts', category, field)
        if (!known) throw new RefusalError(`Custom field '${field}' of category '${category}' does not exist.`)
        return [custom[String(known.id)] ?? null]
      },
    },
    ContactName: { values: ({ contact }) => [contact] },
    ExternalProduct: {
      values: (row) =>
        references(row).map(({ product }) => findEntry(store.master, 'externalProducts', product)?.Product ?? null),
    },
    AccountType: text('AccountType'),
    AccountStatus: text('Status'),
  }
}

const codes: Readonly<Record<string, string>> = Object.fromEntries(
  ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].flatMap((letters, n) => [...letters].map((one) => [one, String(n + 1)])),
)

/** SQL Server's SOUNDEX in its usual form: a letter and three digits. */
function soundex(word: string): string {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '')
  let code = letters.charAt(0).toUpperCase()
  let last = codes[letters.charAt(0)] ?? ''
  for (const letter of letters.slice(1)) {
    const digit = codes[letter] ?? ''
    if (digit !== '' && digit !== last) code += digit
    if (!'hw'.includes(letter)) last = digit
  }
  return code === '' ? '' : code.padEnd(4, '0').slice(0, 4)
}
