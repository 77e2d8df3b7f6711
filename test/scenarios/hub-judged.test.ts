import { expect, test } from 'vitest'
import { castOf } from '../../demo/cast.ts'
import { judgeWhole } from '../../demo/judge-whole.ts'
import { play } from '../../demo/play.ts'
import type { Act, Scene, Story, StorySource } from '../../demo/story-form.ts'
import { createWorld } from '../../demo/world.ts'
import { seedWorld } from '../../emulators/kaspersky-hub/seed.ts'
import { createWorld as createClients } from '../../emulators/kaspersky-hub/world.ts'
import { createRandom, type Random } from '../../emulators/kit/random.ts'
import { testDatabase } from '../support/database.ts'
import { recordingLog } from '../support/recording-log.ts'

/** Random lives of a hub under faults of its own and of the desk, judged from outside by the history checker. */

const databases = [await testDatabase(), await testDatabase()]
const start = '2026-03-02T06:00:00Z'
const hourly = { computersEverySeconds: 3_600, eventsEverySeconds: 3_600, changesEverySeconds: 3_600 }
const clients = ['Isar Architects GmbH', 'Juniper Accounting Ltd', 'Kestrel Books SARL']
const hub: StorySource = { kind: 'kaspersky-hub', id: 'hub', name: 'Business Hub', clients, devices: 12, seed: 7 }
const days = 8
const statuses = ['protection-disabled', 'databases-outdated', 'application-not-installed', 'encryption-status']
const lasting = ['m365-mailboxes-not-protected', 'm365-license-issue']
const desk = 'autotask'

/** What may go wrong for some hours, and what ends it. */
const faults: readonly (readonly [at: string, fault: Record<string, unknown>])[] = [
  [hub.id, { silent: true }],
  [hub.id, { twice: true }],
  [desk, { errorRate: 0.4 }],
  [desk, { errorRate: { value: 1, kind: 'html-503' } }],
  [desk, { cutAfterCommit: { match: { method: 'POST', path: '/Tickets$' }, times: 2 } }],
  [desk, { rateLimited: { retryAfterSeconds: 600 } }],
]

function randomScenes(seed: number): Scene[] {
  const random = createRandom(seed)
  const world = createClients(() => new Date(start))
  seedWorld(world, { devices: hub.devices, tenants: hub.clients, seed: hub.seed })
  const companies = [...world.companies.values()]
  const places = companies.flatMap(({ key, computers }) =>
    Object.keys(computers).map((computer) => ({ company: key, computer })),
  )
  const scenes: Scene[] = []
  const at = (hour: number, say: string, ...acts: Act[]): void => {
    const minutes = random.pick([10, 20, 40, 50])
    const time = `${String(hour % 24).padStart(2, '0')}:${minutes}`
    scenes.push({ day: Math.floor(hour / 24) + 1, time, say, acts })
  }
  const order = (act: string, more: object): Act => ({ at: hub.id, order: { act, ...more } })
  for (let hour = 8; hour < (days - 2) * 24; hour += 1) {
    const { company } = random.pick(places)
    const what = random.int(0, 9)
    if (what < 6) {
      const level = random.pick(['ok', 'ok', 'warning', 'critical', 'critical'])
      at(hour, level, order('setStatus', { ...random.pick(places), status: random.pick(statuses), level }))
    } else if (what < 8)
      at(hour, 'lasting', order(random.pick(['raise', 'resolve']), { company, type: random.pick(lasting) }))
    else at(hour, 'event', order('event', { company, ...eventOf(random) }))
  }
  for (let hour = 20; hour < (days - 2) * 24; hour += 12) {
    const [side, fault] = random.pick([...faults])
    at(hour, 'a fault begins', { at: side, faults: fault })
    // What waited while nobody heard comes the newest first.
    if (fault.silent === true) at(hour + 4, 'it is heard of', { at: side, faults: { reversed: true } })
    at(hour + 7, 'the fault is over', { at: side, faults: {} })
  }
  const all = places.flatMap((place) => statuses.map((status) => order('setStatus', { ...place, status, level: 'ok' })))
  const over = companies.flatMap(({ key: company }) => lasting.map((type) => order('resolve', { company, type })))
  at((days - 2) * 24 + 6, 'all is well', ...all, ...over)
  return scenes
}

function eventOf(random: Random): object {
  const product = 'microsoft-365'
  return { product, type: random.pick(['m365-malware-detected', 'm365-phishing-detected']), severity: 'critical' }
}

test.each([11, 12])('life %i: nothing lost, doubled or wrongly closed', { timeout: 240_000 }, async (seed) => {
  const database = databases[seed - 11]
  if (database === undefined) throw new Error('There is no database for it.')
  const [isar = '', juniper = ''] = clients
  const story: Story = {
    ...{ start, days, sources: [hub], scenes: randomScenes(seed), expectations: [], ticketsAtLeast: 10 },
    integrations: [{ name: 'Cloud', source: hub.id, desk, companies: { [isar]: isar, [juniper]: juniper } }],
  }
  const log = recordingLog()
  const options = { start, every: hourly, databaseUrl: database.url, log }
  const world = await createWorld(options, (ground) => castOf(ground, story))
  try {
    await play(world, story, { stepMinutes: 60 })
    const verdict = await judgeWhole(world)
    expect(verdict.violations).toEqual([])
    expect(verdict.ticketsOpened).toBeGreaterThan(story.ticketsAtLeast)
    expect(verdict.ticketsClosed).toBeGreaterThan(story.ticketsAtLeast)
    // Only tickets of events without an end are left to people.
    const open = verdict.tickets.filter((ticket) => ticket.open.at(-1)?.endedBy === null)
    expect(new Set(open.map(({ what }) => what))).toEqual(new Set(['Malware detected in a mailbox']))
  } finally {
    await world.stop()
  }
})
