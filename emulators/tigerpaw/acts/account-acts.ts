// What people in the office do to accounts.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../../kit/input.ts'
import { addAccount } from '../accounts/accounts.ts'
import { voidStatus } from '../model/master.ts'
import { record } from '../orders/orders.ts'
import type { AccountRow } from '../store/rows.ts'
import { type Store, timeNow } from '../store/store.ts'
import { type Act, personActor } from './person.ts'

const named = { accountNumber: z.int().optional(), name: z.string().optional() }
const AddAccount = z.strictObject({
  name: z.string().min(1),
  accountId: z.string().optional(),
  type: z.string().default('Customer'),
  status: z.string().default('Active'),
})
const OneAccount = z.strictObject(named)
const RenameAccount = z.strictObject({ ...named, newName: z.string().min(1) })
const SetAccountStatus = z.strictObject({ ...named, status: z.string() })
const MergeAccount = z.strictObject({ ...named, into: z.int() })
const SetAccountBoard = z.strictObject({ ...named, board: z.int().nullable() })

/** Acts on accounts; an account is named by `accountNumber` or `name`. */
export const accountActs: Readonly<Record<string, Act>> = {
  addAccount(store, input) {
    const { name, accountId, type, status } = checkInput(AddAccount, input, 'act addAccount')
    const values = {
      Name: name,
      AccountType: type,
      Status: status,
      ...(accountId !== undefined && { AccountId: accountId }),
    }
    return { accountNumber: addAccount(store, values).id }
  },
  renameAccount(store, input) {
    const given = checkInput(RenameAccount, input, 'act renameAccount')
    return change(store, accountOf(store, given), { Name: given.newName })
  },
  voidAccount: (store, input) =>
    change(store, accountOf(store, checkInput(OneAccount, input, 'act voidAccount')), { Status: voidStatus }),
  setAccountStatus(store, input) {
    const given = checkInput(SetAccountStatus, input, 'act setAccountStatus')
    const known = store.master.accountStatuses.find((one) => one.Value === given.status)
    if (!known) throw new EmulatorInputError(`no account status "${given.status}"`)
    return change(store, accountOf(store, given), { Status: known.Value })
  },
  setAccountBoard(store, input) {
    const given = checkInput(SetAccountBoard, input, 'act setAccountBoard')
    const row = { ...accountOf(store, given), board: given.board }
    store.accounts.put(row, timeNow(store))
    return { accountNumber: row.id }
  },
  mergeAccount(store, input) {
    const given = checkInput(MergeAccount, input, 'act mergeAccount')
    const gone = accountOf(store, given)
    const survivor = store.accounts.get(given.into)
    if (!survivor || survivor.id === gone.id)
      throw new EmulatorInputError(`no other account ${given.into} to merge into`)
    merge(store, gone, survivor)
    return { accountNumber: survivor.id }
  },
}

/** The survivor gets orders, cross references and agreements; the other account is no longer there. */
function merge(store: Store, gone: AccountRow, survivor: AccountRow): void {
  const now = timeNow(store)
  const actor = personActor(store)
  for (const before of store.orders.rowsOf('account', gone.id)) {
    const row = { ...before, values: { ...before.values, AccountNumber: survivor.id } }
    store.orders.put(row, now)
    store.tally.moved(before, row)
    record(store, row, 'updated', actor, { AccountNumber: { old: gone.id, new: survivor.id } })
  }
  for (const row of store.crossReferences.rowsOf('account', gone.id)) {
    store.crossReferences.put({ ...row, account: survivor.id }, now)
  }
  for (const row of store.agreements.rowsOf('account', gone.id)) {
    store.agreements.put({ ...row, account: survivor.id }, now)
  }
  store.accounts.remove(gone.id, now)
}

function change(store: Store, row: AccountRow, values: AccountRow['values']): object {
  store.accounts.put({ ...row, values: { ...row.values, ...values } }, timeNow(store))
  return { accountNumber: row.id }
}

function accountOf(
  store: Store,
  { accountNumber, name }: { accountNumber?: number | undefined; name?: string | undefined },
): AccountRow {
  const row =
    accountNumber === undefined ? store.accounts.rowsOf('name', name ?? '')[0] : store.accounts.get(accountNumber)
  if (row) return row
  throw new EmulatorInputError('no such account; name one by "accountNumber" or "name"')
}
