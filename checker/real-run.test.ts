import { expect, test } from 'vitest'
import type { Stage } from '../demo/stage.ts'
import {
  computersOf,
  databasesOld,
  journal,
  oneAtDesk,
  protectionOff,
  protectionOn,
  setHost,
  stages,
} from '../test/support/scenario.ts'
import { checkHistory } from './check-history.ts'
import type { Evidence, RuleSpan } from './evidence.ts'
import { readDatabase } from './read-database.ts'
import { kscKeys } from './source/ksc-words.ts'
import { violationToText } from './violation.ts'

/** The checker on what a whole Tocsin really did between an emulated KSC and an emulated Autotask. */

const openStage = await stages()

const minute = 60_000

async function evidenceOf(stage: Stage, since: Date): Promise<Evidence> {
  const { ksc, autotask, names } = stage
  const always = { from: since.getTime() - minute, to: null }
  const row = { ...always, enabled: true, fields: {}, delayMinutes: 0, lifetimeHours: 24 }
  const rules: RuleSpan[] = (['warning', 'critical'] as const).flatMap((section) =>
    kscKeys.map((key) => ({ ...row, section, key })),
  )
  const events = ksc.state('events') as { type: string; displayName: string }[]
  const vservers = ksc.state('vservers') as { uid: string; name: string }[]
  return {
    run: { from: since.getTime(), to: stage.now().getTime() },
    grace: { seeMs: 10 * minute, deliverMs: 5 * minute, noticeMs: 5 * minute, callMs: 0, recoverMs: 5 * minute },
    sources: [
      {
        vendor: 'ksc',
        id: 'Kaspersky Security Center',
        history: ksc.history(),
        eventNames: Object.fromEntries(events.map(({ type, displayName }) => [type, displayName])),
        namesAllReasons: false,
      },
    ],
    desks: [
      {
        id: 'Autotask',
        vendor: 'autotask',
        history: autotask.history(),
        journal: await journal(stage),
        stats: autotask.stats(),
        grant: { threads: 3, threadsPer: 'endpoint', uncounted: ['ZoneInformation'], perHour: 10_000 },
        aboutUs: [],
      },
    ],
    integrations: [
      {
        ...{ id: 'both', source: 'Kaspersky Security Center', desk: 'Autotask', repeats: 'note', rules },
        mappings: vservers.map(({ uid, name }) => ({ ...always, tenant: uid, account: String(names.companyId(name)) })),
        ...{ silences: [], removedAt: null },
      },
    ],
    ...{ requests: [], givenUp: [], troubles: [], restores: [] },
    database: await readDatabase(stage.app.deps.pool),
  }
}

test('a run in which a person closes a ticket, another gets worse, and one begins again is sound, until it is spoilt', async () => {
  const stage = await openStage({
    rules: [
      { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
      { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
    ],
  })
  const since = stage.now()
  const [first, second] = computersOf(stage, 'Alder')
  const [third] = computersOf(stage, 'Birch')
  await setHost(stage, first, protectionOff)
  await setHost(stage, second, databasesOld(stage, 4))
  await setHost(stage, third, protectionOff)
  await stage.steps(3, 5)
  await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, third).id })
  await setHost(stage, second, databasesOld(stage, 8))
  await setHost(stage, first, protectionOn)
  await stage.steps(5, 5)
  await setHost(stage, first, protectionOff)
  await stage.steps(8, 5)
  const evidence = await evidenceOf(stage, since)

  const report = checkHistory(evidence)
  expect(report.violations.map(violationToText)).toEqual([])
  expect(report.accepted).toEqual([])
  expect(report.counts).toMatchObject({ ticketsOpened: 4, ticketsClosed: 1, ticketsOpen: 2 })
  expect(evidence.database).toMatchObject({
    tickets: [{ desk: 'Autotask' }, {}, {}, {}],
    conditions: [{ source: 'Kaspersky Security Center' }, {}, {}, {}],
  })
  expect(evidence.database?.decisions.length).toBeGreaterThanOrEqual(5)
  // A run that was kept in a file is judged the same.
  expect(checkHistory(JSON.parse(JSON.stringify(evidence)) as Evidence).violations).toEqual([])

  const [desk] = evidence.desks
  if (desk === undefined || evidence.database === null) throw new Error('there is no desk, or no database')
  const open = evidence.database.tickets.find(({ done }) => !done)
  const kinds = (changed: Partial<Evidence>): string[] => [
    ...new Set(checkHistory({ ...evidence, ...changed }).violations.map(({ kind }) => kind)),
  ]
  const lost = desk.history.filter(({ ticketId }) => String(ticketId) !== open?.deskTicketId)
  expect(kinds({ desks: [{ ...desk, history: lost }] }).sort()).toEqual(['database-differs', 'missing'])
  const tickets = evidence.database.tickets.filter((row) => row !== open)
  expect(kinds({ database: { ...evidence.database, tickets } })).toEqual(['database-differs'])
}, 60_000)
