import { ConnectorError } from '../connectors/failure.ts'
import type { ComputerPage } from '../connectors/source.ts'
import type { Duty } from '../db/duties.ts'
import { guardDuty } from '../db/duties.ts'
import { markListed, type SourceRow, saveTenants, tenantIds } from '../db/sources.ts'
import type { Client } from '../db/sql.ts'
import { type Changes, closeStage, fetchChanges, openChanges, openStage, type Stage } from '../db/staging.ts'
import { inTransactionOf, withClient } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { traitsOf } from './event-traits.ts'
import { type Judged, type JudgedSource, judgeComputers } from './judge-computers.ts'
import { type OpenSource, openSource } from './open-connection.ts'

/** Computers judged in one transaction: few enough that the first tickets are on their way while the others are judged. */
const batchSize = 1_000

export type PolledComputers = Judged & { computers: number; tenants: number; failedTenants: number }

/**
 * One poll of a source's computers: lists them page by page, compares the whole with what is stored, judges what
 * differs. A poll that fails anywhere before its end has judged nothing. Throws `ConnectorError`.
 */
export async function pollComputers(
  deps: Deps,
  duty: Duty,
  row: SourceRow,
  signal: AbortSignal,
): Promise<PolledComputers> {
  const source = openSource(deps, row, signal)
  try {
    const tenants = await source.connector.listTenants(source.context)
    return await withClient(deps.pool, async (client) => {
      await inTransactionOf(client, async () => {
        await guardDuty(client, duty)
        await saveTenants(client, source.id, tenants, deps.clock.now())
      })
      const stage = await openStage(client, await tenantIds(client, source.id))
      const pages = source.connector.pollComputers(source.context, tenants)
      const { end, computers } = await stagePages(stage, pages)
      const judged = await judgeStaged(deps, client, duty, source, end)
      await closeStage(client)
      return { ...judged, computers, tenants: tenants.length, failedTenants: end.failed.length }
    })
  } finally {
    await source.close()
  }
}

type ListEnd = Extract<ComputerPage, { kind: 'end' }>

async function stagePages(
  stage: Stage,
  pages: AsyncIterable<ComputerPage>,
): Promise<{ end: ListEnd; computers: number }> {
  let computers = 0
  for await (const page of pages) {
    if (page.kind === 'end') {
      await stage.end()
      return { end: page, computers }
    }
    computers += page.computers.length
    await stage.add(page.computers)
  }
  throw new ConnectorError('later', 'bad-reply', 'The list of computers broke off without an end; nothing was judged.')
}

async function judgeStaged(deps: Deps, client: Client, duty: Duty, open: OpenSource, end: ListEnd): Promise<Judged> {
  const source = judgedSource(open)
  const total: Judged = { began: 0, changed: 0, ended: 0, opened: 0, closed: 0 }
  const ids = await tenantIds(client, source.id)
  await openChanges(
    client,
    source.id,
    end.complete.flatMap((key) => ids.get(key) ?? []),
  )
  await judgeChanges(deps, client, async (own, { seen, missing }) => {
    const judged = await inTransactionOf(own, () => judgeComputers(deps, own, duty, source, seen, missing))
    for (const key of Object.keys(total) as (keyof Judged)[]) total[key] += judged[key]
  })
  await inTransactionOf(client, async () => {
    await guardDuty(client, duty)
    await markListed(client, source.id, end.complete, end.failed, deps.clock.now())
  })
  return total
}

/**
 * Judges all that differs, two batches at a time, so that one is decided while the database stores the other. A computer is
 * in one batch only, so the two have no row in common. After a failure no more are begun.
 */
async function judgeChanges(
  deps: Deps,
  client: Client,
  judge: (own: Client, changes: Changes) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { seen, missing } = await fetchChanges(client, 2 * batchSize)
    const size = seen.length + missing.length
    if (size === 0) return
    const half = size <= batchSize ? size : Math.ceil(size / 2)
    const ofMissing = Math.max(0, half - seen.length)
    const pair = [judge(client, { seen: seen.slice(0, half), missing: missing.slice(0, ofMissing) })]
    if (half < size) {
      const rest = { seen: seen.slice(half), missing: missing.slice(ofMissing) }
      pair.push(withClient(deps.pool, (own) => judge(own, rest)))
    }
    for (const end of await Promise.allSettled(pair)) if (end.status === 'rejected') throw end.reason
  }
}

/** What judging needs to know of an open source. */
export function judgedSource(open: OpenSource): JudgedSource {
  const { connector, settings } = open
  return {
    id: open.id,
    name: open.name,
    catalogue: connector.catalogue,
    describeStatus: (key) => connector.describeStatus(key),
    describeEvent: traitsOf(connector),
    namesAllReasons: connector.facts(settings).namesAllReasons,
  }
}
