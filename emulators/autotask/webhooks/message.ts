// The body of a call-out and its signature (autotask-api.md 10.3).
import { createHmac } from 'node:crypto'
import { numberIn, textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { webhookFieldIds } from '../model/webhook-fields.ts'
import { type Store, type TicketEvent, tableOf, timeNow } from '../store/store.ts'
import { formatTime } from '../wire.ts'

/** Names in messages that are not the field's own. */
const shownNames: Readonly<Record<string, string>> = { createDate: 'TicketCreateDate' }

/** The message of an event for a webhook, or undefined when it is not subscribed to it. */
export function makeMessage(store: Store, webhook: Row, event: TicketEvent, sequence: number): string | undefined {
  const excluded = rowsOf(store, 'TicketWebhookExcludedResource', webhook.id)
  if (excluded.some((row) => row.resourceID === event.actor.resourceID)) return undefined
  if (webhook[`isSubscribedTo${event.action}Events`] !== true) return undefined
  const fields = rowsOf(store, 'TicketWebhookField', webhook.id)
  const shown = new Set<string>()
  for (const row of fields) {
    const name = webhookFieldIds[numberIn(row, 'fieldID') ?? 0]
    if (!name) continue
    const hasChanged = event.action === 'Create' || event.changed.includes(name)
    if (row.isDisplayAlwaysField === true || (row.isSubscribedField === true && hasChanged)) shown.add(name)
  }
  if (event.action === 'Update' && !hasSubscribedChange(fields, event.changed)) return undefined
  return JSON.stringify({
    Action: event.action,
    Guid: textIn(webhook, 'webhookGuid'),
    EntityType: 'Ticket',
    Id: event.row.id,
    Fields: event.action === 'Delete' ? {} : showFields(event.row, shown),
    EventTime: secondsOnly(timeNow(store)),
    SequenceNumber: sequence,
    PersonID: event.actor.resourceID,
  })
}

/** `sha1=` and the signature of the body, or of its escaped form. */
export function sign(body: string, secret: string, escaped: boolean): string {
  const text = escaped ? escapeStrings(body) : body
  return `sha1=${createHmac('sha1', secret).update(text).digest('base64')}`
}

/** JSON with & < > ' " ` + and all non-ASCII inside its strings as upper-case escapes. */
function escapeStrings(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (token) => {
    const inner = token.slice(1, -1).replaceAll('\\"', '\\u0022')
    return `"${inner.replace(/[&<>'`+]|[^\x20-\x7e]/g, toEscape)}"`
  })
}

/** The rows of a webhook. */
function rowsOf(store: Store, entity: string, webhookId: number): Row[] {
  const table = tableOf(store, entity)
  const rows = (table.find('webhookID', webhookId) ?? []).map((id) => table.get(id))
  return rows.filter((row) => row !== undefined)
}

function hasSubscribedChange(fields: readonly Row[], changed: readonly string[]): boolean {
  return fields.some((row) => {
    const name = webhookFieldIds[numberIn(row, 'fieldID') ?? 0]
    return row.isSubscribedField === true && name !== undefined && changed.includes(name)
  })
}

function showFields(row: Row, names: ReadonlySet<string>): Record<string, string | null> {
  const shown: Record<string, string | null> = {}
  for (const name of names) {
    const value = row[name]
    const key = shownNames[name] ?? name.charAt(0).toUpperCase() + name.slice(1)
    if (value === null || value === undefined) shown[key] = null
    else shown[key] = typeof value === 'number' && /Date/.test(name) ? formatTime(value) : String(value)
  }
  return shown
}

function toEscape(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

function secondsOnly(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
