import type { FieldValues, TicketDraft, TicketSeen } from '../../../core/ticket.ts'
import { ticketTexts } from '../../desk-text.ts'
import { ConnectorError } from '../../failure.ts'
import type { Account } from '../../psa.ts'
import { referenceKeys, usualPlaces, wordKeys } from './fields.ts'
import { limits } from './limits.ts'
import type { Company, Reference, Ticket } from './wire.ts'

/** ConnectWise's words to ours and back. Pure. */

/** One step of a PATCH; `path` is the bare name of a field, and objects go as a whole (connectwise-api.md 7). */
export type Operation =
  | { readonly op: 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/** Companies are put out of use by a status of this name, or deleted. */
const inactiveStatus = /^\W*inactive\W*$/i

export function companyToAccount({ id, name, identifier, status }: Company): Account {
  return { id: String(id), name, number: identifier, active: !inactiveStatus.test(status?.name ?? '') }
}

/** A ticket's number at ConnectWise is its id. */
export function ticketToSeen(ticket: Ticket): TicketSeen {
  return {
    ticketId: String(ticket.id),
    number: String(ticket.id),
    reference: ticket.externalXRef,
    accountId: String(ticket.company.id),
    state: ticket.closedFlag ? 'closed' : 'open',
    changedAt: toDate(ticket._info?.lastUpdated ?? ''),
    fields: { board: referenceToValue(ticket.board), priority: referenceToValue(ticket.priority) },
  }
}

/** Times are UTC in whole seconds. */
function toDate(text: string): Date | null {
  const at = new Date(text)
  return text === '' || Number.isNaN(at.getTime()) ? null : at
}

/**
 * The body of a create. Only fields of ConnectWise's model: it refuses a ticket that has any other. Throws
 * `refused`.
 */
export function draftToBody(draft: TicketDraft, processNotifications: boolean): Record<string, unknown> {
  const { general, fields } = draft
  if (draft.reference === '' || draft.reference.length > limits.reference) {
    throw invalid(`the reference "${draft.reference}" must have 1 to ${limits.reference} characters`)
  }
  const texts = ticketTexts(draft.title, draft.description, { title: limits.title, description: limits.text })
  if (texts.title === '') throw missing('The title is empty. Correct the title template.')
  if (!fields.board) throw missing('The rule sets no board. Choose one.')
  if (!fields.priority) throw missing('The rule sets no priority. Choose one.')
  const place = general.descriptionPlace || usualPlaces.descriptionPlace
  return {
    summary: texts.title,
    company: toReference('company', draft.accountId),
    externalXRef: draft.reference,
    ...(texts.description === '' ? {} : { [initialTexts[place] ?? initialTexts.discussion]: texts.description }),
    ...(general.source ? { source: toReference('source', general.source) } : {}),
    ...fieldsToBody(fields),
    processNotifications,
  }
}

/** Texts of a new ticket that become notes, by our word for the place (connectwise-api.md 7). */
const initialTexts: Readonly<Record<string, string>> & { readonly discussion: string } = {
  discussion: 'initialDescription',
  internal: 'initialInternalAnalysis',
}

/** The flag that says where a note stands; a note without any is refused (connectwise-api.md 3). */
export function placeToFlag(place: string): 'internalAnalysisFlag' | 'detailDescriptionFlag' | 'resolutionFlag' {
  if (place === 'discussion') return 'detailDescriptionFlag'
  return place === 'resolution' ? 'resolutionFlag' : 'internalAnalysisFlag'
}

/** The ticket fields for the given settings; an empty one is left out. Fails with `refused`. */
function fieldsToBody(fields: FieldValues): Record<string, unknown> {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    if (!referenceKeys.includes(key) && !wordKeys.includes(key)) {
      throw invalid(`"${key}" is no field of a ticket that can be written`)
    }
    if (value === '') return []
    return [[key, referenceKeys.includes(key) ? toReference(key, value) : value]]
  })
  return Object.fromEntries(entries)
}

/** The steps that set these fields; an empty one is left as it is. Fails with `refused`. */
export function fieldsToOperations(fields: FieldValues): readonly Operation[] {
  return Object.entries(fieldsToBody(fields)).map(([path, value]) => ({ op: 'replace', path, value }))
}

/** A reference by id, the only way that survives a renaming. Fails with `refused`. */
export function toReference(what: string, value: string): { readonly id: number } {
  return { id: toId(what, value) }
}

/** A desk's id as a number. Fails with `refused`. */
export function toId(what: string, value: string): number {
  if (!/^[1-9]\d{0,9}$/.test(value)) throw invalid(`${what} must be a number of ConnectWise, not "${value}"`)
  return Number(value)
}

function referenceToValue(reference: Reference | null): string {
  return reference === null ? '' : String(reference.id)
}

function missing(message: string): ConnectorError {
  return new ConnectorError('refused', 'missing-value', message)
}

function invalid(what: string): ConnectorError {
  return new ConnectorError('refused', 'invalid-value', `Nothing was sent to ConnectWise: ${what}.`)
}
