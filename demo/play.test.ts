import { expect, test } from 'vitest'
import type { Evidence } from '../checker/evidence.ts'
import { readDatabase } from '../checker/read-database.ts'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'
import { castOf, ticketsIn } from './cast.ts'
import type { DeskVerb } from './desks/desk-kind.ts'
import { disappointments } from './expectations.ts'
import { createNarrator, createPaint } from './narrator.ts'
import { play } from './play.ts'
import { createStage } from './stage.ts'
import { type Act, momentToDate, type Story, type TicketFilter } from './story-form.ts'
import { summarise } from './summary.ts'
import { countsOf, judge } from './verdict.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

const database = await testDatabase()
const another = await testDatabase()
const third = await testDatabase()
const databases = 'Databases are outdated'
const protection = 'Protection is disabled'

const start = '2026-03-02T06:00:00Z'
const hourly = { computersEverySeconds: 3_600, eventsEverySeconds: 3_600, changesEverySeconds: 3_600 }
const [acme, borealis, cascade, granite] = ['Acme Dental GmbH', 'Borealis Law SpA', 'Cascade Freight BV', 'Granite Ltd']

function set(host: string, changes: object, at = 'ksc'): Act {
  return { at, order: { act: 'setHost', host, changes } }
}

function technician(does: DeskVerb, tickets: TicketFilter, words?: string): Act {
  return { desk: { does, ...(words !== undefined && { words }) }, tickets }
}

function openWorld(story: Story, options: Partial<WorldOptions>): Promise<World> {
  return createWorld({ start: story.start, every: hourly, ...options }, (ground) => castOf(ground, story))
}

/** Five days at two clients, one of them mapped nowhere. */
const story: Story = {
  start,
  days: 5,
  sources: [{ kind: 'ksc', id: 'ksc', name: 'KSC', clients: [acme, borealis], devices: 20, seed: 1 }],
  integrations: [{ name: 'The only one', source: 'ksc', desk: 'autotask', companies: { [acme]: 'Acme' } }],
  scenes: [
    { day: 1, time: '06:10', say: 'off', acts: [set('ACME-PC-001', { rtpState: 1 })] },
    { day: 1, time: '06:20', say: 'off where nobody is mapped', acts: [set('BOREAL-PC-002', { rtpState: 1 })] },
    { day: 1, time: '08:10', say: 'stale', acts: [set('ACME-PC-002', { databasesAt: { hoursAgo: 0 } })] },
    { day: 1, time: '09:10', say: 'a person closes', acts: [technician('close', { computer: 'ACME-PC-001' }, 'Done')] },
    { day: 2, time: '09:10', say: 'on', acts: [set('ACME-PC-001', { rtpState: 4 })] },
    { day: 3, time: '09:10', say: 'the KSC is gone', acts: [{ at: 'ksc', faults: { dead: 'refuse' } }] },
    { day: 3, time: '10:10', say: 'off, unseen', acts: [set('ACME-PC-001', { rtpState: 1 })] },
    { day: 3, time: '13:10', say: 'the KSC is back', acts: [{ at: 'ksc', faults: {} }] },
    { day: 4, time: '12:10', say: 'fresh again', acts: [set('ACME-PC-002', { databasesAt: 'fresh' })] },
    { day: 5, time: '12:10', say: 'nobody is there', acts: [technician('close', { computer: 'ACME-PC-002' })] },
    { day: 5, time: '12:20', say: 'no locks there', acts: [technician('lock', { computer: 'ACME-PC-001' })] },
  ],
  expectations: [
    { say: 'two', tickets: { computer: 'ACME-PC-001', what: protection }, opened: 2, closedByPerson: 1, open: 1 },
    { say: 'by time alone', tickets: { what: databases }, opened: 1, closedByUs: 1, priority: 'Medium' },
    { say: 'none', tickets: { computer: 'BOREAL-PC-002' }, opened: 0 },
    {
      say: 'nothing',
      tickets: {},
      from: { day: 3, time: '09:10' },
      to: { day: 3, time: '13:10' },
      opened: 0,
      closedByUs: 0,
    },
    { say: 'cut off', answers: { of: 'ksc', status: 0, count: { atLeast: 1 } } },
  ],
  ticketsAtLeast: 3,
}

test('A short story is played to its end, and the checker and its expectations hold', {
  timeout: 180_000,
}, async () => {
  const log = recordingLog()
  const world = await openWorld(story, { databaseUrl: database.url, log })
  try {
    const told: string[] = []
    const watcher = { scene: ({ say }: { say: string }) => void told.push(say) }
    const failed = await play(world, story, { stepMinutes: 60, watcher })
    expect(failed).toEqual([
      'day 5, 12:10: no open ticket for “nobody is there”',
      'day 5, 12:20: autotask cannot lock a ticket for “no locks there”',
    ])
    expect(told).toEqual(story.scenes.map(({ say }) => say))
    expect(world.now()).toEqual(momentToDate(story, { day: 6, time: '06:00' }))

    const { desks } = world.parts
    const evidence = { ...world.evidence(), database: await readDatabase(world.app.deps.pool) }
    const verdict = judge(evidence, desks)
    expect(verdict.violations).toEqual([])
    expect(countsOf(verdict)).toEqual({
      ...{ ticketsOpened: 3, ticketsClosed: 1, ticketsOpen: 1 },
      ...{ duplicates: 0, wronglyClosed: 0, wrongClient: 0, missing: 0, lingering: 0, unfounded: 0 },
      ...{ overwritten: 0, overAsked: 0, unlikeDesk: 0 },
    })
    expect(disappointments(world, story, verdict)).toEqual([])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
    expect(summarise(world, verdict).slice(1)).toEqual([
      '  desk      client  opened  closed by Tocsin  by people  open',
      '  Autotask  Acme         3                 1          1     1',
      '  all                    3                 1          1     1',
    ])

    const wrong: Story = {
      ...story,
      expectations: [
        { say: 'many', tickets: { what: databases }, opened: { atLeast: 2 }, priority: 'Low', place: 'Security' },
        { say: 'cut off', answers: { of: 'autotask', status: 0, count: 1 } },
      ],
      ticketsAtLeast: 4,
    }
    expect(disappointments(world, wrong, verdict)).toEqual([
      'many: 1 opened, expected at least 2',
      'many: 1 without the priority Low',
      'many: 1 without the place Security',
      'cut off: 0 answers 0, expected 1',
      '3 tickets were opened, at least 4 were expected',
    ])

    // What is spoilt is told in the demo's words.
    const spoilt = (changed: Partial<Evidence>) =>
      Object.entries(countsOf(judge({ ...evidence, ...changed }, desks)))
        .filter(([name, count]) => count > 0 && !name.startsWith('tickets'))
        .map(([name]) => name)
    const [desk] = evidence.desks
    if (desk === undefined) throw new Error('There is no desk.')
    const [first] = desk.history
    const lost = desk.history.filter(({ ticketId }) => ticketId !== first?.ticketId)
    expect(spoilt({ desks: [{ ...desk, history: lost }] })).toEqual(['missing'])
    expect(spoilt({ desks: [{ ...desk, grant: { ...desk.grant, perHour: 1 } }] })).toEqual(['overAsked'])
    expect(spoilt({ database: { ...evidence.database, tickets: [] } })).toEqual(['unlikeDesk'])
    expect(spoilt({ integrations: evidence.integrations.map((one) => ({ ...one, mappings: [] })) })).toEqual([
      'wrongClient',
    ])
  } finally {
    await world.stop()
  }
})

/** Two servers and three desks; one client of the first server at each desk, and one of the second at the last. */
const sideBySide: Story = {
  start,
  days: 1,
  sources: [
    { kind: 'ksc', id: 'ksc', name: 'KSC', clients: [acme, borealis, cascade], devices: 30, seed: 1 },
    {
      ...{ kind: 'ksc', id: 'east', name: 'KSC East', clients: [granite], devices: 8, seed: 2 },
      ...{ codes: { main: 'EAST', clients: ['GRANIT'] }, hostName: 'KSC-EAST' },
    },
  ],
  integrations: [
    { name: 'One', source: 'ksc', desk: 'autotask', companies: { [acme]: acme } },
    { name: 'Two', source: 'ksc', desk: 'tigerpaw', companies: { [borealis]: borealis } },
    { name: 'Three', source: 'ksc', desk: 'connectwise', companies: { [cascade]: cascade } },
    { name: 'Four', source: 'east', desk: 'connectwise', companies: { [granite]: granite } },
  ],
  scenes: [],
  expectations: [],
  ticketsAtLeast: 0,
}

/** A ticket's way through the hands of technicians, the same at every desk. */
function handsOn(host: string, to: string, at?: string): Story['scenes'] {
  const ticket = { computer: host, what: protection }
  return [
    { day: 1, time: '06:10', say: `${host} off`, acts: [set(host, { rtpState: 1 }, at)] },
    { day: 1, time: '07:10', say: `${host} taken`, acts: [technician('take', ticket), technician('lower', ticket)] },
    {
      day: 1,
      time: '07:20',
      say: `${host} moved`,
      acts: [technician('move', ticket, to), technician('note', ticket, 'Called.')],
    },
    { day: 1, time: '08:10', say: `${host} closed`, acts: [technician('close', ticket, 'Done.')] },
    { day: 1, time: '09:10', say: `${host} opened again`, acts: [technician('reopen', ticket)] },
    { day: 1, time: '10:10', say: `${host} on`, acts: [set(host, { rtpState: 4 }, at)] },
    { day: 1, time: '12:10', say: `${host} off again`, acts: [set(host, { rtpState: 1 }, at)] },
    { day: 1, time: '13:10', say: `${host} deleted`, acts: [technician('delete', ticket)] },
    { day: 1, time: '15:10', say: `${host} on for good`, acts: [set(host, { rtpState: 4 }, at)] },
  ]
}

test('Technicians can do the same at every desk, and what they do stays', { timeout: 180_000 }, async () => {
  const hands = [
    ['autotask', 'ACME-PC-001', 'Level I Support', 'Low', 'ksc'],
    ['tigerpaw', 'BOREAL-PC-002', 'Dispatch', 'Low', 'ksc'],
    ['connectwise', 'CASCAD-NB-001', 'Service Desk', 'Priority 4 - Scheduled Maintenance', 'ksc'],
    ['connectwise', 'GRANIT-PC-001', 'Service Desk', 'Priority 4 - Scheduled Maintenance', 'east'],
  ] as const
  const locked = { computer: 'BOREAL-PC-001', what: protection }
  const whole: Story = {
    ...sideBySide,
    scenes: [
      ...hands.flatMap(([, host, to, , at]) => handsOn(host, to, at)),
      { day: 1, time: '06:10', say: 'off', acts: [set('BOREAL-PC-001', { rtpState: 1 })] },
      { day: 1, time: '07:40', say: 'open on a screen', acts: [technician('lock', locked)] },
      { day: 1, time: '08:10', say: 'on', acts: [set('BOREAL-PC-001', { rtpState: 4 })] },
      { day: 1, time: '13:10', say: 'left alone', acts: [technician('unlock', locked)] },
    ],
    expectations: [
      { say: 'locked', tickets: locked, to: { day: 1, time: '13:10' }, closedByUs: 0 },
      { say: 'unlocked', tickets: locked, closedByUs: 1 },
    ],
  }
  const log = recordingLog()
  const world = await openWorld(whole, { databaseUrl: third.url, log })
  try {
    const lines: string[] = []
    const narrator = createNarrator(world, (line) => void lines.push(line), createPaint(false))
    const watcher = { scene: narrator.scene, stepped: narrator.news }
    expect(await play(world, whole, { stepMinutes: 60, watcher })).toEqual([])
    const verdict = judge({ ...world.evidence(), database: await readDatabase(world.app.deps.pool) }, world.parts.desks)
    expect(verdict.violations).toEqual([])
    expect(disappointments(world, whole, verdict)).toEqual([])
    for (const [desk, computer, place, priority] of hands) {
      const mine = ticketsIn(world).filter((ticket) => ticket.computer === computer)
      expect(mine).toMatchObject([{ desk, place, priority }, { desk }])
      expect(mine.map(({ open }) => open.map(({ endedBy }) => endedBy))).toEqual([['person', 'api'], ['deleted']])
    }
    // The lock is told to the checker, or the order would count as forgotten.
    expect(world.evidence().troubles).toMatchObject([{ of: 'desk', desk: 'Tigerpaw', can: 'some' }])
    expect(judge({ ...world.evidence(), troubles: [] }, world.parts.desks).lingering).toBe(1)
    expect(lines.join('\n')).toContain(
      `+ opened  Tigerpaw     ${borealis} · Security & Monitoring · Critical: ${protection} on BOREAL-PC-00`,
    )
    expect(lines.join('\n')).toContain(
      'tickets: Autotask 0 open, 1 closed; Tigerpaw 0 open, 3 closed; ConnectWise 0 open, 2',
    )
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  } finally {
    await world.stop()
  }
})

test('Steps of any length, with a KSC that names the reasons of both levels', async () => {
  const stage = await createStage({
    tenants: [acme, borealis],
    devices: 10,
    namesAllReasons: true,
    databaseUrl: another.url,
  })
  try {
    const [name = ''] = stage.computers(acme)
    await stage.ksc.act({ act: 'setHost', host: name, changes: { rtpState: 1, incidents: 1 } })
    await stage.steps(3, 5)
    expect(
      stage
        .tickets()
        .map(({ title }) => title)
        .sort(),
    ).toEqual([
      `Critical: Protection is disabled on ${name}`,
      `Critical: Unprocessed incidents (security issues) detected on ${name}`,
    ])
    await stage.ksc.act({ act: 'setHost', host: name, changes: { rtpState: 4, incidents: 0 } })
    await stage.step(60)
    expect(stage.check()).toMatchObject({ ticketsOpened: 2, ticketsClosed: 2, ticketsOpen: 0, violations: [] })
  } finally {
    await stage.stop()
  }
})
