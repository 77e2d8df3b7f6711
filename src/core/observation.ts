/**
 * What a source says it sees. Observations are facts about the security product at one moment; hearing one twice
 * changes nothing. Nothing here knows a vendor: a connector turns vendor words into these.
 */

/** How bad a computer is according to its source. The order of seriousness is `levelRank`, never the vendor's number. */
export type Level = 'ok' | 'warning' | 'critical'

/** The two levels that can carry a condition and have a section of rules of their own. */
export type TroubleLevel = Exclude<Level, 'ok'>

/** How serious an event is. Events below warning are not observed. */
export type Severity = 'critical' | 'functional-failure' | 'warning'

/** One of the MSP's clients as the source sees it (a KSC virtual server, a hub company). */
export type TenantSeen = {
  /** Stable key at the source, for example `KLVSRV_UID`; never a name. */
  readonly key: string
  readonly name: string
  /** False while the source says that this tenant is switched off; a tenant that is off is not listed. */
  readonly enabled: boolean
}

/** A reason that the source gives for a computer's level. */
export type ReasonSeen = {
  /** Key of a status description in the source's catalogue, or `unknown-<n>` for one the catalogue does not know. */
  readonly statusKey: string
  /** Text that the source itself wrote for this reason, shown in the ticket; empty when it wrote none. */
  readonly text: string
}

/** One managed computer with its level and all reasons the source names for it. */
export type ComputerSeen = {
  readonly tenantKey: string
  /** Stable key at the source, unique over the whole source. */
  readonly computerKey: string
  readonly name: string
  readonly level: Level
  /** Sorted by `statusKey`, without repeats; empty when the level is `ok`. */
  readonly reasons: readonly ReasonSeen[]
  /** Address of this computer in the source's own console; empty when there is none. */
  readonly link: string
}

/**
 * `happened`: once, and that is all. An event that has an end is `raised` and later `resolved`; both are told by events of
 * the same type about the same thing.
 */
export type EventState = 'happened' | 'raised' | 'resolved'

/** Something that happened once, or the beginning or the end of something that holds meanwhile. */
export type EventSeen = {
  readonly tenantKey: string
  /** False when the source did not say whose it is: the tenant of the computer, where that is known, then goes first. */
  readonly tenantSure: boolean
  /** Unique at the source and stable; hearing it again changes nothing. */
  readonly eventKey: string
  readonly type: string
  readonly typeName: string
  readonly severity: Severity
  readonly computerKey: string
  readonly computerName: string
  readonly text: string
  /** By the source's clock: when it happened. */
  readonly happenedAt: Date
  /**
   * By the source's clock: when the source stored it (a late arrival is stored long after it happened); the same at each
   * hearing, and 1970 when the source does not tell.
   */
  readonly storedAt: Date
  /** Absent: `happened`. */
  readonly state?: EventState
}

const ranks: Readonly<Record<Level, number>> = { ok: 0, warning: 1, critical: 2 }

/** Orders levels by seriousness: a larger number is worse. */
export function levelRank(level: Level): number {
  return ranks[level]
}
