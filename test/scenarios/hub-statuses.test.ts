import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChannelMessage, StatusRead } from '../../src/channels/message.ts'
import type { Database } from '../../src/db/tables.ts'
import { reportChannels } from '../../src/usecases/report-channels.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'

/** Statuses that single messages tell: when they end, what a higher level hides, and what nobody could have heard. */

const database = await testDatabase<Database>()
const settings = { statusEnds: 'said-or-held', statusHoldHours: 3 }
const world = await createHubWorld(database, { tenants: 2, devices: 2, settings })
afterAll(() => world.stop())
const { ok } = world
const [amber] = world.hub.ready.companies.map(({ key }) => key) as [string]
const channels = `/api/v1/sources/${world.sourceId}/channels`

beforeAll(async () => {
  await world.act('list')
  await world.settle()
  await world.map(amber)
  const keys = ['databases-outdated', 'not-connected', 'protection-disabled', 'license-expired']
  await world.ruleOn(['critical', 'warning'].flatMap((level) => keys.map((key) => [level, key] as const)))
  const { version } = await ok('GET', channels)
  await ok('PUT', channels, { version, syslog: { host: '127.0.0.1', port: 0, tls: null } })
})

let tests = 0
let messages = 0
/** Each test has a computer of its own. */
let name = ''
beforeEach(() => {
  tests += 1
  name = `NB-${tests}`
})

type Said = readonly [
  level: StatusRead['level'],
  state: StatusRead['state'],
  reasons: readonly string[],
  namesAll?: boolean,
]

function message([level, state, reasons, namesAll = false]: Said, more: Partial<ChannelMessage> = {}): ChannelMessage {
  messages += 1
  return {
    channel: 'syslog',
    sourceId: world.sourceId,
    key: `message-${messages}`,
    receivedAt: world.clock.now(),
    origin: { peer: '192.0.2.7', certificate: '', host: 'ksc-cloud', tag: 'KES', sender: '', recipient: '' },
    company: { key: amber, name: '', rule: 'by host' },
    fields: [],
    raw: 'as it came',
    whole: Buffer.from('as it came'),
    version: 1,
    clues: [],
    rawBytes: 10,
    reading: {
      kind: 'status',
      product: 'endpoint-security-cloud',
      computer: { key: name.toLowerCase(), name },
      level,
      state,
      reasons: reasons.map((statusKey) => ({ statusKey, text: '' })),
      namesAll,
      text: '',
      happenedAt: null,
    },
    ...more,
  }
}

async function settled(): Promise<void> {
  world.clock.advance(6_000)
  await world.work()
}

/** All in one batch. */
async function say(...all: Said[]): Promise<void> {
  await takeMessages(
    world.deps,
    all.map((said) => message(said)),
  )
  await settled()
}

const report = ({ process = world.deps.machine.process, isHeldUp = false } = {}) => {
  const counts = { taken: 0, unread: 0, pushedBack: 0, dropped: 0, refused: 0, waiting: 0 }
  const state = {
    channel: 'syslog',
    state: 'listening',
    address: '127.0.0.1:6514',
    message: '',
    counts,
    isHeldUp,
  } as const
  const machine = { ...world.deps.machine, process }
  return reportChannels({ ...world.deps, machine }, [{ ...state, sourceId: world.sourceId, since: world.clock.now() }])
}

/** The time passes, and the listener stands all the while. */
async function listen(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left -= 4) {
    await report()
    world.clock.advance(Math.min(left, 4) * 60_000)
  }
  await report()
  await world.work()
}

const words: Readonly<Record<string, string>> = {
  'databases-outdated': 'Databases',
  'not-connected': 'Not connected',
  'protection-disabled': 'Protection',
  'license-expired': 'License',
}

const isMine = (title: string) => new RegExp(`${name}(?!\\d)`).test(title)

/** What is open about the computer of this test, at the desk, by key. */
function open(): string[] {
  const titles = world
    .atDesk()
    .filter(({ state, title }) => state === 'open' && isMine(title))
    .map(({ title }) => title)
  return Object.keys(words).filter((key) => titles.some((title) => title.includes(words[key] ?? '?')))
}

const everOpened = () => world.atDesk().filter(({ title }) => isMine(title)).length

describe('a status that was not repeated', () => {
  test('ends after the hold time, and what was repeated does not', async () => {
    await listen(10)
    await say(['critical', 'raised', ['databases-outdated', 'not-connected']])
    await listen(100)
    await say(['critical', 'raised', ['databases-outdated']])
    await listen(100)
    expect(open()).toEqual(['databases-outdated'])
    const ended = world.atDesk().find(({ title }) => isMine(title) && title.includes('Not connected'))
    expect(ended?.resolution).toContain('not reported again within the hold time')
    await listen(100)
    expect(open()).toEqual([])
  })

  test('holds while nobody could have heard it: after a long downtime its time begins anew', async () => {
    await listen(10)
    await say(['critical', 'raised', ['databases-outdated']])
    await listen(60)
    // Neither the listener nor anything else of Tocsin runs.
    world.clock.advance(30 * 3_600_000)
    await world.work()
    expect(open()).toEqual(['databases-outdated'])
    await listen(170)
    expect(open()).toEqual(['databases-outdated'])
    await listen(20)
    expect(open()).toEqual([])
  })

  test('holds while only the listener is down, and short interruptions do not count', async () => {
    await listen(10)
    await say(['critical', 'raised', ['databases-outdated']])
    for (let hour = 0; hour < 8; hour += 1) {
      world.clock.advance(3_600_000)
      await world.work()
    }
    expect(open()).toEqual(['databases-outdated'])
    await listen(90)
    world.clock.advance(4.5 * 60_000)
    await listen(90)
    expect(open()).toEqual([])
  })

  test('holds while a listener takes less than is sent to it, in this process or in another', async () => {
    await listen(10)
    await say(['critical', 'raised', ['databases-outdated']])
    for (let minutes = 0; minutes < 300; minutes += 4) {
      await report({ isHeldUp: true })
      world.clock.advance(4 * 60_000)
    }
    await world.work()
    expect(open()).toEqual(['databases-outdated'])
    for (let minutes = 0; minutes < 300; minutes += 4) {
      await report({ process: '6f8e0b0a-0000-4000-8000-000000000002', isHeldUp: true })
      await report()
      world.clock.advance(4 * 60_000)
    }
    await world.work()
    expect(open()).toEqual(['databases-outdated'])
    // From now on all is heard again, and its time begins anew.
    await listen(170)
    expect(open()).toEqual(['databases-outdated'])
    await listen(20)
    expect(open()).toEqual([])
  })

  test('holds for its time when the clock was put back', async () => {
    await listen(10)
    world.clock.advance(-10 * 3_600_000)
    await say(['critical', 'raised', ['databases-outdated']])
    expect(open()).toEqual(['databases-outdated'])
    await listen(170)
    expect(open()).toEqual(['databases-outdated'])
    await listen(20)
    expect(open()).toEqual([])
  })

  test('holds where nobody listens at all', async () => {
    await listen(10)
    await say(['critical', 'raised', ['databases-outdated']])
    const { version, syslog } = await ok('GET', channels)
    const { states: _, ...off } = { ...syslog, enabled: false }
    await ok('PUT', channels, { version, syslog: off })
    await listen(300)
    expect(open()).toEqual(['databases-outdated'])
    const changed = await ok('GET', channels)
    await ok('PUT', channels, { version: changed.version, syslog: { ...off, enabled: true } })
  })

  test('holds while something of its company waits to be settled, which may repeat it', async () => {
    await listen(10)
    await say(['critical', 'raised', ['databases-outdated']])
    await database.pool.query(
      `insert into inbox (source_id, lane, company, channel, form, items, body, received_at, failure, retry_at)
       values ($1, 'computers', $2, 'syslog', 'statuses', 1, '{}', $3, 'as a fault of ours might leave it', '2099-01-01')`,
      [world.sourceId, amber, world.clock.now()],
    )
    await listen(300)
    expect(open()).toEqual(['databases-outdated'])
    await database.pool.query('delete from inbox')
    await listen(1)
    expect(open()).toEqual([])
  })

  test('holds while a higher level hides it, and for the whole time once it is seen again', async () => {
    await listen(10)
    await say(['warning', 'raised', ['databases-outdated']])
    await say(['critical', 'raised', ['not-connected']])
    for (let hour = 0; hour < 4; hour += 1) {
      await listen(60)
      await say(['critical', 'raised', ['not-connected']])
    }
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    // Now nobody repeats anything: first the one ends that could have been.
    await listen(182)
    expect(open()).toEqual(['databases-outdated'])
    await listen(182)
    expect(open()).toEqual([])
  })
})

describe('a reason that a higher level hides', () => {
  const ways: [string, Said][] = [
    ['the level falls as the other one ends', ['warning', 'ended', ['not-connected']]],
    ['the other one ends', ['critical', 'ended', ['not-connected']]],
    ['a third one begins at Warning', ['warning', 'raised', ['license-expired']]],
  ]
  test.each(ways)('stays open when %s', async (_, then) => {
    await say(['warning', 'raised', ['databases-outdated'], true])
    await say(['critical', 'raised', ['not-connected'], true])
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    await say(then)
    expect(open()).toContain('databases-outdated')
    await say(['warning', 'ended', ['databases-outdated']])
    expect(open()).not.toContain('databases-outdated')
  })

  test('ends when a message says so, although the level is still higher', async () => {
    await say(['warning', 'raised', ['databases-outdated']])
    await say(['critical', 'raised', ['not-connected']])
    await say(['critical', 'ended', ['databases-outdated']])
    expect(open()).toEqual(['not-connected'])
  })

  test('ends when all at Warning is named, and it is not among it', async () => {
    await say(['warning', 'raised', ['databases-outdated'], true])
    await say(['critical', 'raised', ['not-connected'], true])
    await say(['warning', 'raised', ['license-expired'], true])
    expect(open()).toEqual(['license-expired'])
  })

  test('keeps its ticket and its level, by whichever channel the higher one is told', async () => {
    await say(['warning', 'raised', ['databases-outdated'], true])
    // A mail never names all, the syslog of this source does.
    await takeMessages(world.deps, [message(['critical', 'raised', ['not-connected']], { channel: 'mail' })])
    await settled()
    await say(['critical', 'raised', ['not-connected'], true])
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    const { items } = await ok('GET', '/api/v1/conditions?limit=500')
    const level = items.find(
      (one: { computerName: string; statusKey: string }) =>
        one.computerName === name && one.statusKey === 'databases-outdated',
    )?.level
    expect(level).toBe('warning')
  })

  test('is opened first when it comes in one batch with what hides it', async () => {
    await say(['warning', 'raised', ['databases-outdated'], true], ['critical', 'raised', ['not-connected'], true])
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    await say(['critical', 'ended', ['not-connected']], ['critical', 'raised', ['license-expired'], true])
    expect(open()).toEqual(['databases-outdated', 'license-expired'])
    expect(everOpened()).toBe(3)
  })

  test('and what a list named at Critical is ended by no message about others at Critical', async () => {
    const computer = { key: 'listed', name, level: 'critical' }
    const statuses = [{ key: 'databases-outdated' }, { key: 'not-connected' }]
    const company = { key: amber }
    await world.post('changes', { company, changes: [{ sequence: 9e15, computer: { ...computer, statuses } }] })
    await settled()
    await say(['critical', 'raised', ['not-connected'], true])
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
  })

  test('ends by a change over the web that is otherwise the same, which names all', async () => {
    const company = { key: amber }
    const told = (n: number, level: string, ...keys: string[]) => {
      const statuses = keys.map((key) => ({ key }))
      // Above that of the list with which this world begins.
      const sequence = 8e15 + n
      return world.post('changes', {
        company,
        changes: [{ sequence, computer: { key: 'mine', name, level, statuses } }],
      })
    }
    await told(100, 'warning', 'databases-outdated')
    await settled()
    await say(['critical', 'raised', ['not-connected'], true])
    expect(open()).toEqual(['databases-outdated', 'not-connected'])
    await told(101, 'critical', 'not-connected')
    await settled()
    expect(open()).toEqual(['not-connected'])
  })
})
