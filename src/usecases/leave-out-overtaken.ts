import { countOvertaken, type Heard, loadHeard, saveHeard } from '../db/heard-computers.ts'
import type { Parcel } from '../db/inbox.ts'
import type { Client } from '../db/sql.ts'
import type { Deps } from './deps.ts'
import type { PushedStatus } from './pushed-forms.ts'

/** What a message says of the computer with this key, and when it was received. */
export type Said = {
  readonly key: string
  readonly status: PushedStatus
  readonly at: Date
  /** Messages that are settled were received after it; none of them said that anything is over. */
  readonly isEarlier: boolean
}

/** A message that waited no longer than this, in ms, came in the order in which the inbox has it. */
const inOrderMs = 1_000

/** Leaves out what is older than something that is settled and may have ended it; notes the rest as what was heard last. */
export async function leaveOutOvertaken(
  deps: Deps,
  client: Client,
  tenantId: number,
  { setAsideAt, receivedAt }: Parcel,
  all: readonly Omit<Said, 'isEarlier'>[],
): Promise<Said[]> {
  const now = deps.clock.now()
  const isLate = (at: Date) => setAsideAt !== null || receivedAt.getTime() - at.getTime() > inOrderMs
  const asked = [...new Set(all.filter(({ at }) => isLate(at)).map(({ key }) => key))]
  const known = asked.length === 0 ? new Map<string, Heard>() : await loadHeard(client, tenantId, asked, now)
  const said = new Map([...known].flatMap(([key, heard]) => (heard.said === null ? [] : [[key, heard.said] as const])))
  const over = new Map([...known].flatMap(([key, heard]) => (heard.all === null ? [] : [[key, heard.all] as const])))
  const kept = all.flatMap((one): Said[] => {
    const { key, status, at } = one
    if (isLate(at) && at < (over.get(key) ?? at)) return []
    const isEarlier = isLate(at) && at < (said.get(key) ?? at)
    if (!isEarlier) {
      said.set(key, at)
      if (status.state === 'ended' || status.namesAll) over.set(key, at)
    }
    return [{ ...one, isEarlier }]
  })
  const heard = kept.filter(({ isEarlier }) => !isEarlier)
  const ending = heard.filter(({ status }) => status.state === 'ended' || status.namesAll)
  await saveHeard(client, tenantId, 'said', latest(heard), now)
  await saveHeard(client, tenantId, 'over', latest(ending), now)
  if (kept.length < all.length) await countOvertaken(client, tenantId, all.length - kept.length)
  return kept
}

/** Of each computer once, the latest. */
function latest(said: readonly Said[]): { readonly key: string; readonly at: Date }[] {
  const byKey = Map.groupBy(said, ({ key }) => key)
  return [...byKey].map(([key, mine]) => ({ key, at: new Date(Math.max(...mine.map(({ at }) => at.getTime()))) }))
}
