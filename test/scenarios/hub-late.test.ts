import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChannelMessage, StatusRead } from '../../src/channels/message.ts'
import { storeParcels, wakeSettling } from '../../src/db/inbox.ts'
import type { Database } from '../../src/db/tables.ts'
import { toParcel } from '../../src/usecases/pushed-forms.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'

/** What comes long after it was received: because a person had set it aside, or because nobody knew whose it is. */

const database = await testDatabase<Database>()
const settings = { statusEnds: 'said-or-held', statusHoldHours: 3 }
const world = await createHubWorld(database, { tenants: 2, devices: 2, settings })
afterAll(() => world.stop())
const { ok, sourceId } = world
const [amber] = world.hub.ready.companies.map(({ key }) => key) as [string]
const unsettled = `/api/v1/sources/${sourceId}/unsettled`

const words: Readonly<Record<string, string>> = { 'databases-outdated': 'Databases', 'not-connected': 'Not connected' }

beforeAll(async () => {
  await world.act('list')
  await world.settle()
  await world.map(amber)
  await world.ruleOn(['critical', 'warning'].flatMap((level) => Object.keys(words).map((key) => [level, key] as const)))
})

let tests = 0
let messages = 0
let sequence = 8e15
/** Each test has a computer of its own, which lists know by the same key. */
let name = ''
beforeEach(() => {
  tests += 1
  name = `NB-${tests}X`
})

type Said = readonly [level: StatusRead['level'], state: StatusRead['state'], reasons: readonly string[]]

function message([level, state, reasons]: Said): ChannelMessage {
  messages += 1
  const reading: StatusRead = {
    kind: 'status',
    product: 'endpoint-security-cloud',
    computer: { key: name.toLowerCase(), name },
    level,
    state,
    reasons: reasons.map((statusKey) => ({ statusKey, text: '' })),
    namesAll: false,
    text: '',
    happenedAt: null,
  }
  return {
    channel: 'syslog',
    sourceId,
    version: 0,
    key: `message-${messages}`,
    receivedAt: world.clock.now(),
    origin: { peer: '192.0.2.7', certificate: '', host: 'ksc-cloud', tag: 'KES', sender: '', recipient: '' },
    company: { key: amber, name: '', rule: 'by host' },
    clues: [],
    fields: [],
    raw: 'as it came',
    whole: Buffer.from('as it came'),
    rawBytes: 10,
    reading,
  }
}

async function settled(): Promise<void> {
  world.clock.advance(6_000)
  await world.work()
}

async function say(said: Said): Promise<void> {
  await takeMessages(world.deps, [message(said)])
  await settled()
}

/** Stores something and has a person set it aside before it is settled, as one that could not be. */
async function setAside(store: () => Promise<unknown>): Promise<number> {
  await store()
  const { rows } = await database.pool.query<{ id: number }>(
    `update inbox set failure = 'as a fault of ours might leave it' where company = $1 returning id`,
    [amber],
  )
  const id = rows[0]?.id ?? 0
  await ok('POST', `${unsettled}/${id}/set-aside`, { note: '' })
  await settled()
  return id
}

async function putBack(id: number): Promise<void> {
  await ok('POST', `${unsettled}/${id}/retry`)
  await settled()
  const left = await database.pool.query('select from inbox union all select from parcels_set_aside')
  expect(left.rowCount).toBe(0)
}

const mine = (...keys: string[]) => ({
  key: name.toLowerCase(),
  name,
  level: keys.length === 0 ? 'ok' : 'critical',
  statuses: keys.map((key) => ({ key })),
})
const nextNumber = () => {
  sequence += 1
  return sequence
}
const change = (number: number, ...keys: string[]) =>
  world.post('changes', { company: { key: amber }, changes: [{ sequence: number, computer: mine(...keys) }] })
const list = (number: number, ...keys: string[]) =>
  world.post('computers', { company: { key: amber }, sequence: number, computers: [mine(...keys)] })

const companyOf = async () => {
  const { companies } = await ok('GET', `/api/v1/sources/${sourceId}/inbox`)
  return companies.find((one: { key: string }) => one.key === amber)
}
const overtaken = async () => (await companyOf()).overtaken as number

/** What is open about the computer of this test, at the desk, by key. */
function open(): string[] {
  const titles = world
    .atDesk()
    .filter(({ state, title }) => state === 'open' && title.includes(name))
    .map(({ title }) => title)
  return Object.keys(words).filter((key) => titles.some((title) => title.includes(words[key] ?? '?')))
}
const well: Said = ['ok', 'ended', []]
const raised: Said = ['critical', 'raised', ['databases-outdated']]
const ended: Said = ['critical', 'ended', ['databases-outdated']]

describe('a status that was set aside and is put back', () => {
  const older: [string, Said][] = [
    ['the computer is well', well],
    ['the reason has ended', ended],
  ]
  test.each(older)('tells nothing once a newer one was settled: %s', async (_, said) => {
    await say(raised)
    await say(well)
    const before = await overtaken()
    const id = await setAside(() => takeMessages(world.deps, [message(said)]))
    await say(raised)
    expect(open()).toEqual(['databases-outdated'])
    await putBack(id)
    expect(open()).toEqual(['databases-outdated'])
    expect(await overtaken()).toBe(before + 1)
  })

  test.each(['a list', 'a change'])('nor once %s was that says the same as before', async (what) => {
    await change(nextNumber(), 'databases-outdated')
    await settled()
    const id = await setAside(() => takeMessages(world.deps, [message(ended)]))
    await (what === 'a list' ? list : change)(nextNumber(), 'databases-outdated')
    await settled()
    await putBack(id)
    expect(open()).toEqual(['databases-outdated'])
  })

  test('nor does an older beginning, when the computer was well since', async () => {
    const id = await setAside(() => takeMessages(world.deps, [message(raised)]))
    await say(well)
    await putBack(id)
    expect(open()).toEqual([])
  })

  test('counts when nothing of its computer was settled since', async () => {
    await say(raised)
    const before = await overtaken()
    const id = await setAside(() => takeMessages(world.deps, [message(ended)]))
    const own = name
    name = 'SOMEBODY-ELSE'
    await say(raised)
    name = own
    expect(open()).toEqual(['databases-outdated'])
    await putBack(id)
    expect(open()).toEqual([])
    expect(await overtaken()).toBe(before)
  })

  test('counts again after the clock was put back by an hour: what is told by a time to come is no measure', async () => {
    world.clock.advance(3_600_000)
    await say(raised)
    world.clock.advance(-3_600_000)
    await say(raised)
    const id = await setAside(() => takeMessages(world.deps, [message(ended)]))
    await putBack(id)
    expect(open()).toEqual([])
  })
})

describe('a message that was kept long before it was given to its company', () => {
  async function give(receivedAt: Date, ...all: Said[]): Promise<void> {
    const statuses = all.map((said) => {
      const { computer, level, state, reasons, namesAll } = message(said).reading as StatusRead
      return { computer, level, state, reasons, namesAll, receivedAt: receivedAt.toISOString() }
    })
    const parcel = toParcel('statuses', amber, 'syslog', statuses.length, { companyName: '', statuses })
    await storeParcels(database.pool, sourceId, [parcel], world.clock.now())
    await wakeSettling(database.pool, 'computers', sourceId, world.clock.now())
    await settled()
  }

  test('is judged by the time at which it came', async () => {
    const then = world.clock.now()
    await world.pass(30)
    await say(raised)
    await give(then, well, ended)
    expect(open()).toEqual(['databases-outdated'])
    // Nothing was said after this one, so it is the last word.
    const before = await overtaken()
    const since = world.clock.now()
    await world.pass(30)
    await give(since, ended)
    expect([open(), await overtaken()]).toEqual([[], before])
  })

  test('holds since it came, and not since it was given', async () => {
    const then = world.clock.now()
    await world.pass(60)
    await give(then, raised)
    const { rows } = await database.pool.query(
      `select said_at as at from pushed_holds where computer_key like '%/' || $1`,
      [name.toLowerCase()],
    )
    expect(rows).toEqual([{ at: then }])
  })
})

describe('a beginning that comes late', () => {
  const other: Said = ['critical', 'raised', ['not-connected']]

  test('is not lost while the newer ones told of other beginnings alone', async () => {
    const before = await overtaken()
    const id = await setAside(() => takeMessages(world.deps, [message(raised)]))
    await say(other)
    await putBack(id)
    expect([open(), await overtaken()]).toEqual([['databases-outdated', 'not-connected'], before])
    await say(ended)
    expect(open()).toEqual(['not-connected'])
  })

  test('is left out where a higher level may hide it, and where anything was over since', async () => {
    const before = await overtaken()
    const first = await setAside(() =>
      takeMessages(world.deps, [message(['warning', 'raised', ['databases-outdated']])]),
    )
    await say(other)
    await putBack(first)
    expect([open(), await overtaken()]).toEqual([['not-connected'], before + 1])
    const second = await setAside(() => takeMessages(world.deps, [message(raised)]))
    await say(ended)
    await putBack(second)
    expect([open(), await overtaken()]).toEqual([['not-connected'], before + 2])
  })
})

describe('a list or a change that was set aside and is put back', () => {
  test.each(['a list', 'a change'])('leaves what messages said since: %s', async (what) => {
    const id = await setAside(() => (what === 'a list' ? list : change)(nextNumber()))
    await say(raised)
    await putBack(id)
    expect(open()).toEqual(['databases-outdated'])
    // It still ends as one that was said: what the list left alone keeps its time.
    const { rowCount } = await database.pool.query(`select from pushed_holds where computer_key like '%/' || $1`, [
      name.toLowerCase(),
    ])
    expect(rowCount).toBe(1)
  })

  test.each(['a list', 'a change'])('is left out when its numbers were forgotten meanwhile: %s', async (what) => {
    await change(nextNumber(), 'databases-outdated')
    await settled()
    const id = await setAside(() => (what === 'a list' ? list : change)(9e15))
    const before = await overtaken()
    const { tenantId } = await companyOf()
    world.clock.advance(60_000)
    await ok('POST', `/api/v1/tenants/${tenantId}/accept-sequence`)
    await list(1, 'databases-outdated', 'not-connected')
    await settled()
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    await putBack(id)
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    expect(await overtaken()).toBe(before + 1)
    await list(2, 'not-connected')
    await settled()
    expect(open()).toEqual(['not-connected'])
    // Above all that the tests before have sent.
    await list(nextNumber(), 'not-connected')
    await settled()
  })

  test('that was set aside halfway is not undone by an older one', async () => {
    const company = { key: 'half', name: 'Half' }
    const computers = Array.from({ length: 1_500 }, (_, n) => ({
      ...{ key: `c${n}`, name: `C${n}`, level: 'critical', statuses: [{ key: 'not-connected' }] },
    }))
    await database.pool.query(
      `create function poisoned() returns trigger language plpgsql as $$ begin
         if new.key = 'half/c1400' then raise exception 'division' using errcode = '22012'; end if; return new; end $$;
       create trigger poisoned before insert on computers for each row execute function poisoned()`,
    )
    await world.post('computers', { company, sequence: 50, computers })
    await settled()
    const holding = async () => {
      const { rows } = await database.pool.query(
        `select count(*)::int as count from conditions c join tenants t on t.id = c.tenant_id
         where t.key = 'half' and c.ended_at is null`,
      )
      return rows[0].count
    }
    expect(await holding()).toBe(1_000)
    const { items } = await ok('GET', unsettled)
    expect(items).toMatchObject([{ company: 'half', form: 'list' }])
    await ok('POST', `${unsettled}/${items[0].id}/set-aside`, { note: '' })
    await database.pool.query('drop trigger poisoned on computers')
    await world.post('computers', { company, sequence: 40, computers: [{ key: 'c0', name: 'C0', level: 'ok' }] })
    await settled()
    expect(await holding()).toBe(1_000)
    await ok('POST', `${unsettled}/${items[0].id}/retry`)
    await settled()
    expect(await holding()).toBe(1_500)
  })
})
