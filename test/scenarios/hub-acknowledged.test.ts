import { setTimeout as pause } from 'node:timers/promises'
import { Pool, request } from 'undici'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { ingestBody, ingestForms, textsInInbox } from '../support/hub-bodies.ts'
import { createHubWorld } from '../support/hub-world.ts'

/** What an answer of the ingest means: 200 says that all of it is on disk, and 429 that none of it is. */

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 0 })
const second = await testDatabase<Database>()
/** The smallest inbox: a company may use a quarter of it. */
const room = 1_000
const small = await createHubWorld(second, { tenants: 0, settings: { mostWaiting: room } })
afterAll(async () => {
  await world.stop()
  await small.stop()
})

/** Any number: who holds this lock holds up every commit of something new in the inbox. */
const lock = 6_020
await database.pool.query(
  `create function wait_for_holder() returns trigger language plpgsql as
     $$ begin perform pg_advisory_xact_lock_shared(${lock}); return null; end $$;
   create constraint trigger hold_up_the_commit after insert on inbox deferrable initially deferred
     for each row execute function wait_for_holder()`,
)

/** Ended with its test at the latest. */
async function holdUpCommits(): Promise<() => Promise<void>> {
  const holder = await database.pool.connect()
  await holder.query('select pg_advisory_lock($1)', [lock])
  let isHeld = true
  const release = async () => {
    if (!isHeld) return
    isHeld = false
    await holder.query('select pg_advisory_unlock($1)', [lock])
    holder.release()
  }
  onTestFinished(release)
  return release
}

/** Those that stand in their commit just now. */
const standing = `pid from pg_stat_activity
  where datname = current_database() and wait_event = 'advisory' and query ilike 'commit%'`

let numbers = 0
function send(form: (typeof ingestForms)[number]) {
  numbers += 1
  const text = `${form}-${numbers}`
  let isAnswered = false
  const answer = request(`${world.url}/api/v1/hub/${world.sourceId}/${form}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.sendToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(ingestBody(form, { company: 'slow', n: numbers, text, at: world.clock.now() })),
  }).then(async ({ statusCode, body }) => {
    isAnswered = true
    return { status: statusCode, body: (await body.json()) as object }
  })
  return { text, answer, isAnswered: () => isAnswered }
}

describe('an answer', () => {
  test.each(ingestForms)('to “%s” does not come before the commit', async (form) => {
    const release = await holdUpCommits()
    const { text, answer, isAnswered } = send(form)
    const waits = async () => (await database.pool.query(`select ${standing}`)).rowCount
    await expect.poll(waits, { timeout: 10_000, interval: 10 }).toBe(1)
    await pause(300)
    expect(isAnswered()).toBe(false)
    await release()
    expect(await answer).toMatchObject({ status: 200, body: { taken: 1 } })
    expect((await textsInInbox(database.pool))[form].filter((one) => one === text)).toHaveLength(1)
  })

  test.each(ingestForms)('to “%s” whose commit failed is no good one, and the same again counts once', async (form) => {
    const release = await holdUpCommits()
    const { text, answer } = send(form)
    const waits = async () => (await database.pool.query(`select ${standing}`)).rowCount
    await expect.poll(waits, { timeout: 10_000, interval: 10 }).toBe(1)
    await database.pool.query(`select pg_terminate_backend(pid) from (select ${standing}) s`)
    expect(await answer).toMatchObject({ status: 503, body: { code: 'database-unavailable' } })
    await release()
    expect((await textsInInbox(database.pool))[form]).not.toContain(text)
    expect(await send(form).answer).toMatchObject({ status: 200 })
  })
})

test('a burst of 10,000 events over 50 connections into a small inbox: none is accepted and lost, all arrive', {
  timeout: 60_000,
}, async () => {
  const connections = 50
  const events = 10_000
  const ofRequest = 10
  const pool = new Pool(small.url, { connections, pipelining: 1 })
  onTestFinished(() => pool.close())
  const happenedAt = small.clock.now().toISOString()
  const event = { product: 'endpoint-security-cloud', type: 'BURST', severity: 'warning', happenedAt }
  const requests = Array.from({ length: events / ofRequest }, (_, n) => ({
    company: `burst-${n % 5}`,
    ids: Array.from({ length: ofRequest }, (_, place) => `burst-${n}-${place}`),
  }))
  const accepted: string[] = []
  const seconds: number[] = []
  async function post({ company, ids }: (typeof requests)[number]): Promise<boolean> {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: `/api/v1/hub/${small.sourceId}/events`,
      headers: { authorization: `Bearer ${small.sendToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ company: { key: company }, events: ids.map((id) => ({ ...event, id })) }),
    })
    const text = await body.text()
    if (statusCode === 200) {
      accepted.push(...ids)
      return true
    }
    expect([statusCode, JSON.parse(text).code]).toEqual([429, 'inbox-full'])
    seconds.push(Number(headers['retry-after']))
    return false
  }

  // All at once, and nobody settles meanwhile.
  const left = (await Promise.all(requests.map(async (one) => ((await post(one)) ? [] : [one])))).flat()
  const stored = (await textsInInbox(second.pool)).events
  expect(stored.sort()).toEqual([...accepted].sort())
  expect(accepted.length + left.length * ofRequest).toBe(events)
  // What is under way while it is looked and while it is counted anew may overshoot the bound, by no more than that.
  expect(stored.length).toBeGreaterThanOrEqual(room)
  expect(stored.length).toBeLessThanOrEqual(room + 2 * connections * ofRequest)
  expect(seconds.length).toBe(left.length)
  expect(seconds.filter((after) => !(after >= 1))).toEqual([])

  // Now the senders come back until they are let in, and the inbox is emptied beside them.
  let isSending = true
  const settling = (async () => {
    while (isSending) {
      small.clock.advance(6_000)
      await small.work()
      await pause(5)
    }
  })()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let one = left.pop(); one !== undefined; one = left.pop()) while (!(await post(one))) await pause(50)
    }),
  )
  isSending = false
  await settling
  await small.pass(1)
  const { rows } = await second.pool.query<{ key: string }>(`select key from events where type = 'BURST'`)
  expect(rows.map(({ key }) => key.replace(/^[^/]*\//, '')).sort()).toEqual(requests.flatMap(({ ids }) => ids).sort())
  expect(seconds.filter((after) => !(after >= 1))).toEqual([])
  expect((await small.ok('GET', `/api/v1/sources/${small.sourceId}/inbox`)).waiting).toBe(0)
})
