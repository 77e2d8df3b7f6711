// Ticket webhooks as records: what may be registered, and when one becomes ready (autotask-api.md 10.1 and 10.2).
import { randomUUID } from 'node:crypto'
import { textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { Actor } from '../store/history.ts'
import { type Store, tableOf, timeNow } from '../store/store.ts'
import type { Table } from '../store/table.ts'
import type { Draft } from '../write/body.ts'
import { createRecord, type ExtraCheck, updateRecord } from '../write/records.ts'

/** Registers a webhook. It sends nothing before it has a field and is active. Throws `RefusalError`. */
export function createWebhook(store: Store, table: Table, draft: Draft, actor: Actor): number {
  const row = createRecord(store, table, draft, actor, checkWebhook(store, table))
  table.put({ ...row, isReady: false, ownerResourceID: actor.resourceID, webhookGuid: randomUUID() }, timeNow(store))
  return row.id
}

/** Changes a webhook. Throws `RefusalError`. */
export function updateWebhook(store: Store, table: Table, before: Row, draft: Draft, actor: Actor): void {
  const row = updateRecord(store, table, before, draft, actor, checkWebhook(store, table))
  if (before.isActive === true && row.isActive !== true) store.onWebhookStopped(before)
}

/** Deletes a webhook with its rows. */
export function removeWebhook(store: Store, table: Table, row: Row): void {
  const now = timeNow(store)
  for (const entity of ['TicketWebhookField', 'TicketWebhookExcludedResource']) {
    const rows = tableOf(store, entity)
    for (const id of [...(rows.find('webhookID', row.id) ?? [])]) rows.remove(id, now)
  }
  table.remove(row.id, now)
  store.onWebhookStopped(row)
}

/** Adds a field or an excluded resource to a webhook; its first field makes it ready. Throws `RefusalError`. */
export function createWebhookRow(store: Store, table: Table, draft: Draft, actor: Actor): number {
  const row = createRecord(store, table, draft, actor)
  const webhooks = tableOf(store, 'TicketWebhook')
  const webhook = webhooks.get(row.webhookID as number)
  if (webhook && table.entity.name === 'TicketWebhookField') {
    webhooks.put({ ...webhook, isReady: true }, timeNow(store))
  }
  return row.id
}

function checkWebhook(store: Store, table: Table): ExtraCheck {
  return (row, before, errors) => {
    for (const field of ['webhookUrl', 'deactivationUrl']) {
      if (textIn(row, field) !== '' && !isCallable(textIn(row, field)))
        errors.push(`${field} must be an HTTPS address.`)
    }
    if (row.isActive === true && before?.isActive !== true && !hasFields(store, row)) {
      errors.push('A webhook cannot be active before it has at least one field.')
    }
    const twin = table
      .ids()
      .find((id) => id !== row.id && textIn(table.get(id) ?? row, 'webhookUrl') === row.webhookUrl)
    if (!before && twin !== undefined) errors.push('A webhook for this entity and address exists already.')
  }
}

function hasFields(store: Store, row: Row): boolean {
  return (tableOf(store, 'TicketWebhookField').find('webhookID', row.id) ?? []).length > 0
}

/** HTTPS, or plain HTTP to this machine, which a test cannot do without. */
function isCallable(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname))
}
