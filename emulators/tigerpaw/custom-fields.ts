// Custom fields of service orders and accounts. Those of orders can only be made by an administrator (tigerpaw-api.md 2.4).
import type { CustomField, Store } from './store/store.ts'
import { RefusalError } from './wire/answers.ts'
import { lookUp, readList, readObject } from './wire/body.ts'
import type { Json } from './wire/xml-write.ts'

/** Every custom field of orders or accounts with the record's value. */
export function showCustomFields(
  store: Store,
  of: CustomField['of'],
  custom: Readonly<Record<string, string>>,
): Json[] {
  return store.customFields
    .filter((field) => field.of === of)
    .map(({ id, category, label, description }) => ({
      Category: category,
      CustomFieldId: id,
      Label: label,
      Description: description,
      Value: custom[String(id)] ?? null,
    }))
}

/** The custom field of this category and label; case does not matter. */
export function findCustomField(
  store: Store,
  of: CustomField['of'],
  category: string,
  label: string,
): CustomField | undefined {
  return store.customFields.find(
    (field) =>
      field.of === of &&
      field.category.toLowerCase() === category.toLowerCase() &&
      field.label.toLowerCase() === label.toLowerCase(),
  )
}

/** A record's custom values with those of a request put in. Throws `RefusalError` for a field that is not there. */
export function mergeCustomFields(
  store: Store,
  of: CustomField['of'],
  custom: Readonly<Record<string, string>>,
  body: unknown,
): Record<string, string> {
  const merged: Record<string, string> = { ...custom }
  for (const item of readList(body, 'CustomField')) {
    const given = readObject(item)
    const text = (name: string): string => String(lookUp(given, name) ?? '')
    const id = text('CustomFieldId')
    const field =
      id === ''
        ? findCustomField(store, of, text('Category'), text('Label'))
        : store.customFields.find((one) => one.of === of && String(one.id) === id)
    if (!field) throw new RefusalError(`Custom field '${text('Label') || id}' does not exist.`)
    merged[String(field.id)] = text('Value')
  }
  return merged
}
