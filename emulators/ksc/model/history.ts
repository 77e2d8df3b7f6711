// What really happened, in order and for ever: the truth a checker compares tickets with. No client of the API sees it.

/** The level at which a reason holds. */
export type Level = 'critical' | 'warning'

/** What an entry says beside when and where. */
export type HistoryFact =
  /** A reason began or ended to hold on a device; `level` is what it began with, or had when it ended. */
  | { kind: 'status-begin'; bit: number; level: Level }
  | { kind: 'status-end'; bit: number; level: Level; cause: 'changed' | 'host-removed' | 'host-moved' }
  /** A reason goes on holding at another level; neither an end nor a begin. */
  | { kind: 'status-level'; bit: number; level: Level; from: Level }
  /** What the API shows of the device changed: `KLHST_WKS_STATUS_ID` and `_MASK`. */
  | { kind: 'host-status'; statusId: number; mask: number; fromStatusId: number }
  | { kind: 'event'; eventDbId: number; severity: number; type: string }
  | { kind: 'host-added' | 'host-removed' }
  | { kind: 'host-moved'; fromVserverUid: string; fromGroupId: number; groupId: number }
  | { kind: 'vserver-added' | 'vserver-removed' | 'vserver-changed' }
  | { kind: 'events-purged'; count: number }

/** Where it happened; `vserverUid` is '' on the main server. */
export type HistoryPlace = { vserverUid: string; hostId?: string; hostName?: string }

/** One entry; `n` counts from 1, `time` is ISO with the very moment at which it came about. */
export type HistoryEntry = { n: number; time: string } & HistoryPlace & HistoryFact

/** Appends to a history. */
export function recordHistory(history: HistoryEntry[], time: number, place: HistoryPlace, fact: HistoryFact): void {
  history.push({ n: history.length + 1, time: new Date(time).toISOString(), ...place, ...fact })
}
