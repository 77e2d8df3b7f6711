// Orders of `POST /_emulator/act`: what people do at the desk and in its settings.
import { z } from 'zod'
import type { EmulatorOrder } from '../kit/definition.ts'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import { RefusalError } from './answers.ts'
import type { Limits } from './limits.ts'
import { textIn } from './model/entity.ts'
import type { Row, Value } from './model/field.ts'
import type { PicklistValue } from './model/picklists.ts'
import { addCompany } from './seed-companies.ts'
import { CategoryRule, Switches, Threshold } from './store/settings.ts'
import { picklistOf, type Store, tableOf } from './store/store.ts'
import { type Act, choose, personActor, ticketActs } from './ticket-acts.ts'
import { updateRecord } from './write/records.ts'

const company = { companyId: z.int().optional(), name: z.string().optional() }
const AddCompany = z.strictObject({ name: z.string().min(1).max(100), companyNumber: z.string().max(50).optional() })
const OneCompany = z.strictObject(company)
const RenameCompany = z.strictObject({ ...company, newName: z.string().min(1).max(100) })
const place = { entity: z.string().default('Ticket'), field: z.string() }
const SetPicklistValue = z.strictObject({
  ...place,
  value: z.int(),
  label: z.string().optional(),
  isActive: z.boolean().optional(),
  isDefaultValue: z.boolean().optional(),
  parentValue: z.string().optional(),
})
const RemovePicklistValue = z.strictObject({ ...place, value: z.int() })
const SetSecret = z.strictObject({ secret: z.string().min(1) })
const SetThreshold = z.strictObject({
  requests: Threshold.shape.requests.unwrap().optional(),
  minutes: Threshold.shape.minutes.unwrap().optional(),
  used: z.int().min(0).optional(),
})
const SetSwitch = z.strictObject({ name: z.string(), value: z.unknown() })
const SetCategoryRule = z.strictObject({
  category: z.union([z.int(), z.string()]),
  requiredFields: z.array(z.string()).optional(),
  dueHours: z.number().positive().nullable().optional(),
  noteTitleRequired: z.boolean().optional(),
})

const settingActs: Readonly<Record<string, Act>> = {
  addCompany(store, order) {
    const input = checkInput(AddCompany, order, 'act addCompany')
    return { companyId: addCompany(store, input.name, input.companyNumber) }
  },
  deactivateCompany: (store, order) =>
    changeCompany(store, checkInput(OneCompany, order, 'act deactivateCompany'), { isActive: false }),
  activateCompany: (store, order) =>
    changeCompany(store, checkInput(OneCompany, order, 'act activateCompany'), { isActive: true }),
  renameCompany(store, order) {
    const input = checkInput(RenameCompany, order, 'act renameCompany')
    return changeCompany(store, input, { companyName: input.newName })
  },
  setPicklistValue(store, order) {
    const { entity, field, value, ...given } = checkInput(SetPicklistValue, order, 'act setPicklistValue')
    const picklist = picklistFor(store, entity, field)
    const before = picklist.get(value)
    const label = given.label ?? before?.label
    if (label === undefined) throw new EmulatorInputError(`${field} has no value ${value} yet: give it a "label"`)
    if (given.isDefaultValue) for (const [key, one] of picklist) picklist.set(key, { ...one, isDefaultValue: false })
    const after: PicklistValue = {
      value: String(value),
      label,
      isDefaultValue: given.isDefaultValue ?? before?.isDefaultValue ?? false,
      sortOrder: before?.sortOrder ?? picklist.size + 1,
      parentValue: given.parentValue ?? before?.parentValue ?? '',
      isActive: given.isActive ?? before?.isActive ?? true,
      isSystem: before?.isSystem ?? false,
    }
    picklist.set(value, after)
    return after
  },
  removePicklistValue(store, order) {
    const { entity, field, value } = checkInput(RemovePicklistValue, order, 'act removePicklistValue')
    if (!picklistFor(store, entity, field).delete(value)) throw new EmulatorInputError(`${field} has no value ${value}`)
    return {}
  },
  setSecret(store, order) {
    store.account.secret = checkInput(SetSecret, order, 'act setSecret').secret
    return {}
  },
  setSwitch(store, order) {
    const { name, value } = checkInput(SetSwitch, order, 'act setSwitch')
    const hint = `Switches: ${Object.keys(Switches.shape).join(', ')}`
    store.switches = checkInput(Switches, { ...store.switches, [name]: value }, 'act setSwitch', hint)
    return store.switches
  },
  setCategoryRule(store, order) {
    const { category, ...given } = checkInput(SetCategoryRule, order, 'act setCategoryRule')
    const id = choose(store, 'Ticket', 'ticketCategory', category)
    const unknown = given.requiredFields?.find((name) => !tableOf(store, 'Ticket').entity.field(name))
    if (unknown !== undefined) throw new EmulatorInputError(`a ticket has no field ${unknown}`)
    const rule = CategoryRule.parse({ ...store.categoryRules.get(id), ...given })
    store.categoryRules.set(id, rule)
    return rule
  },
}

/** Makes the function that does acts. It throws `EmulatorInputError`, which lists the acts when the name is unknown. */
export function createActs(store: Store, limits: Limits): (order: EmulatorOrder) => unknown {
  const acts: Readonly<Record<string, Act>> = {
    ...ticketActs,
    ...settingActs,
    setThreshold(_store, order) {
      const { used, ...given } = checkInput(SetThreshold, order, 'act setThreshold')
      store.threshold = Threshold.parse({ ...store.threshold, ...withoutUndefined(given) })
      if (used !== undefined) limits.setUsed(used)
      return { ...store.threshold, used: limits.used() }
    },
  }
  return ({ act, ...order }) => {
    const run = Object.hasOwn(acts, act) ? acts[act] : undefined
    const known = `There are: clock, ${Object.keys(acts).sort().join(', ')}`
    if (!run) throw new EmulatorInputError(`no act ${act}. ${known}`)
    try {
      return run(store, order)
    } catch (error) {
      if (error instanceof RefusalError) throw new EmulatorInputError(`act ${act} was refused: ${error.message}`)
      if (error instanceof EmulatorInputError) throw new EmulatorInputError(`${error.message}. ${known}`)
      throw error
    }
  }
}

function changeCompany(
  store: Store,
  which: { companyId?: number | undefined; name?: string | undefined },
  values: Record<string, Value>,
): object {
  const table = tableOf(store, 'Company')
  const row = which.companyId === undefined ? byName(store, which.name) : table.get(which.companyId)
  if (!row) throw new EmulatorInputError('no such company; name one by "companyId" or "name"')
  updateRecord(store, table, row, { id: row.id, values, udfs: [] }, personActor(store))
  return { companyId: row.id }
}

function byName(store: Store, name: string | undefined): Row | undefined {
  const table = tableOf(store, 'Company')
  return table
    .ids()
    .map((id) => table.get(id))
    .find((row) => row !== undefined && textIn(row, 'companyName') === name)
}

function picklistFor(store: Store, entity: string, field: string): Map<number, PicklistValue> {
  const table = [...store.tables.values()].find((one) => [one.entity.name, one.entity.route].includes(entity))
  const name = table?.entity.field(field)?.name
  const picklist = table && name !== undefined ? picklistOf(store, table.entity.name, name) : undefined
  if (picklist) return picklist
  throw new EmulatorInputError(`no picklist ${field} of ${entity}`)
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
