// What a ticket gets when a client says nothing of it.
import type { ValidationError } from '../answers.ts'
import { numberIn, textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'
import { partsIn } from '../wire/parts.ts'
import type { Draft } from '../write/draft.ts'
import { isInactive } from '../write/references.ts'

const contactTexts = ['contactName', 'contactEmailAddress', 'contactPhoneNumber'] as const
const siteTexts = ['siteName', 'addressLine1', 'addressLine2', 'city', 'stateIdentifier', 'zip'] as const

/** Fills what a new or replaced ticket does not say. Status and type follow from the board later. */
export function fillDefaults(store: Store, row: Row, draft: Draft, errors: ValidationError[]): void {
  row.board ??= defaultBoard(store)
  row.priority ??= defaultOf(store, 'Priority')
  row.source ??= defaultOf(store, 'Source')
  const board = tableOf(store, 'Board').get(numberIn(row, 'board') ?? 0)
  row.location ??= board?.location ?? null
  row.department ??= board?.department ?? null
  fillContact(store, row, draft, errors)
  fillSite(store, row)
}

/** Keeps site and contact, and the texts copied from them, in line with the company and with each other. */
export function followChanges(store: Store, row: Row, before: Row, draft: Draft, errors: ValidationError[]): void {
  row.board ??= defaultBoard(store)
  const isMoved = row.company !== before.company
  if (isMoved && draft.references.site === undefined) row.site = null
  if (isMoved && draft.references.contact === undefined) row.contact = null
  const clear = (names: readonly string[]): void => {
    for (const name of names) if (draft.values[name] === undefined) row[name] = null
  }
  if (row.contact !== before.contact) clear(contactTexts)
  if (row.contact !== before.contact || draft.values.contactEmailLookup !== undefined) {
    fillContact(store, row, draft, errors)
  }
  if (row.site === before.site) return
  clear(siteTexts)
  if (isMoved || row.site !== null) fillSite(store, row)
}

/** The board of tickets that name none: the first in use that is not for projects. */
function defaultBoard(store: Store): number | null {
  const { all, entity } = tableOf(store, 'Board')
  return all().find((board) => !isInactive(entity, board) && board.projectFlag !== true)?.id ?? null
}

function defaultOf(store: Store, name: string): number | null {
  return (
    tableOf(store, name)
      .all()
      .find((row) => row.defaultFlag === true)?.id ?? null
  )
}

function fillSite(store: Store, row: Row): void {
  const sites = rowsWith(store, 'Site', 'company', numberIn(row, 'company') ?? 0)
  row.site ??= sites.find((site) => site.primaryAddressFlag === true)?.id ?? null
  const site = sites.find((one) => one.id === row.site)
  if (!site) return
  row.siteName ??= site.name ?? null
  row.addressLine1 ??= site.addressLine1 ?? null
  row.addressLine2 ??= site.addressLine2 ?? null
  row.city ??= site.city ?? null
  row.stateIdentifier ??= site.state ?? null
  row.zip ??= site.zip ?? null
}

/** `contactEmailLookup` finds a contact of the company by an address. */
function fillContact(store: Store, row: Row, draft: Draft, errors: ValidationError[]): void {
  const wanted = draft.values.contactEmailLookup
  const company = numberIn(row, 'company')
  if (typeof wanted === 'string' && wanted !== '' && row.contact === null && company !== null) {
    const contact = rowsWith(store, 'Contact', 'company', company).find((one) => emailOf(one) === wanted.toLowerCase())
    if (contact) row.contact = contact.id
    else {
      const message = `Contact ${wanted} not found.`
      errors.push({ code: 'NotFound', message, resource: 'ticket', field: 'contactEmailLookup' })
    }
  }
  const contact = tableOf(store, 'Contact').get(numberIn(row, 'contact') ?? 0)
  if (!contact) return
  row.contactName ??= `${textIn(contact, 'firstName')} ${textIn(contact, 'lastName')}`.trim()
  row.contactEmailAddress ??= emailOf(contact) || null
  row.contactPhoneNumber ??= contact.defaultPhoneNbr ?? null
}

function emailOf(contact: Row): string {
  const item = partsIn(contact, 'communicationItems').find((one) => one.communicationType === 'Email')
  return String(item?.value ?? '').toLowerCase()
}
