import { expect, test } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { showOptions } from '../../src/usecases/show-options.ts'
import { computersOf, protectionOff, setHost, stages } from '../support/scenario.ts'

/** What a look that finds nothing new costs: no row is written, and what did not change is asked for less often. */

const openStage = await stages()

const minute = 60_000

/**
 * The version of every row that only something new may change, and ids that were used up. The counters by which screens are told of
 * changes (docs/adr/0014-change-counters-are-sequences.md) move with each duty that ends, whose row says that it was there.
 */
async function rowVersions(stage: Stage): Promise<unknown> {
  const { rows } = await stage.app.deps.pool.query(
    `select 'tenant' as what, id::text, xmin::text from tenants
     union all select 'computer', key, xmin::text from computers
     union all select 'condition', id::text, xmin::text from conditions
     union all select 'event', id::text, xmin::text from events
     union all select 'ticket', id::text, xmin::text from tickets
     union all select 'rule', key, xmin::text from rules
     union all select 'sequence', relname, pg_sequence_last_value(oid)::text from pg_class
       where relkind = 'S' and relname not like 'changes_of_%'
     order by 1, 2`,
  )
  return rows
}

test('polls and readings that find nothing new write nothing but that they were there', async () => {
  const stage = await openStage({})
  const [computer] = computersOf(stage, 'Alder')
  await setHost(stage, computer, protectionOff)
  await stage.ksc.act({
    act: 'raiseEvent',
    type: 'KLPRCI_TaskState',
    displayName: 'Task failed',
    severity: 3,
    host: computer,
  })
  await stage.steps(3, 5)
  const before = await rowVersions(stage)
  await stage.steps(12, 5)
  expect(await rowVersions(stage)).toEqual(before)
})

test('a client is listed as long as its source is polled well, and was last listed before it stopped answering', async () => {
  const stage = await openStage({})
  const listedAt = async (name: string) => {
    const { items } = await listTenants(stage.app.deps, { limit: 100 })
    return items.find((tenant) => tenant.name === name)?.lastListedAt?.toISOString()
  }
  await stage.steps(2, 5)
  const good = stage.now().toISOString()
  expect(await listedAt('Alder')).toBe(good)
  await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', answering: false })
  await stage.steps(3, 5)
  expect([await listedAt('Alder'), await listedAt('Birch')]).toEqual([good, stage.now().toISOString()])
  await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', answering: true })
  await stage.ksc.act({ act: 'removeVServer', vserver: 'Birch' })
  const last = stage.now().toISOString()
  await stage.steps(2, 5)
  expect([await listedAt('Alder'), await listedAt('Birch')]).toEqual([stage.now().toISOString(), last])
})

test('lists of the desk that stay the same are read less and less often, and at once when a person asks', async () => {
  const stage = await openStage({})
  const { deps } = stage.app
  const { psaId } = stage.ids
  const readAt = async () => (await showOptions(deps, { psaId })).readAt?.getTime() ?? 0
  const pauses: number[] = []
  for (let before = await readAt(), n = 0; n < 20; n += 1) {
    await stage.step(15)
    const at = await readAt()
    if (at !== before) pauses.push((at - before) / minute)
    before = at
  }
  expect(pauses).toEqual([15, 15, 30, 60, 60, 60, 60])
  const [queue] = (await showOptions(deps, { psaId })).choices.queue ?? []
  await stage.autotask.act({
    act: 'removePicklistValue',
    entity: 'Tickets',
    field: 'queueID',
    value: Number(queue?.value),
  })
  await stage.moveTo(new Date(stage.now().getTime() + minute))
  const { readAt: asked, choices } = await showOptions(deps, { psaId, refresh: true })
  expect(asked).toEqual(stage.now())
  expect(choices.queue?.map(({ value }) => value)).not.toContain(queue?.value)
})
