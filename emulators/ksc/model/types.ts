// The data an emulated KSC consists of. Times are milliseconds since 1970.

/** A time that may also be kept current by the device itself (`fresh` = Infinity) or be missing (`never` = -Infinity). */
export type Moment = number
/** Renewed by the device as long as nothing stops it. */
export const fresh: Moment = Number.POSITIVE_INFINITY
/** Did not happen yet. */
export const never: Moment = Number.NEGATIVE_INFINITY

/** What kind of machine a host is; decides its `KLHST_WKS_CTYPE` and operating system. */
export type HostKind = 'workstation' | 'laptop' | 'server' | 'sql-server' | 'linux' | 'mac'

/** What is going on with a device. Immutable: healthy devices share one object, which keeps big fleets small. */
export type HostState = {
  agentInstalled: boolean
  agentAlive: boolean
  productInstalled: boolean
  productRunning: boolean
  avNotNeeded: boolean
  /** `KLHST_WKS_RTP_STATE`, 0 to 9. */
  rtpState: number
  /** Since when it has this protection state. */
  rtpSince: Moment
  databasesAt: Moment
  lastFullScan: Moment
  lastConnected: Moment
  lastVisible: Moment
  lastUpdateSearch: Moment
  virusCount: number
  uncuredCount: number
  /** never = no restart is needed. */
  restartRequiredSince: Moment
  restartReason: number
  incompatibleApps: boolean
  /** Worst severity of vulnerabilities: 0 none, 1 to 3. */
  vulnerability: number
  encryptionWrong: boolean
  mobileNotCompliant: boolean
  /** Unprocessed incidents. */
  incidents: number
  /** Status stated by the application; counts for Warning, and for Critical when its level is that. */
  hsdp: { level: 'critical' | 'warning'; text: string } | null
  freeDiskMb: number
  /** Serial of the active key; null = the first key of its virtual server. */
  licenseKey: string | null
  reserveKey: string | null
  /** End of the licence; null = that of the active key. */
  licenseEndsAt: number | null
  productVersion: string
}

/** One device. Immutable, so that an open result set keeps what it found; a change makes a new object. */
export type Host = {
  /** Place in the list of hosts; `KLHST_WKS_ID` is one more. Never used again. */
  readonly slot: number
  readonly id: string
  readonly name: string
  /** 0 = the main server. */
  readonly vserverId: number
  readonly groupId: number
  readonly kind: HostKind
  readonly createdAt: number
  readonly ip: number
  readonly state: HostState
  /** Reasons that hold by the Critical settings of its group, as bits. */
  readonly critical: number
  /** Reasons that hold by the Warning settings. */
  readonly warning: number
}

/** What counts for one level; a threshold matters only when its bit is in `mask` (ksc-open-api.md 4.6). */
export type LevelSettings = {
  mask: number
  protectionInactiveSeconds: number
  viruses: number
  /** Wanted protection levels, bits 16 to 24. */
  wantedProtection: number
  fullScanDays: number
  databasesDays: number
  notConnectedDays: number
  licenseDays: number
  uncured: number
  restartSeconds: number
  /** Restart reasons that count, as bits; 0 = every one. */
  restartReasons: number
  /** Lowest severity that counts, 1 to 3. */
  vulnerability: number
  updateSearchDays: number
  diskSpaceMb: number
}

/** An administration group. `null` settings are inherited from the parent. */
export type Group = {
  id: number
  name: string
  parentId: number | null
  vserverId: number
  kind: 'super' | 'managed' | 'unassigned' | 'group'
  createdAt: number
  critical: LevelSettings | null
  warning: LevelSettings | null
}

/** A virtual server. Its three own groups are 10 * id, 10 * id + 1 and + 2. */
export type VServer = {
  id: number
  uid: string
  name: string
  dnsDomain: string
  enabled: boolean
  /** false = every search over it fails with 1195. */
  answering: boolean
  createdAt: number
}

/** A licence key. */
export type LicenseKey = {
  serial: string
  vserverId: number
  productName: string
  appId: number
  /** `KLLIC_KEY_TYPE`: 1 commercial, 3 trial, 6 subscription ... */
  keyType: number
  licenseCount: number
  createdAt: number
  limitDate: number
  /** `KLLIC_SUBSCRINFO_STATE` 0 to 3; null = no subscription. */
  subscriptionState: number | null
}

/** A stored event (ksc-open-api.md 6.4). */
export type EventRecord = {
  id: number
  type: string
  displayName: string
  severity: number
  riseTime: number
  registrationTime: number
  vserverId: number
  hostId: string | null
  hostName: string | null
  groupId: number | null
  groupName: string | null
  productName: string
  productVersion: string
  taskName: string | null
  text: string
  /** `GNRL_EA_PARAM_1` ... `_9`. */
  params: (string | null)[]
}

/** Someone who may log in. */
export type Account = {
  user: string
  password: string
  /** Windows or Unix domain; null = an internal user of the server. */
  domain: string | null
  /** UIDs of the virtual servers he may log in to beside the main server; null = all. */
  vservers: string[] | null
  rights: { read: boolean; modify: boolean; exportLicense: boolean }
  /** Method names or their beginnings that are refused with 1184. */
  deny: string[]
}

/** Switches and facts of the whole server. */
export type ServerSettings = {
  hostName: string
  version: string
  /** Whether the mask shows the winning level's reasons only (design.md 4, "hidden"). */
  maskNames: 'winning-level' | 'all-levels'
  sessionIdleSeconds: number
  sessionTotalSeconds: number
  /** Answer for a session past its lifetime; an ended one always gets 403. */
  expiredSessionStatus: 401 | 403
  /** Failed logins that block an account; null = never. */
  blockAfterFailures: number | null
  blockSeconds: number
  /** Answer for a blocked account: HTTP 401 or PxgError 2013. */
  blockedAnswer: 401 | 2013
  /** Answer for an unknown or disabled virtual server at login: HTTP 401 or PxgError 1186. */
  unknownVServerAnswer: 401 | 1186
  /** Seconds an asynchronous search takes. */
  asyncSeconds: number
  /** Highest number of events kept; older ones go. */
  maxEvents: number
  criticalEventDays: number
  otherEventDays: number
  /** Whether nEnd of EventProcessing.GetRecordRange counts (not documented). */
  eventRangeInclusive: boolean
}
