import type { KeptMessage } from '../channels/read-again.ts'
import { storeParcels, wakeSettling } from '../db/inbox.ts'
import { withTransaction } from '../db/transaction.ts'
import { lockGroup, noCompany } from '../db/unread-groups.ts'
import { oldestOfGroup, removeFromGroup } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { RequestError } from './request-error.ts'
import { toParcels } from './sort-messages.ts'
import { writeAudit } from './write-audit.ts'

export type AssignUnread = {
  readonly sourceId: number
  readonly groupId: number
  readonly company: { readonly key: string; readonly name: string }
}

/** Messages given in one transaction. */
const batchSize = 1_000

/**
 * Gives the messages of one group, whose company nobody knew, to a company: they are settled as if they had come with it, each by
 * the time at which it happened. Throws `RequestError` when there are none.
 */
export async function assignUnread(deps: Deps, input: AssignUnread): Promise<{ readonly assigned: number }> {
  const { sourceId, groupId, company } = input
  const source = await openPushed(deps, sourceId)
  let assigned = 0
  for (let more = true; more; ) {
    more = await withTransaction(deps.pool, async (client) => {
      const group = await lockGroup(client, sourceId, groupId)
      if (group === null || group.reason !== noCompany) return false
      const found = await oldestOfGroup(client, groupId, batchSize)
      const messages = found.map(({ message }) => ({ ...reviveMessage(message), company: { ...company, rule: '' } }))
      await storeParcels(client, sourceId, toParcels(source, messages), deps.clock.now())
      await removeFromGroup(client, groupId, found)
      const subject = { kind: 'source', id: sourceId, name: source.name }
      const after = { origin: group.origin, company: company.key, messages: found.length }
      await writeAudit(deps, client, { action: 'assign-unread', subject, before: null, after })
      assigned += found.length
      return found.length === batchSize
    })
  }
  if (assigned === 0) throw noneWaits(groupId)
  for (const lane of ['computers', 'events'] as const) await wakeSettling(deps.pool, lane, sourceId, deps.clock.now())
  return { assigned }
}

/** There is no such group any more: its messages were read, given away or removed. */
export function noneWaits(groupId: number): RequestError {
  return new RequestError('not-found', `No message of the group ${groupId} waits any more: read the list again.`)
}

/** A message as it was taken; JSON keeps no dates. */
export function reviveMessage(stored: unknown): KeptMessage {
  const message = stored as KeptMessage & { receivedAt: string }
  const { reading } = message
  const happenedAt = reading.kind === 'unread' || reading.happenedAt === null ? null : new Date(reading.happenedAt)
  return {
    ...message,
    receivedAt: new Date(message.receivedAt),
    reading: reading.kind === 'unread' ? reading : { ...reading, happenedAt },
  }
}
