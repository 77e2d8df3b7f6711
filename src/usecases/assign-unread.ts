import type { ChannelMessage } from '../channels/message.ts'
import { storeParcels, wakeSettling } from '../db/inbox.ts'
import { withTransaction } from '../db/transaction.ts'
import { lockOfNobody, removeOfNobody } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { RequestError } from './request-error.ts'
import { toParcels } from './take-messages.ts'
import { writeAudit } from './write-audit.ts'

export type AssignUnread = {
  readonly sourceId: number
  readonly origin: string
  readonly company: { readonly key: string; readonly name: string }
}

/** Messages given in one transaction. */
const batchSize = 1_000

/**
 * Gives the messages of one origin, whose company nobody knew, to a company: they are settled as if they had come with it, each by
 * the time at which it happened. Throws `RequestError` when there are none.
 */
export async function assignUnread(deps: Deps, input: AssignUnread): Promise<{ readonly assigned: number }> {
  const { sourceId, origin, company } = input
  const source = await openPushed(deps, sourceId)
  let assigned = 0
  for (let more = true; more; ) {
    more = await withTransaction(deps.pool, async (client) => {
      const found = await lockOfNobody(client, sourceId, origin, batchSize)
      if (found.length === 0) return false
      const messages = found.map(({ message }) => ({ ...revive(message), company: { ...company, rule: '' } }))
      await storeParcels(client, sourceId, toParcels(source, messages), deps.clock.now())
      await removeOfNobody(
        client,
        sourceId,
        origin,
        found.map(({ id }) => id),
      )
      const subject = { kind: 'source', id: sourceId, name: source.name }
      const after = { origin, company: company.key, messages: found.length }
      await writeAudit(deps, client, { action: 'assign-unread', subject, before: null, after })
      assigned += found.length
      return found.length === batchSize
    })
  }
  if (assigned === 0) {
    throw new RequestError('not-found', `No message of “${origin}” waits for a company: read the list again.`)
  }
  for (const lane of ['computers', 'events'] as const) await wakeSettling(deps.pool, lane, sourceId, deps.clock.now())
  return { assigned }
}

/** A message as it was taken; JSON keeps no dates. */
function revive(stored: unknown): ChannelMessage {
  const message = stored as ChannelMessage & { receivedAt: string }
  const { reading } = message
  const happenedAt = reading.kind === 'unread' || reading.happenedAt === null ? null : new Date(reading.happenedAt)
  return {
    ...message,
    receivedAt: new Date(message.receivedAt),
    reading: reading.kind === 'unread' ? reading : { ...reading, happenedAt },
  }
}
