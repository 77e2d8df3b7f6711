import { setImmediate as breathe } from 'node:timers/promises'
import { conditionIdentity, eventIdentity, eventTypeIdentity } from '../core/identity.ts'
import { remainingFinds, saveIdentities } from '../db/desk-finds.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { candidates, eventsSince, knownConditions, sourcesOfDesk, tenantKeys } from '../db/find-identities.ts'
import { withTransaction } from '../db/transaction.ts'
import { referenceOf } from '../lib/ids.ts'
import type { Deps } from './deps.ts'

/** Computers in one go: with some 20 statuses each, a few tenths of a second of hashing. */
const pageSize = 2_000
/** Events are looked at from a little before the copy. */
const eventsMarginMs = 86_400_000

/**
 * Finds out what tickets at the desk are about that only their reference tells of: it is a hash, so the references of everything
 * that it could be are made until it is met. What is met nowhere belongs to another installation, or to a computer that is gone.
 */
export async function identifyFinds(deps: Deps, duty: Duty, psaId: number, since: Date): Promise<void> {
  const wanted = new Set(
    (await remainingFinds(deps.pool, psaId)).flatMap(({ identity, reference }) =>
      identity === null ? [reference] : [],
    ),
  )
  const met = new Map<string, string>()
  const tryIdentity = (identity: string): void => {
    const reference = referenceOf(deps.installation, identity)
    if (wanted.delete(reference)) met.set(reference, identity)
  }
  for (const { id, connector } of await sourcesOfDesk(deps.pool, psaId)) {
    if (wanted.size === 0) break
    for (const { tenantKey, computerKey, statusKey } of await knownConditions(deps.pool, id)) {
      tryIdentity(conditionIdentity(id, tenantKey, computerKey, statusKey))
    }
    for (const event of await eventsSince(deps.pool, id, new Date(since.getTime() - eventsMarginMs))) {
      tryIdentity(eventTypeIdentity(id, event.tenantKey, event.computerKey, event.type))
      tryIdentity(eventIdentity(id, event.tenantKey, event.eventKey))
    }
    const catalogue = deps.sources.get(connector)?.catalogue
    const lasting = catalogue?.eventTypes.filter(({ hasEnd }) => hasEnd === true) ?? []
    for (const tenantKey of lasting.length === 0 ? [] : await tenantKeys(deps.pool, id)) {
      for (const { key } of lasting) tryIdentity(conditionIdentity(id, tenantKey, '', key))
    }
    const statuses = catalogue?.statuses ?? []
    for (let after = ''; wanted.size > 0; ) {
      const page = await candidates(deps.pool, id, after, pageSize)
      for (const { tenantKey, computerKey } of page) {
        for (const { key } of statuses) tryIdentity(conditionIdentity(id, tenantKey, computerKey, key))
      }
      const last = page.at(-1)
      if (last === undefined) break
      after = last.computerKey
      await breathe()
    }
  }
  await withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    await saveIdentities(client, psaId, met)
  })
}
