import { withTransaction } from '../db/transaction.ts'
import { deleteGroup, lockGroup } from '../db/unread-groups.ts'
import { latestOfGroup, oldestOfGroup, removeFromGroup } from '../db/unread-messages.ts'
import { noneWaits } from './assign-unread.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { writeAudit } from './write-audit.ts'

/** Messages removed in one transaction. */
const batchSize = 1_000

/**
 * Removes the messages of a group that a person has looked at, for ever. What comes meanwhile stays. Throws `RequestError` when the
 * group is gone.
 */
export async function removeUnread(
  deps: Deps,
  { sourceId, groupId }: { readonly sourceId: number; readonly groupId: number },
): Promise<{ readonly removed: number }> {
  const source = await openPushed(deps, sourceId)
  const upTo = await latestOfGroup(deps.pool, groupId)
  let removed = 0
  for (let turn = 0, more = true; more; turn += 1) {
    more = await withTransaction(deps.pool, async (client) => {
      const group = await lockGroup(client, sourceId, groupId)
      if (group === null) {
        if (turn === 0) throw noneWaits(groupId)
        return false
      }
      const found = upTo === null ? [] : await oldestOfGroup(client, groupId, batchSize, upTo)
      if (found.length > 0) await removeFromGroup(client, groupId, found)
      // What is counted and not kept any more goes with the last that is.
      if (found.length === group.kept) await deleteGroup(client, groupId)
      const subject = { kind: 'source', id: sourceId, name: source.name }
      const { reason, origin } = group
      const before = { reason, origin, messages: found.length }
      await writeAudit(deps, client, { action: 'remove-unread', subject, before, after: null })
      removed += found.length
      return found.length === batchSize
    })
  }
  return { removed }
}
