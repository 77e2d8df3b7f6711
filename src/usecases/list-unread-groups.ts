import { listGroups, type UnreadGroup } from '../db/unread-groups.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'

export type ListUnreadGroups = {
  readonly sourceId: number
  readonly before?: number | undefined
  readonly limit: number
}

export type UnreadGroupsPage = { readonly items: readonly UnreadGroup[]; readonly next: number | null }

/** What could not be read or belongs to nobody, by why and from where, the newest first. Throws `RequestError`. */
export async function listUnreadGroups(deps: Deps, input: ListUnreadGroups): Promise<UnreadGroupsPage> {
  const { sourceId, before = null, limit } = input
  await openPushed(deps, sourceId)
  const rows = await listGroups(deps.pool, sourceId, before, limit + 1)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
