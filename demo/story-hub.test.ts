import { expect, test } from 'vitest'
import { testDatabase } from '../test/support/database.ts'
import { recordingLog } from '../test/support/recording-log.ts'
import { castOf } from './cast.ts'
import { disappointments } from './expectations.ts'
import { judgeWhole } from './judge-whole.ts'
import { play } from './play.ts'
import type { Moment, Story } from './story-form.ts'
import { hub, hubExpectations, hubIntegration, hubScenes } from './story-hub.ts'
import { createWorld } from './world.ts'

const database = await testDatabase()
const stepMinutes = 60
const seconds = stepMinutes * 60
const every = { computersEverySeconds: seconds, eventsEverySeconds: seconds, changesEverySeconds: seconds }

/** Days on which nothing happens are left out. */
const used = [...new Set(hubScenes.map(({ day }) => day))].sort((a, b) => a - b)
const closer = <One extends Moment>(one: One): One => ({ ...one, day: used.indexOf(one.day) + 1 })

/** The hub of the demo by itself, through web requests, syslog over TLS and mail. */
const story: Story = {
  start: '2026-03-02T06:00:00Z',
  days: used.length + 1,
  sources: [hub],
  integrations: [hubIntegration],
  scenes: hubScenes.map(closer),
  expectations: hubExpectations.map(({ from, to, ...rest }) => ({
    ...rest,
    ...(from !== undefined && { from: closer(from) }),
    ...(to !== undefined && { to: closer(to) }),
  })),
  ticketsAtLeast: 8,
}

test('The hub of the demo plays its part, and its checker finds nothing', { timeout: 180_000 }, async () => {
  const log = recordingLog()
  const world = await createWorld({ start: story.start, every, databaseUrl: database.url, log }, (ground) =>
    castOf(ground, story),
  )
  try {
    expect(await play(world, story, { stepMinutes })).toEqual([])
    const verdict = await judgeWhole(world)
    expect(verdict.violations).toEqual([])
    expect(disappointments(world, story, verdict)).toEqual([])
    expect(verdict.ticketsOpen).toBe(0)
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
    const { sources } = world.evidence()
    const told = sources.flatMap(({ history }) => history.flatMap((entry) => (entry.kind === 'told' ? [entry.by] : [])))
    expect(new Set(told)).toEqual(new Set(['http', 'syslog', 'mail']))
    expect(() => world.parts.sources[0]?.emulator.setFaults({ dead: 'refuse' })).toThrow('A hub is never asked')
  } finally {
    await world.stop()
  }
})
