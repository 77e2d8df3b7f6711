// What administrators do: master tables, keys, rights, and this emulator's switches.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../../kit/input.ts'
import { keyOfTable, type MasterTable, MasterTables } from '../model/master.ts'
import { Rights, Switches } from '../store/settings.ts'
import { type Store, timeNow } from '../store/store.ts'
import { type Act, chooseBoard } from './person.ts'

const text = z.string().min(1)
const table = z.enum(Object.keys(MasterTables.shape) as [MasterTable, ...MasterTable[]])
const Entry = z.record(z.string(), z.unknown())
const RenameStatus = z.strictObject({ status: text, newName: text })
const RemovePriority = z.strictObject({ priority: text })
const ArchiveBoard = z.strictObject({ board: z.union([z.int(), text]) })
const SetMasterEntry = z.strictObject({ table, entry: Entry })
const RemoveMasterEntry = z.strictObject({ table, key: z.union([z.int(), text]) })
const SetKeys = z.strictObject({
  publicKey: text.optional(),
  privateKey: text.optional(),
  active: z.boolean().optional(),
  user: text.optional(),
  password: text.optional(),
})
const SetRep = z.strictObject({ repNumber: z.int(), inactive: z.boolean() })
const SetSwitch = z.strictObject({ name: z.string(), value: z.unknown() })

/** Acts on everything that is not an order or an account. */
export const settingActs: Readonly<Record<string, Act>> = {
  renameStatus(store, input) {
    const { status, newName } = checkInput(RenameStatus, input, 'act renameStatus')
    const entry = entryOf(store, 'statuses', status)
    if (store.master.statuses.some((one) => one.Status === newName)) {
      throw new EmulatorInputError(`there is a status "${newName}" already`)
    }
    const old = String(entry.Status)
    entry.Status = newName
    const now = timeNow(store)
    for (const row of store.orders.rowsOf('status', old)) {
      store.orders.put({ ...row, values: { ...row.values, Status: newName } }, now)
    }
    return { ...entry }
  },
  removePriority: (store, input) =>
    remove(store, 'priorities', checkInput(RemovePriority, input, 'act removePriority').priority),
  archiveBoard(store, input) {
    const { board } = checkInput(ArchiveBoard, input, 'act archiveBoard')
    return remove(store, 'boards', chooseBoard(store, board))
  },
  setMasterEntry(store, input) {
    const given = checkInput(SetMasterEntry, input, 'act setMasterEntry')
    const key = keyOfTable[given.table]
    const entries: Record<string, unknown>[] = [...store.master[given.table]]
    const at = entries.findIndex((one) => one[key] === given.entry[key])
    if (given.entry.SystemDefault === true)
      for (const [n, one] of entries.entries()) entries[n] = { ...one, SystemDefault: false }
    if (at === -1) entries.push(given.entry)
    else entries[at] = { ...entries[at], ...given.entry }
    store.master = checkInput(MasterTables, { ...store.master, [given.table]: entries }, 'act setMasterEntry')
    return entryOf(store, given.table, String(given.entry[key]))
  },
  removeMasterEntry(store, input) {
    const given = checkInput(RemoveMasterEntry, input, 'act removeMasterEntry')
    return remove(store, given.table, given.key)
  },
  setKeys(store, input) {
    const given = checkInput(SetKeys, input, 'act setKeys')
    const set = Object.entries(given).filter(([, value]) => value !== undefined)
    Object.assign(store.account, Object.fromEntries(set))
    return {}
  },
  setRights(store, input) {
    const hint = `Areas: ${Object.keys(Rights.shape).join(', ')}; each a list of get, create, update`
    store.rights = checkInput(Rights, { ...store.rights, ...input }, 'act setRights', hint)
    return store.rights
  },
  setRep(store, input) {
    const { repNumber, inactive } = checkInput(SetRep, input, 'act setRep')
    const row = store.reps.get(repNumber)
    if (!row) throw new EmulatorInputError(`no rep ${repNumber}`)
    store.reps.put({ ...row, inactive }, timeNow(store))
    return { repNumber, inactive }
  },
  setSwitch(store, input) {
    const { name, value } = checkInput(SetSwitch, input, 'act setSwitch')
    const hint = `Switches: ${Object.keys(Switches.shape).join(', ')}`
    store.switches = checkInput(Switches, { ...store.switches, [name]: value }, 'act setSwitch', hint)
    return store.switches
  },
}

/** Takes an entry out of a table; orders that carry it keep it. */
function remove(store: Store, name: MasterTable, key: string | number): object {
  const gone = entryOf(store, name, key)
  const entries: readonly object[] = store.master[name]
  store.master = { ...store.master, [name]: entries.filter((one) => one !== gone) }
  return {}
}

function entryOf(store: Store, name: MasterTable, key: string | number): Record<string, unknown> {
  const entries: readonly Record<string, unknown>[] = store.master[name]
  const property = keyOfTable[name]
  const found = entries.find((one) => String(one[property]) === String(key))
  if (found) return found
  throw new EmulatorInputError(`${name} have no ${key}; there are ${entries.map((one) => one[property]).join(', ')}`)
}
