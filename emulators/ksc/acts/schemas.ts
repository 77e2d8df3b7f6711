// What acts and PUT state accept. Times are ISO text; the two special moments are "fresh" and "never".
import { z } from 'zod'
import { fresh, never } from '../model/types.ts'

/** ISO time to ms. */
export const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

/** A moment: ISO time, "fresh" (the device keeps it current) or "never". */
const Moment = z.union([z.literal('fresh').transform(() => fresh), z.literal('never').transform(() => never), Time])

const Count = z.int().min(0)

/** Fields of a device's state; every one may be left out. */
const stateFields = {
  agentInstalled: z.boolean(),
  agentAlive: z.boolean(),
  productInstalled: z.boolean(),
  productRunning: z.boolean(),
  avNotNeeded: z.boolean(),
  rtpState: z.int().min(0).max(9),
  rtpSince: Moment,
  databasesAt: Moment,
  lastFullScan: Moment,
  lastConnected: Moment,
  lastVisible: Moment,
  lastUpdateSearch: Moment,
  virusCount: Count,
  uncuredCount: Count,
  restartRequiredSince: Moment,
  restartReason: Count,
  incompatibleApps: z.boolean(),
  vulnerability: z.int().min(0).max(3),
  encryptionWrong: z.boolean(),
  mobileNotCompliant: z.boolean(),
  incidents: Count,
  hsdp: z.strictObject({ level: z.enum(['critical', 'warning']), text: z.string() }).nullable(),
  freeDiskMb: z.number().min(0),
  licenseKey: z.string().nullable(),
  reserveKey: z.string().nullable(),
  licenseEndsAt: Time.nullable(),
  productVersion: z.string(),
}

/** A device's state in `PUT state`: what differs from a healthy one. */
export const StateChanges = z.strictObject(stateFields).partial()

/** Changes in acts: the same and `online`, see readme.md. */
export const HostChanges = z.strictObject({ ...stateFields, online: z.boolean() }).partial()
export type HostChanges = z.output<typeof HostChanges>

/** Kind of machine. */
export const Kind = z.enum(['workstation', 'laptop', 'server', 'sql-server', 'linux', 'mac'])

/** A virtual server by UID, name or number; 0 = the main server. */
export const VServerKey = z.union([z.string().min(1), z.int().min(0)])

const Days = z.number().min(0)

/** Thresholds and mask of one level. */
export const LevelSettingsSchema = z.strictObject({
  mask: Count,
  protectionInactiveSeconds: Count,
  viruses: Count,
  wantedProtection: Count,
  fullScanDays: Days,
  databasesDays: Days,
  notConnectedDays: Days,
  licenseDays: Days,
  uncured: Count,
  restartSeconds: Count,
  restartReasons: Count,
  vulnerability: z.int().min(1).max(3),
  updateSearchDays: Days,
  diskSpaceMb: z.number().min(0),
})

/** Switches of the server; every one may be left out. */
export const ServerChanges = z
  .strictObject({
    hostName: z.string(),
    version: z.string().regex(/^\d+(\.\d+)+$/, 'must look like 15.1.0.20748'),
    maskNames: z.enum(['winning-level', 'all-levels']),
    sessionIdleSeconds: z.number().positive(),
    sessionTotalSeconds: z.number().positive(),
    expiredSessionStatus: z.union([z.literal(401), z.literal(403)]),
    blockAfterFailures: z.int().positive().nullable(),
    blockSeconds: z.number().positive(),
    blockedAnswer: z.union([z.literal(401), z.literal(2013)]),
    unknownVServerAnswer: z.union([z.literal(401), z.literal(1186)]),
    asyncSeconds: z.number().min(0),
    maxEvents: z.int().positive(),
    criticalEventDays: Days,
    otherEventDays: Days,
    eventRangeInclusive: z.boolean(),
  })
  .partial()

/** An account without its password. */
export const AccountFields = z.strictObject({
  user: z.string().min(1),
  domain: z.string().nullable(),
  vservers: z.array(z.string()).nullable(),
  rights: z.strictObject({ read: z.boolean(), modify: z.boolean(), exportLicense: z.boolean() }),
  deny: z.array(z.string().min(1)),
})

/** A licence key as acts and state write it. */
export const KeyFields = z.strictObject({
  serial: z.string().min(1),
  productName: z.string(),
  appId: z.int(),
  keyType: z.int().min(1).max(6),
  licenseCount: Count,
  createdAt: Time,
  limitDate: Time,
  subscriptionState: z.int().min(0).max(3).nullable(),
})
