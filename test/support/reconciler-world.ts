import { type Decision, decideCondition, type Ground, type OpenTicket } from '../../src/core/decide.ts'
import type { Failure } from '../../src/core/failure.ts'
import { nextStep, type Step, type StepReason } from '../../src/core/next-step.ts'
import type { TroubleLevel } from '../../src/core/observation.ts'
import { noticePerson, remember, type StepResult } from '../../src/core/remember.ts'
import type { Rule } from '../../src/core/rule.ts'
import {
  type Desired,
  type DeskFacts,
  type FieldValues,
  type Known,
  nothingKnown,
  type Outcome,
  type TicketSeen,
} from '../../src/core/ticket.ts'

/**
 * A desk, its people, a judge and workers that fail, in memory and on a clock of their own, for one identity. Calls,
 * leases and lost results follow the contract of `usecases/tend-ticket.ts` and `db/ticket-queue.ts`; every act is checked
 * against the invariants, and a broken one is thrown as an error that tells the story so far.
 */

/** In ms. A call is begun in the first half of a lease; `settle` follows from the others as in `worker/desks.ts`. */
export const times = { lease: 60_000, call: 20_000, lag: 30_000, settle: 80_000, repeats: 600_000 }

const facts: DeskFacts = {
  settleMs: times.settle,
  repeatNoteEveryMs: times.repeats,
  escalates: ['queue', 'priority'],
}

/**
 * What goes wrong with one call. `lost`: no answer; `crash`: the worker dies and its lease stays; before, after or long
 * after the desk carried it out. `undone`: the desk takes a close and shows the ticket open again.
 */
export const faults = [
  'lost-before',
  'lost-after',
  'lost-late',
  'crash-before',
  'crash-after',
  'crash-late',
  'refused',
  'denied',
  'busy',
  'limited',
  'limited-past',
  'undone',
] as const
export type Fault = (typeof faults)[number] | 'none'

/** What the source says: it begins, it ends, its level turns to the other one. */
export type Judgement = { do: 'begin'; level: TroubleLevel } | { do: 'end' } | { do: 'turn' }
/** What people do at the desk, to one of the tickets there. */
export type PersonAct =
  | { do: 'close' | 'reopen' | 'delete'; pick: number }
  | { do: 'edit'; pick: number; field: 'queue' | 'priority'; value: string }
/** What people do in the console. */
export type Order = { do: 'give-up' } | { do: 'help' }
export type Deed = Judgement | PersonAct | Order
export type TendAct = {
  do: 'tend'
  fault: Fault
  /** Until the request leaves, until it is carried out when it is late, and until its answer, in ms. */
  queuedMs: number
  lateMs: number
  callMs: number
  lagMs: number
  during: Deed | null
  duringFirst: boolean
}
export type Act = Deed | TendAct | { do: 'wait'; ms: number }

const calmTend: TendAct = {
  do: 'tend',
  fault: 'none',
  queuedMs: 0,
  lateMs: 0,
  callMs: 10,
  lagMs: 0,
  during: null,
  duringFirst: true,
}

type DeskTicket = {
  id: string
  record: number
  open: boolean
  deleted: boolean
  /** A person opened it again, or told us to leave it: it counts for nothing any more. */
  theirs: boolean
  visibleAt: number
  changedAt: number
  fields: Record<string, string>
  /** All values that we wrote, the latest last: what differs from that was changed by a person. */
  ours: Record<string, string[]>
  notes: string[]
  levelTold: TroubleLevel
}

type TicketRecord = {
  id: number
  condition: number
  desired: Desired
  known: Known
  version: number
  dueAt: number | null
  lease: { at: number; until: number } | null
  done: Outcome | null
  /** A create after one that never arrived was cut short by a crash: what it said is written nowhere. */
  mumbled: boolean
  noteLost: boolean
  /** Creates of unknown outcome, by the start they count from, and look-ups, by the moment they left. */
  unknownCreates: number[]
  looks: number[]
}

const rule = (level: TroubleLevel, delayMinutes: number): Rule => ({
  enabled: true,
  fields: { queue: `queue-${level}`, priority: `priority-${level}` },
  delayMinutes,
  lifetimeHours: 24,
})

export type World = {
  act(act: Act): void
  /** Faults have stopped: works until nothing is left to do and compares what is with what should be. */
  rest(): void
  /** Reasons of all steps so far. */
  readonly reasons: ReadonlySet<StepReason>
}

export function createWorld(options: { delayMinutes: number }): World {
  let now = Date.UTC(2026, 10, 22)
  const tickets: DeskTicket[] = []
  const records: TicketRecord[] = []
  const story: string[] = []
  const reasons = new Set<StepReason>()
  let later: { at: number; run: () => void }[] = []
  let condition = 0
  let holding: TroubleLevel | null = null
  /** Since the condition began, a person closed or deleted its ticket or gave it up. */
  let personEnded = false
  /** The same, and we knew the ticket and had nothing open with the desk: then it is not to be made again. */
  let handsOff = false
  let callsAtOnce = 0
  let tending = false

  const ground: Ground = {
    mapped: true,
    paused: false,
    rules: {
      warning: new Map([['x', rule('warning', options.delayMinutes)]]),
      critical: new Map([['x', rule('critical', 0)]]),
      severity: new Map(),
      'event-type': new Map(),
    },
  }

  function tell(text: string): void {
    story.push(`${((now - Date.UTC(2026, 10, 22)) / 1_000).toFixed(1)} s: ${text}`)
  }
  function broken(what: string): never {
    throw new Error(`${what}\n${story.join('\n')}`)
  }
  const undone = (): TicketRecord | undefined => records.find(({ done }) => done === null)
  const openAtDesk = (): DeskTicket[] => tickets.filter(({ open, deleted, theirs }) => open && !deleted && !theirs)

  function checkDesk(): void {
    if (openAtDesk().length > 1) broken('I1: two open tickets')
  }
  function moveTo(time: number): void {
    for (;;) {
      const [next] = later.filter(({ at }) => at <= time).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      later = later.filter((one) => one !== next)
      now = Math.max(now, next.at)
      next.run()
    }
    if (time > now) callsAtOnce = 0
    now = Math.max(now, time)
  }

  // The judge, as usecases/write-decisions.ts and db/judgement.ts.
  function openTicket(record: TicketRecord | undefined): OpenTicket | null {
    return record === undefined ? null : { want: record.desired.want, level: record.desired.level, known: record.known }
  }
  function apply(decision: Decision): void {
    const record = undone()
    tell(`decided ${decision.outcome} because ${decision.reason}`)
    if (decision.outcome === 'open') {
      const delay = (decision.delayMinutes ?? 0) * 60_000
      addRecord(decision.level ?? 'warning', decision.fields ?? {}, delay === 0 ? null : new Date(now + delay))
      return
    }
    if (record === undefined) return
    const change = (desired: Partial<Desired>): void => {
      record.desired = { ...record.desired, ...desired }
      record.version += 1
      record.dueAt = now
      if (desired.want !== undefined) record.known = { ...record.known, stuck: false, retryAt: null }
    }
    const fields = { ...record.desired.fields, ...decision.fields }
    const level = decision.level ?? record.desired.level
    if (decision.outcome === 'close') change({ want: 'closed' })
    if (decision.outcome === 'raise') change({ level, fields })
    if (decision.outcome === 'lower') change({ level })
    if (decision.outcome === 'reclaim') {
      change({ want: 'open', level, fields, repeats: record.desired.repeats + 1 })
      record.known = { ...record.known, released: false }
      record.condition = condition
      for (const ticket of tickets) if (ticket.id === record.known.ticketId) ticket.theirs = false
    }
  }
  function addRecord(level: TroubleLevel, fields: FieldValues, notBefore: Date | null): void {
    if (undone() !== undefined) broken('two records that are not done')
    records.push({
      id: records.length + 1,
      condition,
      desired: { want: 'open', notBefore, level, fields, repeats: 0 },
      known: nothingKnown,
      version: 1,
      dueAt: notBefore?.getTime() ?? now,
      lease: null,
      done: null,
      mumbled: false,
      noteLost: false,
      unknownCreates: [],
      looks: [],
    })
  }
  function judge(deed: Judgement): void {
    const history = { heldBefore: false, hadTicket: records.some((record) => record.condition === condition) }
    const ticket = openTicket(undone())
    if (deed.do === 'begin' && holding === null) {
      condition += 1
      holding = deed.level
      personEnded = false
      handsOff = false
      const change = { kind: 'began', statusKey: 'x', level: deed.level, text: '' } as const
      apply(decideCondition(change, ticket, ground, { heldBefore: false, hadTicket: false }))
    } else if (deed.do === 'turn' && holding !== null) {
      const from = holding
      holding = from === 'warning' ? 'critical' : 'warning'
      const change = { kind: 'changed', statusKey: 'x', from, level: holding, text: '' } as const
      apply(decideCondition(change, ticket, ground, history))
    } else if (deed.do === 'end' && holding !== null) {
      holding = null
      apply(decideCondition({ kind: 'ended', statusKey: 'x', reason: 'no-longer-applies' }, ticket, ground, history))
    }
  }

  // People.
  function personEnds(ticketId: string | null): void {
    const record = undone()
    if (holding === null || record === undefined) return
    personEnded = true
    const ours = record.lease === null || tending
    handsOff = ticketId === record.known.ticketId && record.known.unsureSince === null && ours
  }
  function person(deed: PersonAct): void {
    const reachable = tickets.filter(({ deleted, open }) => !deleted && open === (deed.do !== 'reopen'))
    const ticket = reachable[deed.pick % Math.max(reachable.length, 1)]
    if (ticket === undefined) return
    // Who puts an older value of ours back cannot be told from an update of ours that was lost.
    if (deed.do === 'edit' && ticket.ours[deed.field]?.includes(deed.value)) return
    tell(`a person does ${deed.do} to ${ticket.id}${deed.do === 'edit' ? ` ${deed.field} = ${deed.value}` : ''}`)
    ticket.changedAt = now
    if (deed.do === 'edit') {
      ticket.fields[deed.field] = deed.value
    } else if (deed.do === 'reopen') {
      ticket.open = true
      ticket.theirs = true
    } else {
      if (deed.do === 'delete') ticket.deleted = true
      ticket.open = false
      if (ticket.record === undone()?.id) personEnds(ticket.id)
    }
  }
  function giveUp(): void {
    const record = undone()
    if (record === undefined) return
    tell('a person gives up')
    personEnded = true
    record.desired = { ...record.desired, want: 'nothing' }
    record.version += 1
    record.dueAt = now
  }
  function help(): void {
    const record = undone()
    if (record === undefined || !record.known.stuck) return
    tell('a person helps')
    record.known = { ...record.known, stuck: false, retryAt: null, failures: 0 }
    record.dueAt = now
  }

  /** What a ticket is about holds as long as its own condition has not ended. */
  function holdsStill(record: TicketRecord): boolean {
    return holding !== null && record.condition === condition
  }

  /** As usecases/read-changes.ts: what people did is read back, but not while a worker holds the ticket. */
  function readChanges(): void {
    for (const record of records) {
      const ticket = tickets.find(({ id }) => id === record.known.ticketId)
      if (ticket === undefined || record.lease !== null) continue
      const known = noticePerson(record.known, ticket.deleted ? null : seen(ticket), holdsStill(record))
      if (known === null) continue
      const other = undone()
      if (known.phase === 'open' && other !== undefined && other !== record) continue
      record.known = known
      record.done = known.phase === 'open' ? null : known.phase === 'gone' ? 'deleted-by-person' : 'closed-by-person'
      record.dueAt = null
      tell(`noticed that ${ticket.id} is ${known.phase}`)
    }
  }

  // The desk.
  function isOurs(ticket: DeskTicket, key: string): boolean {
    return ticket.fields[key] === ticket.ours[key]?.at(-1)
  }
  function seen(ticket: DeskTicket): TicketSeen {
    return {
      ticketId: ticket.id,
      number: ticket.id,
      reference: 'reference',
      accountId: 'account',
      state: ticket.open ? 'open' : 'closed',
      changedAt: new Date(ticket.changedAt),
      fields: { ...ticket.fields },
    }
  }
  function carryOut(record: TicketRecord, desired: Desired, known: Known, step: Step, act: TendAct): StepResult {
    const ticket = tickets.find(({ id }) => id === known.ticketId)
    if (step.do !== 'create' && step.do !== 'find' && (ticket === undefined || ticket.deleted)) {
      return failed({ kind: 'gone', reason: 'deleted' })
    }
    switch (step.do) {
      case 'create': {
        const id = `T${tickets.length + 1}`
        tickets.push({
          id,
          record: record.id,
          open: true,
          deleted: false,
          theirs: false,
          visibleAt: now + act.lagMs,
          changedAt: now,
          fields: { ...desired.fields },
          ours: Object.fromEntries(Object.entries(desired.fields).map(([key, value]) => [key, [value]])),
          notes: [],
          levelTold: desired.level,
        })
        tell(`${id} comes into being`)
        checkDesk()
        return { did: 'create', ticketId: id, fields: desired.fields }
      }
      case 'find': {
        const accounted = new Set(records.filter((one) => one !== record).map((one) => one.known.ticketId))
        const found = tickets.filter(({ id, deleted, visibleAt }) => !deleted && visibleAt <= now && !accounted.has(id))
        record.looks.push(now)
        return { did: 'find', found: found.map(seen).reverse() }
      }
      case 'update': {
        if (ticket === undefined) break
        const before = seen(ticket)
        const written = Object.fromEntries(
          Object.entries(step.fields).filter(([key]) => before.fields[key] === known.written?.[key]),
        )
        if (before.state === 'open') {
          for (const [key, value] of Object.entries(written)) {
            if (!isOurs(ticket, key) && !record.mumbled) broken(`I4: ${key} of ${ticket.id} was changed by a person`)
            ticket.fields[key] = value
            ticket.ours[key]?.push(value)
          }
        }
        return { did: 'update', written, seen: before }
      }
      case 'note': {
        if (ticket === undefined) break
        const marker = `${record.id}.${known.notes + 1}.${desired.level}.${desired.repeats}`
        if (step.checkFirst && ticket.notes.includes(marker)) return { did: 'note' }
        if (ticket.notes.includes(marker)) broken(`the note ${marker} stands twice in ${ticket.id}`)
        ticket.notes.push(marker)
        ticket.levelTold = desired.level
        return { did: 'note' }
      }
      case 'close': {
        if (ticket === undefined) break
        const wasOpen = ticket.open
        if (wasOpen && ticket.theirs && known.released) broken('a ticket that a person reopened is closed')
        if (wasOpen && act.fault !== 'undone') {
          ticket.open = false
          ticket.changedAt = now
          tell(`${ticket.id} is closed by us`)
        }
        return { did: 'close', seen: seen(ticket), wasOpen }
      }
    }
    return broken(`no call: ${step.do}`)
  }
  function failed(failure: Partial<Failure>): StepResult {
    const usual = { kind: 'later', reason: 'timed-out', outcome: 'not-done', message: 'm', until: null } as const
    return { did: 'fail', failure: { ...usual, ...failure } }
  }

  // A worker.
  function claim(record: TicketRecord): void {
    const { known, desired } = record
    if (known.phase === 'absent' && known.unsureSince === null && record.lease === null) {
      // What an attempt is about to say, should nobody live to tell.
      record.known = { ...known, written: desired.fields, levelTold: desired.level, repeatsTold: desired.repeats }
    }
    if (record.lease !== null) {
      const since = Math.max(record.known.unsureSince?.getTime() ?? 0, record.lease.at)
      record.known = { ...record.known, unsureSince: new Date(since), lookedAt: null }
    }
    record.lease = { at: now, until: now + times.lease }
  }
  function choose(desired: Desired, known: Known): Step {
    const step = nextStep({ desired, known }, facts, new Date(now))
    reasons.add(step.reason)
    if (step.do === 'wait' && step.until.getTime() <= now)
      broken(`waits until a moment that has passed: ${step.reason}`)
    return step
  }
  function checkStep(record: TicketRecord, step: Step): void {
    if (step.do === 'close' && holding !== null) broken('I3: closes while the condition holds')
    if (step.do !== 'create') return
    const settled = Math.max(...record.unknownCreates) + times.settle
    if (record.unknownCreates.length > 0 && !record.looks.some((look) => look >= settled)) {
      broken('creates after an unknown outcome without a look-up after the settle time')
    }
    if (handsOff) broken('opens again what a person closed while it held all the time')
  }
  function tend(act: TendAct): void {
    const record = undone()
    if (record === undefined || record.dueAt === null || record.dueAt > now) return
    if (record.lease !== null && record.lease.until >= now) return
    claim(record)
    const { desired, known, version } = record
    const step = choose(desired, known)
    checkStep(record, step)
    if (step.do === 'renew') {
      renew(record)
      return
    }
    if (step.do === 'wait' || step.do === 'rest' || step.do === 'finish') {
      settle(record, known, step, version)
      return
    }
    if (++callsAtOnce > 12) broken('calls without end and without waiting')
    const startedAt = now
    tending = true
    tell(`${step.do} because ${step.reason}, ${act.fault}`)
    moveTo(now + act.queuedMs)
    const deed = (): void => {
      if (act.during !== null) perform(act.during)
    }
    if (act.duringFirst) deed()
    const result = call(record, desired, known, step, act, startedAt)
    if (!act.duringFirst) deed()
    tending = false
    if (result === null || (result.did === 'fail' && result.failure.outcome === 'unknown')) handsOff = false
    if (result === null) return
    moveTo(now + act.callMs)
    if (record.done !== null) broken('a ticket in the hands of a worker was done by another')
    const after = remember(known, desired, step, result, new Date(startedAt), new Date(now))
    settle(record, { ...after, released: record.known.released }, choose(desired, after), version)
  }
  /** Null when the worker died. */
  function call(
    record: TicketRecord,
    desired: Desired,
    known: Known,
    step: Step,
    act: TendAct,
    startedAt: number,
  ): StepResult | null {
    const { fault } = act
    const crash = fault.startsWith('crash')
    const doubtful = crash || fault.startsWith('lost')
    if (doubtful && step.do === 'note') record.noteLost = true
    if (crash && step.reason === 'never-arrived') record.mumbled = true
    if (doubtful && step.do === 'create') record.unknownCreates.push(crash ? (record.lease?.at ?? now) : startedAt)
    // A look-up whose answer never came tells nothing.
    if (doubtful && step.do === 'find') return crash ? null : failed({})
    const late = fault.endsWith('late') && (step.do === 'create' || step.do === 'close')
    if (late) later.push({ at: now + act.lateMs, run: () => void carryOut(record, desired, known, step, act) })
    if (fault.endsWith('after')) carryOut(record, desired, known, step, act)
    if (crash) return null
    if (doubtful) return failed({ outcome: 'unknown' })
    switch (fault) {
      case 'refused':
        return failed({ kind: 'refused', reason: 'invalid-value' })
      case 'denied':
        return failed({ kind: 'denied', reason: 'bad-credentials' })
      case 'busy':
        return failed({ reason: 'busy' })
      case 'limited':
        return failed({ kind: 'limited', reason: 'rate-limited', until: new Date(now + 45_000) })
      case 'limited-past':
        return failed({ kind: 'limited', reason: 'rate-limited', until: new Date(now - 5_000) })
      default:
        return carryOut(record, desired, known, step, act)
    }
  }
  function settle(record: TicketRecord, known: Known, then: Step, version: number): void {
    record.known = known
    record.lease = null
    if (record.version !== version) {
      record.known = { ...known, stuck: false }
      record.dueAt = now
      return
    }
    const rests = then.do === 'rest' || then.do === 'finish'
    record.dueAt = rests ? null : then.do === 'wait' ? then.until.getTime() : now
    if (then.do !== 'finish') return
    record.done = then.outcome
    tell(`finished: ${then.outcome}`)
    if (then.outcome !== 'given-up') return
    // Who gives up what may be there unseen looks after it, and what is known to be there is theirs from now on.
    const unseen = known.phase === 'absent' && known.unsureSince !== null && known.stuck
    later = unseen ? [] : later
    for (const ticket of tickets.filter((one) => one.record === record.id)) {
      if (unseen) ticket.deleted = true
      else if (ticket.id === known.ticketId) ticket.theirs = true
    }
  }
  function renew(record: TicketRecord): void {
    tell('renewed')
    record.done = 'closed-by-us'
    record.lease = null
    record.dueAt = null
    addRecord(record.desired.level, record.desired.fields, null)
  }

  function perform(deed: Deed): void {
    if (deed.do === 'begin' || deed.do === 'end' || deed.do === 'turn') judge(deed)
    else if (deed.do === 'give-up') giveUp()
    else if (deed.do === 'help') help()
    else person(deed)
  }
  function act(one: Act): void {
    if (one.do === 'wait') moveTo(now + one.ms)
    else if (one.do === 'tend') tend(one)
    else perform(one)
    readChanges()
    checkDesk()
  }

  function rest(): void {
    tell('no more faults')
    for (let round = 0; ; round += 1) {
      if (round > 200) broken('never comes to rest')
      help()
      act(calmTend)
      const record = undone()
      const moments = [
        ...later.map(({ at }) => at),
        ...(record?.dueAt == null ? [] : [Math.max(record.dueAt, (record.lease?.until ?? 0) + 1)]),
      ]
      if (moments.length === 0) break
      act({ do: 'wait', ms: Math.max(Math.min(...moments) - now, 0) })
    }
    checkRest(undone(), openAtDesk())
  }
  function checkRest(record: TicketRecord | undefined, open: readonly DeskTicket[]): void {
    if (holding === null) {
      if (open.length > 0) broken('I2: it ended and its ticket stays open')
      if (record !== undefined && !record.known.released) broken('I2: it ended and its record is not done')
      return
    }
    if (personEnded) return
    const [ticket] = tickets.filter(({ id }) => id === record?.known.ticketId)
    if (record === undefined || ticket === undefined) broken('I2: it holds and has no ticket')
    if (!ticket.open || record.known.phase !== 'open') broken('I2: it holds and its ticket is not open')
    if (record.known.released) return
    // What stands in the ticket of a record that was given up unseen is not this one's doing.
    if (record.mumbled || ticket.record !== record.id) return
    // A lost note may have told of a level that is over by now.
    if (!record.noteLost && ticket.levelTold !== holding) broken('I2: its level was never told')
    if (holding === 'warning') return
    for (const [key, value] of Object.entries(record.desired.fields)) {
      if (isOurs(ticket, key) && ticket.fields[key] !== value) broken(`I2: ${key} was never raised`)
    }
  }

  return { act, rest, reasons }
}
