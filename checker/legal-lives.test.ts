import { expect, test } from 'vitest'
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

/** Difficult lives that break nothing. A checker that cries at one of them would be switched off. */

const lives: Readonly<Record<string, (draft: Draft) => void>> = {
  'opens and closes'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30)
    draft.ticket(31, 1, 'closed')
  },
  'flaps too fast for anybody to see'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    for (const at of [20, 22, 24]) {
      draft.end(at)
      draft.begin(at + 0.4)
    }
    draft.end(60)
    draft.ticket(61, 1, 'closed')
  },
  'flaps, with a ticket each time'(draft) {
    for (const [n, at] of [10, 30, 50].entries()) {
      draft.begin(at)
      draft.opened(at + 1, n, { reference: 'tocsin-same' })
      draft.end(at + 10)
      draft.ticket(at + 11, n, 'closed')
    }
  },
  'ends before its delay'(draft) {
    draft.with.integration = { rules: allRules.map((rule) => ({ ...rule, delayMinutes: 30 })) }
    draft.begin(10)
    draft.end(35)
  },
  'gets worse and better'(draft) {
    draft.begin(10, { level: 'warning' })
    draft.opened(11, 1, { level: 'warning' })
    draft.level(30, { from: 'warning' })
    draft.ticket(31, 1, 'updated', 'api', { priority: { old: 1, new: 4 } })
    draft.ticket(31, 1, 'note')
    draft.level(50, { level: 'warning', from: 'critical' })
    draft.ticket(51, 1, 'note')
    draft.end(60)
    draft.ticket(61, 1, 'closed')
  },
  'is hidden by a Critical level, and ends while nobody can see it'(draft) {
    draft.begin(10, { bit: bits.restart, level: 'warning' })
    draft.opened(11, 1, { bit: bits.restart, level: 'warning' })
    draft.begin(30, { bit: bits.viruses })
    draft.opened(31, 2, { bit: bits.viruses })
    draft.end(50, { bit: bits.restart })
    draft.end(200, { bit: bits.viruses })
    draft.ticket(201, 2, 'closed')
    draft.ticket(201, 1, 'closed')
  },
  'is closed by a person while it holds, and begins again'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.ticket(20, 1, 'closed', 'person')
    draft.level(40, { level: 'warning', from: 'critical' })
    draft.level(41, { from: 'warning' })
    draft.end(60)
    draft.begin(70)
    draft.opened(71, 2)
  },
  'is closed by a person just before it begins again'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(20)
    draft.ticket(20.2, 1, 'closed', 'person')
    draft.begin(21.5)
    draft.opened(25, 2)
  },
  'is closed by a person while our close is under way'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(20)
    draft.ticket(20.5, 1, 'closed', 'person')
    draft.ticket(20.6, 1, 'updated', 'api', { resolution: { old: null, new: 'over' } })
  },
  'is opened again by a person after our close'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(20)
    draft.ticket(21, 1, 'closed')
    draft.ticket(30, 1, 'reopened', 'person')
  },
  'is opened again by a person, begins again and ends'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(20)
    draft.ticket(21, 1, 'closed')
    draft.ticket(30, 1, 'reopened', 'person')
    draft.begin(60)
    draft.ticket(61, 1, 'note')
    draft.end(80)
    draft.ticket(81, 1, 'closed')
  },
  'is opened again by a person beside its successor'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(20)
    draft.ticket(21, 1, 'closed')
    draft.begin(30)
    draft.opened(31, 2, { reference: 'tocsin-1' })
    draft.ticket(40, 1, 'reopened', 'person')
  },
  'is closed and opened again by a person while it holds'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.ticket(20, 1, 'closed', 'person')
    draft.ticket(21, 1, 'reopened', 'person')
    draft.end(30)
    draft.ticket(31, 1, 'closed')
  },
  'is opened again by a rule of the desk, and closed once more'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(20)
    draft.ticket(21, 1, 'closed')
    draft.ticket(21.1, 1, 'reopened', 'workflow')
    draft.ticket(21.5, 1, 'closed')
  },
  'is taken by a person, and closed by us'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    const status = draft.with.vendor === 'tigerpaw' ? 'Status' : 'status'
    draft.ticket(15, 1, 'updated', 'person', { priority: { old: 1, new: 2 }, [status]: { old: 1, new: 8 } })
    draft.end(20)
    draft.ticket(21, 1, 'closed', 'api', { [status]: { old: 8, new: 5 } })
  },
  'is deleted by a person'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.ticket(20, 1, 'deleted', 'person')
  },
  'begins again while our close is under way, and gets a successor'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30)
    draft.begin(30.8)
    draft.ticket(31.5, 1, 'closed')
    draft.opened(32.5, 2)
  },
  'ends while the desk is down, and begins again before it is back'(draft) {
    draft.with.troubles = [deskDown(20, 100)]
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30)
    draft.begin(50)
  },
  'ends while the source is dead, and is closed when it is back'(draft) {
    draft.with.troubles = [dead(20, 100)]
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30)
    draft.ticket(102, 1, 'closed')
  },
  'is late because all our processes were killed'(draft) {
    draft.with.troubles = [{ of: 'us', from: minutes(10), to: minutes(40), words: 'killed' }]
    draft.begin(10)
    draft.opened(43, 1)
    draft.end(60)
    draft.ticket(61, 1, 'closed')
  },
  'waits with the delay of a clock that was ahead'(draft) {
    draft.with.integration = { rules: allRules.map((rule) => ({ ...rule, delayMinutes: 30 })) }
    draft.with.troubles = [{ of: 'clock', byMs: 3_600_000, from: minutes(5), to: minutes(15), words: 'ahead' }]
    draft.begin(10)
    draft.opened(101, 1)
  },
  'is on a computer that is removed'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30, { cause: 'host-removed' })
    draft.fact(30, 'PC-1', { kind: 'host-removed' })
    draft.ticket(31, 1, 'closed')
  },
  'is on a computer that moves to another client'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.fact(30, 'PC-1', { kind: 'status-end', bit: bits.protection, level: 'critical', cause: 'host-moved' })
    draft.fact(30, 'PC-1', { kind: 'host-moved', fromVserverUid: acme, fromGroupId: 1, groupId: 2 }, delta)
    draft.fact(30, 'PC-1', { kind: 'status-begin', bit: bits.protection, level: 'critical' }, delta)
    draft.opened(31, 2, { vserver: delta })
    draft.ticket(31.5, 1, 'closed')
  },
  'is at a client that is mapped anew: the ticket stays, the next goes to the new account'(draft) {
    const first = { tenant: acme, account: '175', from: minutes(-60), to: minutes(20) }
    draft.with.integration = { mappings: [first, { ...first, account: '900', from: minutes(20), to: null }] }
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(40)
    draft.ticket(41, 1, 'closed')
    draft.begin(60)
    draft.opened(61, 2, { account: 900 })
  },
  'waits with its delay while its client is mapped anew'(draft) {
    const first = { tenant: acme, account: '175', from: minutes(-60), to: minutes(20) }
    draft.with.integration = {
      rules: allRules.map((rule) => ({ ...rule, delayMinutes: 30 })),
      mappings: [first, { ...first, account: '900', from: minutes(20), to: null }],
    }
    draft.begin(10)
    draft.opened(41, 1, { account: 900 })
  },
  'is at a client that is mapped no more: no ticket, and the old one is closed'(draft) {
    draft.with.integration = { mappings: [{ tenant: acme, account: '175', from: minutes(-60), to: minutes(20) }] }
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30)
    draft.ticket(31, 1, 'closed')
    draft.begin(40)
  },
  'is at a virtual server that is removed'(draft) {
    draft.begin(10)
    draft.opened(11, 1)
    draft.end(30, { cause: 'host-removed' })
    draft.fact(30, '', { kind: 'vserver-removed' })
  },
  'is wrong when a new virtual server is first read'(draft) {
    draft.fact(10, '', { kind: 'vserver-added' })
    draft.begin(10.5)
  },
  'held before anybody looked, and is asked for'(draft) {
    draft.begin(-20)
    draft.with.requests = [{ at: minutes(50), integration: 'KSC to Desk', tenant: null }]
    draft.opened(51, 1)
  },
  'begins with its rule off, in a silence, or is given up'(draft) {
    draft.with.integration = {
      rules: allRules.map((rule) => ({ ...rule, from: minutes(60) })),
      silences: [{ from: minutes(100), to: minutes(200), tenant: null, computer: null }],
    }
    draft.begin(10)
    draft.begin(110, { computer: 'PC-2' })
    draft.begin(300, { computer: 'PC-3' })
    draft.with.givenUp = [{ at: minutes(301), desk: 'Desk', computer: 'PC-3', what: 'Protection is disabled' }]
  },
  'happens, again and again, as notes'(draft) {
    for (const at of [10, 40, 70]) draft.event(at)
    draft.eventTicket(11, 1)
    draft.ticket(41, 1, 'note')
    draft.ticket(100, 1, 'closed', 'person')
    draft.event(120)
    draft.eventTicket(121, 2)
  },
  'happens, with a ticket each time'(draft) {
    draft.with.integration = { repeats: 'ticket' }
    for (const [n, at] of [10, 40, 70].entries()) {
      draft.event(at)
      draft.eventTicket(at + 1, n + 1)
    }
  },
  'happens on the server itself'(draft) {
    draft.event(10, { computer: '' })
    draft.eventTicket(11, 1, { computer: 'Kaspersky Security Center' })
  },
  'is found again by a database of yesterday'(draft) {
    draft.with.restores = [{ at: minutes(100), copiedAt: minutes(5) }]
    draft.begin(10)
    draft.opened(11, 1)
    draft.begin(99, { computer: 'PC-2' })
    draft.end(99.5)
    draft.opened(104, 2, { computer: 'PC-2' })
    draft.ticket(104, 1, 'closed')
  },
  'is at two desks for two integrations'(draft) {
    const [first] = draft.evidence().integrations
    if (first === undefined) throw new Error('there is no integration')
    const [mapping] = allMappings
    if (mapping === undefined) throw new Error('there is no mapping')
    const other = { tenant: delta, account: '7', from: minutes(-60), to: null }
    draft.desks['Other desk'] = []
    draft.with.integrations = [
      { ...first, mappings: [mapping] },
      { ...first, id: 'KSC to other desk', desk: 'Other desk', mappings: [other] },
    ]
    draft.begin(10)
    draft.opened(11, 1)
    draft.begin(20, { computer: 'PC-9', vserver: delta })
    draft.opened(21, 1_001, { computer: 'PC-9', account: 7, desk: 'Other desk' })
  },
}

for (const vendor of ['autotask', 'connectwise', 'tigerpaw'] as const) {
  test.each(Object.entries(lives))(`at ${vendor}: %s`, (_, live) => {
    const draft = createDraft()
    draft.with.vendor = vendor
    live(draft)
    const { violations, accepted } = draft.check()
    expect(violations).toEqual([])
    expect(accepted).toEqual([])
  })
}

test('a title that was cut names what begins with the same words', () => {
  const draft = createDraft()
  draft.with.vendor = 'connectwise'
  const computer = 'A-COMPUTER-WITH-A-NAME-THAT-IS-MUCH-LONGER-THAN-ANY-NETBIOS-NAME-CAN-BE-01'
  draft.begin(10, { computer })
  draft.opened(11, 1, { computer, title: `Critical: Protection is disabled on ${computer.slice(0, 60)}…` })
  expect(draft.check()).toMatchObject({ violations: [], counts: { ticketsOpened: 1, ticketsOpen: 1 } })
})
