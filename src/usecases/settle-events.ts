import type { EventSeen } from '../core/observation.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { type Parcel, removeParcels } from '../db/inbox.ts'
import { ensureCompanies, saveMailboxes } from '../db/pushed-companies.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import type { JudgedSource } from './judge-computers.ts'
import { type JudgedEvents, judgeEvents } from './judge-events.ts'
import type { FormBodies, PushedEvent } from './pushed-forms.ts'

/** Keys of computers and events are unique within their company alone, and nobody may speak of another company's. */
export function keyInCompany(company: string, key: string): string {
  return `${encodeURIComponent(company)}/${key}`
}

/** Settles parcels of events and counts, of any companies, and removes them, in one transaction. */
export function settleEvents(
  deps: Deps,
  duty: Duty,
  source: JudgedSource,
  found: readonly Parcel[],
): Promise<JudgedEvents> {
  return withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    const now = deps.clock.now()
    const removed = await removeParcels(
      client,
      found.map(({ id }) => id),
    )
    const parcels = found.filter(({ id }) => removed.has(id))
    const companies = parcels.map(({ company: key, body }) => {
      return { key, name: (body as { readonly companyName: string }).companyName }
    })
    const ids = await ensureCompanies(client, source.id, companies, now)
    const events = new Map<string, EventSeen>()
    for (const { company, form, body } of parcels) {
      if (form === 'mailboxes') {
        const { count, countedAt } = body as FormBodies['mailboxes']
        const tenantId = ids.get(company)
        if (tenantId !== undefined) await saveMailboxes(client, tenantId, count, new Date(countedAt))
      }
      if (form !== 'events') continue
      for (const event of (body as FormBodies['events']).events) {
        const seen = toSeen(company, event)
        // The same id twice: the first word counts.
        if (!events.has(seen.eventKey)) events.set(seen.eventKey, seen)
      }
    }
    return judgeEvents(deps, client, duty, source, [...events.values()], '')
  })
}

function toSeen(company: string, event: PushedEvent): EventSeen {
  const { computer, happenedAt, key, ...rest } = event
  const at = new Date(happenedAt)
  return {
    ...rest,
    tenantKey: company,
    tenantSure: true,
    eventKey: keyInCompany(company, key),
    computerKey: computer === null ? '' : keyInCompany(company, computer.key),
    computerName: computer?.name ?? '',
    happenedAt: at,
    storedAt: at,
  }
}
