import { expect, test } from 'vitest'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'
import { disappointments } from './expectations.ts'
import { play } from './play.ts'
import { createStage } from './stage.ts'
import { momentToDate, type Story } from './story-form.ts'

const database = await testDatabase()
const another = await testDatabase()
const databases = 'Databases are outdated'
const protection = 'Protection is disabled'

function set(host: string, changes: object): Story['scenes'][number]['acts'][number] {
  return { ksc: { act: 'setHost', host, changes } }
}

/** Five days at two clients, one of them without a company at the desk. */
const story: Story = {
  start: '2026-03-02T06:00:00Z',
  days: 5,
  clients: ['Acme Dental GmbH', 'Borealis Law SpA'],
  unmapped: ['Borealis Law SpA'],
  devices: 20,
  seed: 1,
  scenes: [
    { day: 1, time: '06:10', say: 'off', acts: [set('ACME-PC-001', { rtpState: 1 })] },
    { day: 1, time: '06:20', say: 'off where nobody is mapped', acts: [set('BOREAL-PC-002', { rtpState: 1 })] },
    { day: 1, time: '08:10', say: 'stale', acts: [set('ACME-PC-002', { databasesAt: { hoursAgo: 0 } })] },
    { day: 1, time: '09:10', say: 'a person closes', acts: [close('ACME-PC-001')] },
    { day: 2, time: '09:10', say: 'on', acts: [set('ACME-PC-001', { rtpState: 4 })] },
    { day: 3, time: '09:10', say: 'the KSC is gone', acts: [{ kscFaults: { dead: 'refuse' } }] },
    { day: 3, time: '10:10', say: 'off, unseen', acts: [set('ACME-PC-001', { rtpState: 1 })] },
    { day: 3, time: '13:10', say: 'the KSC is back', acts: [{ kscFaults: {} }] },
    { day: 4, time: '12:10', say: 'fresh again', acts: [set('ACME-PC-002', { databasesAt: 'fresh' })] },
    { day: 5, time: '12:10', say: 'nobody is there', acts: [close('ACME-PC-002')] },
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

function close(computer: string): Story['scenes'][number]['acts'][number] {
  return { autotask: { act: 'closeTicket', resolution: 'done' }, tickets: { computer } }
}

test('A short story is played to its end, and the check and its expectations hold', { timeout: 120_000 }, async () => {
  const log = recordingLog()
  const stage = await createStage({
    tenants: story.clients,
    devices: story.devices,
    seed: story.seed,
    start: story.start,
    companyOf: (tenant) => (story.unmapped.includes(tenant) ? null : tenant),
    computersEverySeconds: 3600,
    eventsEverySeconds: 3600,
    changesEverySeconds: 3600,
    databaseUrl: database.url,
    log,
  })
  try {
    const told: string[] = []
    const watcher = { scene: ({ say }: { say: string }) => void told.push(say) }
    const failed = await play(stage, story, { stepMinutes: 60, watcher })
    expect(failed).toEqual(['day 5, 12:10: no open ticket for “nobody is there”'])
    expect(told).toEqual(story.scenes.map(({ say }) => say))
    expect(stage.now()).toEqual(momentToDate(story, { day: 6, time: '06:00' }))

    const result = stage.check()
    expect(result.violations).toEqual([])
    expect(result).toMatchObject({ ticketsOpened: 3, ticketsClosed: 1, ticketsOpen: 1, duplicates: 0 })
    expect(disappointments(stage, story, result)).toEqual([])
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])

    const wrong = { ...story, expectations: [{ say: 'many', tickets: { what: databases }, opened: { atLeast: 2 } }] }
    expect(disappointments(stage, wrong, result)).toEqual(['many: 1 opened, expected at least 2'])
  } finally {
    await stage.stop()
  }
})

test('Steps of any length, with a KSC that names the reasons of both levels', async () => {
  const stage = await createStage({
    tenants: ['Acme Dental GmbH', 'Borealis Law SpA'],
    devices: 10,
    namesAllReasons: true,
    databaseUrl: another.url,
  })
  try {
    const [name = ''] = stage.computers('Acme Dental GmbH')
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
