import { ConnectorError } from '../connectors/failure.ts'
import type { ComputerPage } from '../connectors/source.ts'
import type { Duty } from '../db/duties.ts'
import { guardDuty } from '../db/duties.ts'
import { markListed, type SourceRow, saveTenants, tenantIds } from '../db/sources.ts'
import type { Client } from '../db/sql.ts'
import {
  closeChanges,
  dropStaged,
  dropStagedTenants,
  fetchChanges,
  findMissing,
  openChanges,
  stageComputers,
} from '../db/staging.ts'
import { inTransactionOf, withClient } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { type Judged, type JudgedSource, judgeComputers } from './judge-computers.ts'
import { type OpenSource, openSource } from './open-connection.ts'

/** Computers judged in one transaction. */
const batchSize = 2_000

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
  const poll = deps.ids.uuid()
  try {
    const tenants = await source.connector.listTenants(source.context)
    await saveTenants(deps.pool, source.id, tenants, deps.clock.now())
    return await withClient(deps.pool, async (client) => {
      try {
        const pages = source.connector.pollComputers(source.context, tenants)
        const { end, computers } = await stagePages(client, poll, pages)
        await dropStagedTenants(client, poll, end.complete)
        const judged = await judgeStaged(deps, client, duty, source, poll, end)
        return { ...judged, computers, tenants: tenants.length, failedTenants: end.failed.length }
      } finally {
        await closeChanges(client)
        await dropStaged(client, poll)
      }
    })
  } finally {
    await source.close()
  }
}

type ListEnd = Extract<ComputerPage, { kind: 'end' }>

async function stagePages(
  client: Client,
  poll: string,
  pages: AsyncIterable<ComputerPage>,
): Promise<{ end: ListEnd; computers: number }> {
  let computers = 0
  for await (const page of pages) {
    if (page.kind === 'end') return { end: page, computers }
    computers += page.computers.length
    await stageComputers(client, poll, page.computers)
  }
  throw new ConnectorError('later', 'bad-reply', 'The list of computers broke off without an end; nothing was judged.')
}

async function judgeStaged(
  deps: Deps,
  client: Client,
  duty: Duty,
  open: OpenSource,
  poll: string,
  end: ListEnd,
): Promise<Judged> {
  const source = judgedSource(open)
  const total: Judged = { began: 0, changed: 0, ended: 0, opened: 0, closed: 0 }
  const judge = async (...work: Pick2<typeof judgeComputers>) => {
    const judged = await inTransactionOf(client, () => judgeComputers(deps, client, duty, source, ...work))
    for (const key of Object.keys(total) as (keyof Judged)[]) total[key] += judged[key]
  }
  await openChanges(client, source.id, poll)
  for (;;) {
    const changes = await fetchChanges(client, batchSize)
    if (changes.length === 0) break
    await judge(changes, [])
  }
  const ids = await tenantIds(client, source.id)
  const missing = await findMissing(
    client,
    poll,
    end.complete.flatMap((key) => ids.get(key) ?? []),
  )
  for (let start = 0; start < missing.length; start += batchSize) {
    await judge([], missing.slice(start, start + batchSize))
  }
  await inTransactionOf(client, async () => {
    await guardDuty(client, duty)
    await markListed(client, source.id, end.complete, end.failed, deps.clock.now())
  })
  return total
}

type Pick2<F extends (...args: never[]) => unknown> =
  Parameters<F> extends [...infer _, infer A, infer B] ? [A, B] : never

/** What judging needs to know of an open source. */
export function judgedSource(open: OpenSource): JudgedSource {
  const { connector, settings } = open
  return {
    id: open.id,
    name: open.name,
    catalogue: connector.catalogue,
    describeStatus: (key) => connector.describeStatus(key),
    namesAllReasons: connector.facts(settings).namesAllReasons,
  }
}
