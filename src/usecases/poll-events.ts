import { type Duty, guardDuty } from '../db/duties.ts'
import { type SourceRow, saveTenants, tenantIds } from '../db/sources.ts'
import { inTransactionOf, withClient } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { type JudgedEvents, judgeEvents } from './judge-events.ts'
import { openSource } from './open-connection.ts'
import { judgedSource } from './poll-computers.ts'

/**
 * One poll of a source's events after the stored cursor. Each page is judged and the cursor moved in one transaction, so
 * that a crash between two pages loses none and doubles none. Throws `ConnectorError`.
 */
export async function pollEvents(deps: Deps, duty: Duty, row: SourceRow, signal: AbortSignal): Promise<JudgedEvents> {
  const open = openSource(deps, row, signal)
  const source = judgedSource(open)
  const total: JudgedEvents = { events: 0, repeated: 0, opened: 0, closed: 0 }
  try {
    return await withClient(deps.pool, async (client) => {
      for await (const { events, cursor } of open.connector.pollEvents(open.context, row.eventCursor)) {
        const known = await tenantIds(client, source.id)
        if (events.some(({ tenantKey }) => !known.has(tenantKey))) {
          const tenants = await open.connector.listTenants(open.context)
          await inTransactionOf(client, async () => {
            await guardDuty(client, duty)
            await saveTenants(client, source.id, tenants, deps.clock.now())
          })
        }
        const judged = await inTransactionOf(client, () => judgeEvents(deps, client, duty, source, events, cursor))
        for (const key of Object.keys(total) as (keyof JudgedEvents)[]) total[key] += judged[key]
      }
      return total
    })
  } finally {
    await open.close()
  }
}
