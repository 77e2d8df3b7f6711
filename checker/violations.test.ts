import { describe, expect, test } from 'vitest'
import {
  acme,
  allMappings,
  allRules,
  bits,
  createDraft,
  type Draft,
  dead,
  delta,
  deskDown,
  minutes,
} from './check-fixture.ts'
import { reportToText } from './check-history.ts'
import type { TicketRow } from './evidence.ts'
import { EvidenceError } from './evidence-error.ts'
import { isoOf } from './violation.ts'

/** What is found, as `invariant kind`, in the order of time. */
function found(draft: Draft, until?: number): string[] {
  return draft.check(until).violations.map(({ invariant, kind }) => `${invariant} ${kind}`)
}

/** One condition that holds, with its ticket. */
function held(): Draft {
  const draft = createDraft()
  draft.begin(10)
  draft.opened(11, 1)
  return draft
}

describe('I1', () => {
  test('two open tickets with one reference', () => {
    const draft = held()
    draft.opened(20, 2, {
      reference: 'tocsin-1',
      title: 'Critical: Databases are outdated on PC-1',
      bit: bits.databases,
    })
    expect(found(draft)).toContain('I1 same-reference')
  })

  test('a changed reference does not hide a double', () => {
    const draft = held()
    draft.opened(20, 2)
    expect(found(draft)).toEqual(['I1 same-meaning'])
    expect(draft.check().violations[0]).toMatchObject({ at: minutes(20), ticketId: 2 })
  })

  test('a double at another account of the desk, although the computer never moved', () => {
    const draft = held()
    const moved = { tenant: acme, account: '900', from: minutes(15), to: null }
    draft.with.integration = { mappings: [{ ...(allMappings[0] ?? moved), to: minutes(15) }, moved] }
    draft.end(30)
    draft.begin(32)
    draft.opened(33, 2, { account: 900 })
    expect(found(draft)).toContain('I1 same-meaning')
  })

  test('a double that a close ended at once was one', () => {
    const draft = held()
    draft.opened(20, 2)
    draft.ticket(20.1, 2, 'closed', 'person')
    expect(found(draft)).toEqual(['I1 same-meaning'])
  })

  test('an event that repeats while its ticket is open', () => {
    const draft = createDraft()
    draft.event(10)
    draft.eventTicket(11, 1)
    draft.event(30)
    draft.eventTicket(31, 2)
    expect(found(draft)).toEqual(['I1 same-meaning'])
  })
})

describe('I2', () => {
  test('a condition without a ticket', () => {
    const draft = createDraft()
    draft.begin(10)
    expect(found(draft)).toEqual(['I2 missing'])
    expect(found(draft, 12)).toEqual([])
  })

  test('a ticket that comes late, unless nobody told when rules changed', () => {
    const draft = createDraft()
    draft.begin(10)
    draft.opened(60, 1)
    draft.event(10)
    draft.eventTicket(60, 2)
    expect(found(draft)).toEqual(['I2 missing', 'I2 missing'])
    const { grace } = draft.evidence()
    draft.with.grace = { ...grace, forgivesLateTickets: true }
    expect(found(draft)).toEqual([])
    draft.begin(100, { computer: 'PC-2' })
    draft.event(100, { computer: 'PC-2' })
    expect(found(draft)).toEqual(['I2 missing', 'I2 missing'])
  })

  test('the ticket of another computer, reason or client is none', () => {
    for (const about of [{ computer: 'PC-2' }, { bit: bits.databases }, { account: 900 }]) {
      const draft = createDraft()
      draft.begin(10)
      draft.opened(11, 1, about)
      expect(found(draft)).toContain('I2 missing')
    }
  })

  test('a delay puts it off, and no longer', () => {
    const draft = createDraft()
    draft.with.integration = { rules: allRules.map((rule) => ({ ...rule, delayMinutes: 60 })) }
    draft.begin(10)
    expect(found(draft, 72)).toEqual([])
    expect(found(draft, 73)).toEqual(['I2 missing'])
  })

  test('what gets worse, and only then has a rule', () => {
    const draft = createDraft()
    draft.with.integration = { rules: allRules.filter(({ section }) => section !== 'warning') }
    draft.begin(10, { level: 'warning' })
    expect(found(draft)).toEqual([])
    draft.level(100, { from: 'warning' })
    expect(found(draft)).toEqual(['I2 missing'])
  })

  test('what a person asked for', () => {
    const draft = createDraft()
    draft.begin(-30)
    expect(found(draft)).toEqual([])
    draft.with.requests = [{ at: minutes(50), integration: 'KSC to Desk', tenant: acme }]
    expect(found(draft)).toEqual(['I2 missing'])
  })

  test('an event without a ticket, and one of two where each has its own', () => {
    const draft = createDraft()
    draft.event(10)
    expect(found(draft)).toEqual(['I2 missing'])
    draft.with.integration = { repeats: 'ticket' }
    draft.eventTicket(11, 1)
    draft.event(20)
    expect(found(draft)).toEqual(['I2 missing'])
    draft.eventTicket(21, 2)
    expect(found(draft)).toEqual([])
  })

  test('trouble excuses lateness for as long as it lasts and is felt', () => {
    for (const trouble of [dead(0, 100), deskDown(0, 100), dead(0, 100, 'some')]) {
      const draft = createDraft()
      draft.with.troubles = [trouble]
      draft.begin(10)
      expect(found(draft, 104)).toEqual([])
      expect(found(draft, 105)).toEqual(['I2 missing'])
    }
  })

  test('a ticket that stays open', () => {
    const draft = held()
    draft.end(30)
    expect(found(draft, 34)).toEqual([])
    expect(found(draft, 35)).toEqual(['I2 lingering'])
  })

  test('a ticket that was closed too late', () => {
    const draft = held()
    draft.end(30)
    draft.ticket(50, 1, 'closed')
    expect(found(draft)).toEqual(['I2 lingering'])
  })

  test('a ticket for what was not, or for what was over', () => {
    const draft = createDraft()
    draft.opened(10, 1)
    expect(found(draft)).toEqual(['I2 unfounded'])
    const over = held()
    over.end(30)
    over.ticket(31, 1, 'closed')
    over.opened(60, 2)
    over.ticket(61, 2, 'closed')
    expect(found(over)).toEqual(['I2 unfounded'])
  })

  test('a ticket of ours that says nothing, but not one about ourselves', () => {
    const draft = createDraft()
    draft.opened(10, 1, { title: 'Hello' })
    draft.opened(20, 2, { title: 'Drill: all is well' })
    expect(found(draft)).toEqual(['I2 unreadable'])
  })
})

describe('I2: our database', () => {
  const row: TicketRow = {
    ...{ id: 7, desk: 'Desk', account: '175', computer: 'PC-1', what: 'Protection is disabled', reference: 'tocsin-1' },
    ...{ conditionId: 1, eventId: null, want: 'open', phase: 'open', deskTicketId: '1', stuck: false, failure: null },
    ...{ done: false, outcome: null },
  }
  const withRows = (draft: Draft, ...tickets: TicketRow[]): Draft => {
    draft.with.database = { tickets, conditions: [], decisions: [] }
    return draft
  }

  test('agrees', () => {
    expect(found(withRows(held(), row))).toEqual([])
  })

  test('does not know a ticket at the desk, or takes it for over', () => {
    expect(found(withRows(held()))).toEqual(['I2 database-differs'])
    expect(found(withRows(held(), { ...row, phase: 'closed', done: true }))).toEqual(['I2 database-differs'])
  })

  test('takes for open what a person closed long ago, or what never was', () => {
    const closed = held()
    closed.ticket(20, 1, 'closed', 'person')
    expect(found(withRows(closed, row))).toEqual(['I2 database-differs'])
    expect(found(withRows(held(), row, { ...row, id: 8, deskTicketId: '99' }))).toEqual(['I2 database-differs'])
  })

  test('stuck excuses only with words, and only when the desk did refuse something', () => {
    const stuck = { ...row, phase: 'absent', deskTicketId: null, stuck: true, failure: 'billingCodeID is required' }
    const refused = createDraft()
    refused.begin(10)
    refused.calls.push({ at: minutes(11), inFlight: 1, status: 500 })
    expect(found(withRows(refused, stuck))).toEqual([])
    expect(found(withRows(refused, { ...stuck, failure: null }))).toEqual(['I2 missing', 'I2 database-differs'])
    const never = createDraft()
    never.begin(10)
    never.calls.push({ at: minutes(11), inFlight: 1, status: 200 })
    expect(found(withRows(never, stuck))).toEqual(['I2 missing'])
  })
})

describe('I3', () => {
  test('closed while it holds, soon or late', () => {
    for (const at of [11.1, 12, 90]) {
      const draft = held()
      draft.ticket(at, 1, 'closed')
      expect(found(draft)).toEqual(['I3 closed-while-holding'])
    }
  })

  test('closed while a Critical level hides it', () => {
    const draft = createDraft()
    draft.begin(10, { bit: bits.restart, level: 'warning' })
    draft.opened(11, 1, { bit: bits.restart, level: 'warning' })
    draft.begin(30, { bit: bits.viruses })
    draft.opened(31, 2, { bit: bits.viruses })
    draft.ticket(50, 1, 'closed')
    expect(found(draft)).toEqual(['I3 closed-while-holding'])
  })

  test('closed for another reason that ended', () => {
    const draft = held()
    draft.begin(10, { bit: bits.viruses })
    draft.opened(11, 2, { bit: bits.viruses })
    draft.end(30, { bit: bits.viruses })
    draft.ticket(31, 2, 'closed')
    draft.ticket(31, 1, 'closed')
    expect(found(draft)).toEqual(['I3 closed-while-holding'])
  })

  test('closed long after it began again', () => {
    const draft = held()
    draft.end(30)
    draft.begin(31)
    draft.ticket(40, 1, 'closed')
    expect(found(draft)).toEqual(['I3 closed-while-holding'])
  })

  test('an event ticket closed by us', () => {
    const draft = createDraft()
    draft.event(10)
    draft.eventTicket(11, 1)
    draft.ticket(20, 1, 'closed')
    expect(found(draft)).toEqual(['I3 closed-event'])
  })

  test('a reason that eased out of sight is a known gap: counted, and no violation', () => {
    const draft = createDraft()
    draft.begin(10)
    draft.begin(10, { bit: bits.viruses })
    draft.opened(11, 1)
    draft.opened(11, 2, { bit: bits.viruses })
    draft.level(30, { level: 'warning', from: 'critical' })
    draft.ticket(31, 1, 'closed')
    const { violations, accepted } = draft.check()
    expect(violations).toEqual([])
    expect(accepted).toMatchObject([{ kind: 'closed-while-holding', gap: 'eased-under-critical', ticketId: 1 }])
    draft.with.namesAllReasons = true
    const seen = createDraft()
    seen.with.namesAllReasons = true
    seen.begin(10)
    seen.begin(10, { bit: bits.viruses })
    seen.opened(11, 1)
    seen.opened(11, 2, { bit: bits.viruses })
    seen.level(30, { level: 'warning', from: 'critical' })
    seen.ticket(31, 1, 'closed')
    expect(found(seen)).toEqual(['I3 closed-while-holding'])
  })
})

describe('I4', () => {
  test('a field that a person chose, or a rule of the desk', () => {
    for (const by of ['person', 'workflow'] as const) {
      const draft = held()
      draft.ticket(20, 1, 'updated', by, { priority: { old: 1, new: 3 } })
      draft.ticket(40, 1, 'updated', 'api', { priority: { old: 3, new: 1 }, queueID: { old: 8, new: 5 } })
      expect(found(draft)).toEqual(['I4 overwritten'])
    }
  })

  test('a field that a person chose, overwritten by our close', () => {
    const draft = held()
    draft.ticket(20, 1, 'updated', 'person', { title: { old: 'a', new: 'b' }, status: { old: 1, new: 8 } })
    draft.end(30)
    draft.ticket(31, 1, 'closed', 'api', { status: { old: 8, new: 5 }, title: { old: 'b', new: 'a' } })
    expect(found(draft)).toEqual(['I4 overwritten'])
  })

  test('opened again by us after a person closed it', () => {
    const draft = held()
    draft.ticket(20, 1, 'closed', 'person')
    draft.ticket(30, 1, 'reopened', 'api')
    expect(found(draft)).toEqual(['I4 reopened', 'I4 touched-after-person'])
  })

  test('our words over those with which a person closed it', () => {
    const draft = held()
    draft.ticket(20, 1, 'closed', 'person', { resolution: { old: null, new: 'mended' } })
    draft.end(30)
    draft.ticket(31, 1, 'updated', 'api', { resolution: { old: 'mended', new: 'Closed by Tocsin' } })
    expect(found(draft)).toEqual(['I4 touched-after-person'])
  })

  test('what a person opened again, closed before it began again', () => {
    const draft = held()
    draft.end(30)
    draft.ticket(31, 1, 'closed')
    draft.ticket(40, 1, 'reopened', 'person')
    draft.ticket(60, 1, 'closed')
    expect(found(draft)).toEqual(['I4 closed-reopened'])
    draft.with.restores = [{ at: minutes(50), copiedAt: minutes(25) }]
    expect(found(draft)).toEqual([])
    expect(draft.check().accepted).toMatchObject([{ gap: 'forgotten-by-restore' }])
  })
})

describe('I5', () => {
  test('at the account of another client', () => {
    const draft = createDraft()
    draft.begin(10)
    draft.opened(11, 1, { account: 176 })
    expect(found(draft)).toContain('I5 wrong-account')
  })

  test('at the account of before, although it was mapped anew long ago', () => {
    const draft = createDraft()
    const first = { tenant: acme, account: '175', from: minutes(-60), to: minutes(5) }
    draft.with.integration = { mappings: [first, { ...first, account: '900', from: minutes(5), to: null }] }
    draft.begin(10)
    draft.opened(11, 1, { account: 175 })
    expect(found(draft)).toEqual(['I5 wrong-account'])
    const right = createDraft()
    right.with = draft.with
    right.begin(10)
    right.opened(11, 1, { account: 900 })
    expect(found(right)).toEqual([])
  })

  test('a ticket of a client that is not mapped', () => {
    const draft = createDraft()
    draft.begin(10, { vserver: 'FAIRWAY' })
    draft.opened(11, 1)
    expect(found(draft)).toEqual(['I5 wrong-account'])
  })

  test('an event of another client', () => {
    const draft = createDraft()
    draft.event(10, { vserver: delta })
    draft.eventTicket(11, 1, { account: 175 })
    expect(found(draft)).toContain('I5 wrong-account')
  })

  test('moved by us', () => {
    const draft = held()
    draft.ticket(30, 1, 'updated', 'api', { companyID: { old: 175, new: 176 } })
    expect(found(draft)).toEqual(['I5 moved-account'])
  })
})

describe('I6', () => {
  test('one call too many at once, at an endpoint or at the desk', () => {
    const draft = createDraft()
    draft.calls.push({ at: minutes(10), inFlight: 3, status: 200 })
    expect(found(draft)).toEqual([])
    draft.calls.push({ at: minutes(11), inFlight: 4, status: 200 })
    expect(found(draft)).toEqual(['I6 too-many-at-once'])
    const whole = draft.evidence().desks.map((desk) => ({
      ...desk,
      grant: { ...desk.grant, threadsPer: 'desk' as const },
    }))
    draft.with.desks = whole
    expect(found(draft)).toEqual(['I6 too-many-at-once'])
    draft.with.desks = whole.map((desk) => ({ ...desk, grant: { ...desk.grant, threads: null } }))
    expect(found(draft)).toEqual([])
  })

  test('one request too many in an hour that begins at any moment', () => {
    const draft = createDraft()
    for (let n = 0; n < 10; n += 1) draft.calls.push({ at: minutes(59.5 + n * 5), inFlight: 1, status: 200 })
    draft.calls.push({ at: minutes(119.5), inFlight: 1, status: 200 })
    expect(found(draft)).toEqual([])
    draft.calls.push({ at: minutes(119.6), inFlight: 1, status: 200 })
    expect(found(draft)).toEqual(['I6 over-budget'])
    draft.with.troubles = [{ of: 'clock', byMs: 3_600_000, from: minutes(70), to: minutes(90), words: 'ahead' }]
    expect(found(draft)).toEqual([])
    expect(draft.check().accepted).toMatchObject([{ gap: 'clock-jumped' }])
  })

  test('a journal that was cut proves nothing', () => {
    const draft = createDraft()
    const [desk] = draft.evidence().desks
    if (desk === undefined) throw new Error('there is no desk')
    draft.with.desks = [{ ...desk, stats: { ...desk.stats, requests: 5 } }]
    expect(() => draft.check()).toThrow(EvidenceError)
  })
})

describe('I7', () => {
  test('closed while the source was dead, although it was over: right by luck', () => {
    const draft = held()
    draft.with.troubles = [dead(20, 100)]
    draft.end(30)
    draft.ticket(50, 1, 'closed')
    expect(found(draft)).toEqual(['I7 closed-unread'])
  })

  test('the same when only its virtual server could not be read, and not when another one could not', () => {
    for (const [tenant, wanted] of [
      [acme, ['I7 closed-unread']],
      [delta, []],
    ] as const) {
      const draft = held()
      draft.with.troubles = [{ ...dead(20, 100), of: 'source', source: 'KSC', tenant, can: 'nothing' }]
      draft.end(30)
      draft.ticket(31, 1, 'closed')
      expect(found(draft)).toEqual(wanted)
    }
  })

  test('closed because the computer moved, although nobody could read where it went', () => {
    for (const [readable, wanted] of [
      [false, ['I7 closed-unread']],
      [true, []],
    ] as const) {
      const draft = held()
      const at = (tenant: string) =>
        ({ ...dead(20, 100), of: 'source', source: 'KSC', tenant, can: 'nothing' }) as const
      draft.with.troubles = readable ? [at(acme)] : [at(acme), at(delta)]
      draft.fact(30, 'PC-1', { kind: 'status-end', bit: bits.protection, level: 'critical', cause: 'host-moved' })
      draft.fact(30, 'PC-1', { kind: 'host-moved', fromVserverUid: acme, fromGroupId: 1, groupId: 2 }, delta)
      draft.ticket(31, 1, 'closed')
      expect(found(draft)).toEqual(wanted)
    }
  })

  test('closed while it held, because a reading failed', () => {
    const draft = held()
    draft.with.troubles = [dead(20, 100, 'some')]
    draft.ticket(50, 1, 'closed')
    expect(found(draft)).toEqual(['I3 closed-while-holding', 'I7 closed-on-bad-reading'])
  })

  test('not when readings came through in between, or it was over before', () => {
    const shaky = held()
    shaky.with.troubles = [dead(20, 100, 'some')]
    shaky.end(30)
    shaky.ticket(50, 1, 'closed')
    expect(found(shaky)).toEqual([])
    const before = held()
    before.end(19)
    before.with.troubles = [dead(20, 100)]
    before.ticket(21, 1, 'closed')
    expect(found(before)).toEqual([])
  })
})

describe('I8', () => {
  const ended = (): Draft => {
    const draft = held()
    draft.end(30)
    return draft
  }
  const silence = { from: minutes(25), to: null, tenant: null, computer: null }

  test('kept open by a rule that is off, a silence, a mapping that ended, or an integration that is gone', () => {
    const mapping = { tenant: acme, account: '175', from: minutes(-60), to: minutes(25) }
    const off = allRules.map((rule) => ({ ...rule, to: minutes(25) }))
    for (const integration of [
      { rules: off },
      { rules: [...off, ...allRules.map((rule) => ({ ...rule, from: minutes(25), enabled: false }))] },
      { silences: [silence] },
      { silences: [{ ...silence, tenant: acme, computer: 'PC-1' }] },
      { mappings: [mapping] },
      { removedAt: minutes(25) },
    ]) {
      const draft = ended()
      draft.with.integration = integration
      expect(found(draft)).toEqual(['I8 kept-by-filter'])
    }
  })

  test('a silence for somebody else is no filter', () => {
    const draft = ended()
    draft.with.integration = {
      silences: [
        { ...silence, tenant: delta },
        { ...silence, computer: 'PC-2' },
      ],
    }
    expect(found(draft)).toEqual(['I2 lingering'])
  })
})

test('a violation reads as a story', () => {
  const draft = held()
  draft.with.troubles = [deskDown(5, 6)]
  draft.ticket(90, 1, 'closed', 'api', { status: { old: 1, new: 5 } })
  const text = reportToText(draft.check())
  expect(text).toMatch(/^1 violations; conditions 1, events 0, ticketsOpened 1/)
  expect(text).toContain(`I3 closed-while-holding at ${isoOf(minutes(90))}: we closed it although it had held since`)
  expect(text).toContain('desk Desk, ticket 1, computer PC-1, “Protection is disabled”')
  const order = ['refuses connections', 'begin (critical)', 'ticket 1 created by api', 'status: 1 -> 5']
  const places = order.map((words) => text.indexOf(words))
  expect(places.every((place) => place >= 0)).toBe(true)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})
