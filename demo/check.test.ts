import { describe, expect, test } from 'vitest'
import { readTitle } from '../checker/desks/ticket-life.ts'
import { acme, bits, clock, createHistories, delta, deltaCompany, type Histories } from './check-fixture.ts'
import { violationKinds } from './check-ground.ts'

const protection = 'Critical: Protection is disabled on PC-1'
const restart = 'Warning: Restart is required on PC-1'
const databases = 'Warning: Databases are outdated on PC-1'
const virus = 'Critical: Malicious object detected on PC-1'

/** The kinds of all violations, in order of the kinds. */
function kindsOf(histories: Histories, more: Parameters<Histories['check']>[0] = {}): string[] {
  const result = histories.check(more)
  const kinds = violationKinds.filter((kind) => result[kind] > 0)
  expect(result.violations.every(({ kind }) => kinds.includes(kind))).toBe(true)
  return kinds
}

/** One condition with its ticket, opened and closed in time. */
function healthy(): Histories {
  const histories = createHistories()
  histories.begin(5, 'PC-1', bits.protection)
  histories.opened(10, 1, protection)
  histories.end(65, 'PC-1', bits.protection)
  histories.ticket(70, 1, 'closed')
  return histories
}

test('A healthy run has no violation, and its counts are those of the desk', () => {
  const histories = healthy()
  histories.event(100, 'PC-1', 'GNRL_EV_VIRUS_FOUND')
  histories.opened(110, 2, virus)
  expect(kindsOf(histories)).toEqual([])
  expect(histories.check()).toMatchObject({ ticketsOpened: 2, ticketsClosed: 1, ticketsOpen: 1 })
})

describe('duplicates', () => {
  test('Two tickets open at once for the same are one duplicate', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.opened(20, 2, 'Warning: Protection is disabled on PC-1')
    expect(kindsOf(histories)).toEqual(['duplicates'])
    expect(histories.check().duplicates).toBe(1)
  })

  test('One after the other, at another company or for another reason is none', () => {
    const histories = healthy()
    histories.begin(105, 'PC-1', bits.protection)
    histories.opened(110, 2, protection)
    expect(histories.check().duplicates).toBe(0)
  })

  test('What the desk counted itself counts too', () => {
    expect(healthy().check({ deskDuplicates: 2 }).duplicates).toBe(2)
  })
})

describe('wronglyClosed', () => {
  test('A ticket closed by us while it holds', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.ticket(70, 1, 'closed')
    expect(kindsOf(histories)).toEqual(['wronglyClosed'])
  })

  test('A ticket closed while a Critical level hides its reason', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.restart, 'warning')
    histories.opened(10, 1, restart)
    histories.begin(35, 'PC-1', bits.protection)
    histories.opened(40, 2, protection)
    histories.ticket(50, 1, 'closed')
    expect(kindsOf(histories)).toEqual(['wronglyClosed'])
  })

  test('An event ticket closed by us', () => {
    const histories = createHistories()
    histories.event(5, 'PC-1', 'GNRL_EV_VIRUS_FOUND')
    histories.opened(10, 1, virus)
    histories.ticket(20, 1, 'closed')
    expect(kindsOf(histories)).toEqual(['wronglyClosed'])
  })

  test('A person may close what holds', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.ticket(70, 1, 'closed', 'person')
    expect(kindsOf(histories)).toEqual([])
  })
})

describe('wrongClient', () => {
  test('A ticket at a company that is not that of the computer', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection, deltaCompany)
    expect(kindsOf(histories)).toEqual(['wrongClient', 'missing'])
  })

  test('A ticket for a computer of a client that is not mapped', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection, 'critical', 'FAIRWAY')
    histories.opened(10, 1, protection)
    expect(kindsOf(histories)).toEqual(['wrongClient'])
  })

  test('An event ticket at another company than that of the event', () => {
    const histories = createHistories()
    histories.event(5, 'PC-1', 'GNRL_EV_VIRUS_FOUND', delta)
    histories.opened(10, 1, virus)
    expect(kindsOf(histories)).toEqual(['wrongClient', 'missing'])
  })

  test('A computer that moved has its tickets at both', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.fact(65, 'PC-1', { kind: 'status-end', bit: bits.protection, level: 'critical', cause: 'host-moved' })
    histories.fact(65, 'PC-1', { kind: 'host-moved', fromVserverUid: acme, fromGroupId: 1, groupId: 2 }, delta)
    histories.fact(65, 'PC-1', { kind: 'status-begin', bit: bits.protection, level: 'critical' }, delta)
    histories.ticket(70, 1, 'closed')
    histories.opened(70, 2, protection, deltaCompany)
    expect(kindsOf(histories)).toEqual([])
  })
})

describe('missing', () => {
  function untold(): Histories {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    return histories
  }

  test('What held longer than two steps and never got a ticket', () => {
    expect(kindsOf(untold(), { until: 26 })).toEqual(['missing'])
    expect(kindsOf(untold(), { until: 25 })).toEqual([])
  })

  test('The delay of the rule counts', () => {
    expect(kindsOf(untold(), { until: 85, delayOf: () => 60 })).toEqual([])
    expect(kindsOf(untold(), { until: 86, delayOf: () => 60 })).toEqual(['missing'])
  })

  test('Not with the rule off, at a client that is not mapped, or from before', () => {
    expect(kindsOf(untold(), { delayOf: () => null })).toEqual([])
    expect(kindsOf(untold(), { clients: new Map() })).toEqual([])
    expect(kindsOf(untold(), { since: clock(6) })).toEqual([])
  })

  test('Not while source or desk were in trouble', () => {
    for (const where of ['ksc', 'autotask', acme]) {
      const troubles = [{ where, from: clock(0), to: clock(100) }]
      expect(kindsOf(untold(), { troubles, until: 129 })).toEqual([])
      expect(kindsOf(untold(), { troubles, until: 131 })).toEqual(['missing'])
    }
    expect(kindsOf(untold(), { troubles: [{ where: delta, from: clock(0), to: null }] })).toEqual(['missing'])
  })

  test('Not while the API does not show it', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.fact(20, 'PC-1', { kind: 'status-begin', bit: bits.restart, level: 'warning' })
    expect(kindsOf(histories)).toEqual([])
    histories.fact(500, 'PC-1', { kind: 'status-end', bit: bits.protection, level: 'critical', cause: 'changed' })
    histories.status(500, 'PC-1', 2, 1 << bits.restart)
    histories.ticket(510, 1, 'closed')
    expect(kindsOf(histories)).toEqual(['missing'])
  })

  test('What begins again needs a ticket again, unless nobody can have seen the break', () => {
    const seen = healthy()
    seen.begin(105, 'PC-1', bits.protection)
    expect(kindsOf(seen)).toEqual(['missing'])
    const unseen = createHistories()
    unseen.begin(5, 'PC-1', bits.protection)
    unseen.opened(10, 1, protection)
    unseen.ticket(40, 1, 'closed', 'person')
    unseen.end(101, 'PC-1', bits.protection)
    unseen.begin(109, 'PC-1', bits.protection)
    expect(kindsOf(unseen)).toEqual([])
  })

  test('A ticket that a person deleted was one', () => {
    const histories = untold()
    histories.opened(10, 1, protection)
    histories.ticket(20, 1, 'deleted', 'person')
    expect(kindsOf(histories)).toEqual([])
  })

  test('An event without a ticket', () => {
    const histories = createHistories()
    histories.event(5, 'PC-1', 'GNRL_EV_VIRUS_FOUND')
    expect(kindsOf(histories)).toEqual(['missing'])
    expect(kindsOf(histories, { wantsEvent: () => false })).toEqual([])
    expect(kindsOf(histories, { until: 20 })).toEqual([])
  })

  test('A repeat while the ticket is open needs none of its own', () => {
    const histories = createHistories()
    histories.event(5, 'PC-1', 'GNRL_EV_VIRUS_FOUND')
    histories.opened(10, 1, virus)
    histories.event(45, 'PC-1', 'GNRL_EV_VIRUS_FOUND')
    expect(kindsOf(histories)).toEqual([])
  })
})

describe('lingering', () => {
  function over(): Histories {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.end(65, 'PC-1', bits.protection)
    return histories
  }

  test('A ticket that stays open after its condition, or closes late', () => {
    expect(kindsOf(over(), { until: 95 })).toEqual([])
    expect(kindsOf(over(), { until: 96 })).toEqual(['lingering'])
    const late = over()
    late.ticket(100, 1, 'closed')
    expect(kindsOf(late)).toEqual(['lingering'])
  })

  test('Not while source or desk were in trouble', () => {
    for (const where of ['ksc', 'autotask', acme]) {
      expect(kindsOf(over(), { troubles: [{ where, from: clock(60), to: clock(560) }] })).toEqual([])
    }
  })

  test('Not while a Critical level may hide it, where reasons are hidden', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.databases, 'warning')
    histories.opened(10, 1, databases)
    histories.begin(35, 'PC-1', bits.protection)
    histories.opened(40, 2, protection)
    histories.fact(50, 'PC-1', { kind: 'status-end', bit: bits.databases, level: 'warning', cause: 'changed' })
    expect(kindsOf(histories)).toEqual([])
    expect(kindsOf(histories, { namesAllReasons: true })).toEqual(['lingering'])
  })

  test('Not when a person opened it again', () => {
    const histories = over()
    histories.ticket(70, 1, 'closed')
    histories.ticket(80, 1, 'reopened', 'person')
    expect(kindsOf(histories)).toEqual([])
  })

  test('Not for a virtual server that was removed', () => {
    const histories = over()
    histories.fact(66, '', { kind: 'vserver-removed' })
    expect(kindsOf(histories)).toEqual([])
  })
})

describe('unfounded', () => {
  test('A ticket for what did not hold', () => {
    const histories = healthy()
    histories.opened(100, 2, databases)
    expect(kindsOf(histories)).toEqual(['unfounded'])
  })

  test('A ticket for what was over long ago', () => {
    const histories = healthy()
    histories.opened(200, 2, protection)
    histories.ticket(210, 2, 'closed')
    expect(kindsOf(histories)).toEqual(['unfounded'])
  })

  test('A ticket for an event that was not', () => {
    const histories = createHistories()
    histories.opened(100, 2, virus)
    expect(kindsOf(histories)).toEqual(['unfounded'])
  })
})

describe('overwritten', () => {
  test('A field that a person chose and we changed', () => {
    const histories = healthy()
    histories.ticket(20, 1, 'updated', 'person', { priority: { old: 1, new: 3 } })
    expect(kindsOf(histories)).toEqual([])
    histories.ticket(30, 1, 'updated', 'api', { priority: { old: 3, new: 4 } })
    expect(kindsOf(histories)).toEqual(['overwritten'])
  })

  test('Closing a ticket that a person took is no such thing', () => {
    const histories = createHistories()
    histories.begin(5, 'PC-1', bits.protection)
    histories.opened(10, 1, protection)
    histories.ticket(20, 1, 'updated', 'person', { status: { old: 1, new: 8 } })
    histories.end(65, 'PC-1', bits.protection)
    histories.ticket(70, 1, 'closed', 'api', { status: { old: 8, new: 5 } })
    expect(kindsOf(histories)).toEqual([])
  })
})

test('A title is taken apart at its last “on”', () => {
  expect(readTitle('Warning: Something on and on on PC-1')).toEqual({
    level: 'Warning',
    what: 'Something on and on',
    computer: 'PC-1',
  })
  expect(readTitle('PC-1 is ill')).toEqual({ level: '', what: '', computer: '' })
})
