// What a callback sends (connectwise-api.md 11).
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { numberIn, textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { type RecordEvent, type Store, tableOf } from '../store/store.ts'
import { linkBase, toWire } from '../wire/wire.ts'

const tables = { ticket: 'Ticket', company: 'Company' } as const

/** Fields that a level compares with `objectId`. */
const levels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ticket: { board: 'board', status: 'status', ticket: 'id' },
  company: { status: 'status', company: 'id' },
}

/** Levels there are, by type. */
export const levelsByType: Readonly<Record<string, readonly string[]>> = {
  ticket: ['owner', 'board', 'status', 'project', 'phase', 'ticket', 'integratorTag'],
  company: ['owner', 'status', 'type', 'territory', 'company', 'integratorTag'],
  agreement: ['owner', 'type', 'company', 'agreement'],
}

/** Whether a callback follows an event. Its owner's own changes can be left out. */
export function follows(callback: Row, event: RecordEvent): boolean {
  if (callback.inactiveFlag === true || callback.type !== event.type) return false
  if (callback.isSelfSuppressedFlag === true && callback.memberId === event.actor.memberId) return false
  const level = textIn(callback, 'level').toLowerCase()
  if (level === 'owner') return true
  if (level === 'integratortag') return Array.isArray(event.row.integratorTags) && event.row.integratorTags.length > 0
  if (level === 'type')
    return Array.isArray(event.row.types) && (event.row.types as unknown[]).includes(callback.objectId)
  const field = levels[event.type]?.[level]
  return field !== undefined && event.row[field] === callback.objectId
}

/**
 * The body, compact and always in the same order, so that parsing and writing it again gives the same bytes. `Entity` is
 * a text, null for what is deleted.
 */
export function makeBody(store: Store, callback: Row, event: RecordEvent): string {
  const { entity } = tableOf(store, tables[event.type])
  const shown = event.action === 'deleted' ? null : toWire(store, entity, event.row, linkBase(store.origin))
  return JSON.stringify({
    MessageId: randomUUID(),
    FromUrl: new URL(store.origin).host,
    CompanyId: store.account.companyId,
    MemberId: event.actor.identifier,
    Action: event.action,
    Type: event.type,
    ID: event.row.id,
    ProductInstanceId: null,
    PartnerId: null,
    Entity: shown && JSON.stringify(shown),
    Metadata: { key_url: `${store.origin}/${store.codebase}${keyPath(store)}` },
    CallbackObjectRecId: numberIn(callback, 'id'),
  })
}

/** Path of the signing key below the version's prefix; it is read without credentials. */
export function keyPath(store: Store): string {
  return `apis/3.0/system/callbacks/keys/${store.signing.id}`
}

/** The signature of a body: HMAC-SHA-256 keyed with the SHA-256 of the signing key, in base64. */
export function sign(body: string, signingKey: string): string {
  const key = createHash('sha256').update(signingKey, 'utf8').digest()
  return createHmac('sha256', key).update(body, 'utf8').digest('base64')
}

/**
 * The address with record id and action appended. One that ends in `=` gets the bare id, as the vendor advises to
 * register it; any other gets `id=`.
 */
export function makeUrl(registered: string, event: RecordEvent): string {
  const joint = registered.endsWith('=') ? '' : `${registered.includes('?') ? '&' : '?'}id=`
  return `${registered}${joint}${event.row.id}&action=${event.action}`
}
