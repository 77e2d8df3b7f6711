import { clearLateWords, findLate, forgetOrder } from '../db/late-messages.ts'
import { loadCompany, lockCompany, lockListNumber } from '../db/pushed-companies.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'
import { lateWords } from './settle-computers.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Lets the next list and changes of a company count, whatever their numbers: for a sender whose counter began anew, or that once
 * sent a number that was far too high. Throws `RequestError` for a tenant that sends nothing by itself.
 */
export async function acceptSequence(deps: Deps, { tenantId }: { readonly tenantId: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const tenant = await loadCompany(client, tenantId)
    if (tenant === null) throw notFound('company that sends by itself with the tenant id', tenantId)
    await lockCompany(client, tenant.sourceId, tenant.key)
    const last = await lockListNumber(client, tenantId)
    const late = await findLate(client, tenantId, 1)
    await forgetOrder(client, tenantId, deps.clock.now())
    await clearLateWords(client, tenantId, lateWords)
    const before = { lastList: last === -1 ? null : last, below: late?.below ?? null, leftOut: late?.messages ?? 0 }
    const subject = { kind: 'tenant', id: tenantId, name: tenant.name }
    await writeAudit(deps, client, { action: 'accept-sequence', subject, before, after: null })
  })
}
