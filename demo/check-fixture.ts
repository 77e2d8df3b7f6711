import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry, HistoryFact, Level } from '../emulators/ksc/model/history.ts'
import { type CheckResult, checkRun } from './check.ts'
import type { CheckPlan, Trouble } from './check-ground.ts'

/** Two histories written by hand, for the tests of the check. Times are minutes after midnight of one day. */

const midnight = Date.parse('2026-03-02T00:00:00Z')

export function clock(minutes: number): Date {
  return new Date(midnight + minutes * 60_000)
}

/** Bits of the reasons used here. */
export const bits = { protection: 1, databases: 7, restart: 11 } as const

/** Virtual server of every computer unless it says otherwise, and its company. */
export const acme = 'ACME'
const acmeCompany = 175
export const delta = 'DELTA'
export const deltaCompany = 176

export type Histories = {
  readonly ksc: HistoryEntry[]
  readonly desk: TicketHistoryEntry[]
  fact(minutes: number, computer: string, fact: HistoryFact, vserver?: string): void
  /** A reason holds from here on, and the API shows exactly the given mask. */
  begin(minutes: number, computer: string, bit: number, level?: Level, vserver?: string): void
  end(minutes: number, computer: string, bit: number, level?: Level): void
  status(minutes: number, computer: string, statusId: number, mask: number): void
  event(minutes: number, computer: string, type: string, vserver?: string): void
  opened(minutes: number, ticketId: number, title: string, company?: number): void
  /** What became of a ticket later. */
  ticket(
    minutes: number,
    ticketId: number,
    kind: TicketHistoryEntry['kind'],
    by?: 'api' | 'person',
    changes?: TicketHistoryEntry['changes'],
  ): void
  check(more?: Partial<CheckPlan> & { until?: number; deskDuplicates?: number; troubles?: Trouble[] }): CheckResult
}

export function createHistories(): Histories {
  const ksc: HistoryEntry[] = []
  const desk: TicketHistoryEntry[] = []
  const critical = 1
  const ok = 0

  const fact: Histories['fact'] = (minutes, computer, what, vserver = acme) => {
    const time = clock(minutes).toISOString()
    const place =
      computer === '' ? { vserverUid: vserver } : { vserverUid: vserver, hostId: computer, hostName: computer }
    ksc.push({ n: ksc.length + 1, time, ...place, ...what })
  }
  const status: Histories['status'] = (minutes, computer, statusId, mask) =>
    fact(minutes, computer, { kind: 'host-status', statusId, mask, fromStatusId: ok })

  return {
    ksc,
    desk,
    fact,
    status,
    begin(minutes, computer, bit, level = 'critical', vserver = acme) {
      fact(minutes, computer, { kind: 'status-begin', bit, level }, vserver)
      status(minutes, computer, level === 'critical' ? critical : 2, 1 << bit)
    },
    end(minutes, computer, bit, level = 'critical') {
      fact(minutes, computer, { kind: 'status-end', bit, level, cause: 'changed' })
      status(minutes, computer, ok, 0)
    },
    event(minutes, computer, type, vserver = acme) {
      fact(minutes, computer, { kind: 'event', eventDbId: ksc.length, severity: 4, type }, vserver)
    },
    opened(minutes, ticketId, title, company = acmeCompany) {
      desk.push({
        ...entry(minutes, ticketId, 'created', 'api'),
        companyID: company,
        changes: { title: { old: null, new: title }, priority: { old: null, new: 1 }, queueID: { old: null, new: 8 } },
      })
    },
    ticket(minutes, ticketId, kind, by = 'api', changes = {}) {
      desk.push({ ...entry(minutes, ticketId, kind, by), changes })
    },
    check({ until = 600, deskDuplicates = 0, ...more } = {}) {
      const plan: CheckPlan = {
        since: clock(0),
        now: clock(until),
        stepMinutes: 10,
        clients: new Map([
          [acme, acmeCompany],
          [delta, deltaCompany],
        ]),
        delayOf: () => 0,
        wantsEvent: () => true,
        eventNames: new Map([['GNRL_EV_VIRUS_FOUND', 'Malicious object detected']]),
        lifetimeHours: 24,
        ticketPerEvent: false,
        namesAllReasons: false,
        troubles: [],
        ...more,
      }
      return checkRun({ ksc, desk, deskDuplicates, plan })
    },
  }
}

function entry(
  minutes: number,
  ticketId: number,
  kind: TicketHistoryEntry['kind'],
  by: 'api' | 'person',
): TicketHistoryEntry {
  const time = clock(minutes).toISOString()
  return { time, ticketId, kind, by, resourceID: 1, companyID: acmeCompany, externalID: `r${ticketId}`, changes: {} }
}
