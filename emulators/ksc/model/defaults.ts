import { reason } from './bits.ts'
import { fresh, type HostState, type LevelSettings, never, type ServerSettings } from './types.ts'

const bits = (...numbers: number[]): number => numbers.reduce((mask, bit) => mask | (1 << bit), 0)

/** Levels 19 to 23 of `KLSRV_HSTSTAT_SP_RPT_DIFFERS`: every running one. */
const allRunning = bits(19, 20, 21, 22, 23)

/**
 * What makes a device Critical where no group says else. Which bits are on by default is not documented
 * (ksc-open-api.md 11), so this is a plausible choice.
 */
export const defaultCritical: LevelSettings = {
  mask: bits(
    reason.unmanaged,
    reason.protectionDisabled,
    reason.applicationNotRunning,
    reason.tooManyViruses,
    reason.applicationNotInstalled,
    reason.databasesOutdated,
    reason.notConnected,
    reason.licenseExpired,
    reason.activeThreats,
    reason.vulnerabilities,
    reason.setByApplication,
    reason.diskSpace,
  ),
  protectionInactiveSeconds: 0,
  viruses: 10,
  wantedProtection: allRunning,
  fullScanDays: 30,
  databasesDays: 7,
  notConnectedDays: 14,
  licenseDays: 0,
  uncured: 0,
  restartSeconds: 14 * 86_400,
  restartReasons: 0,
  vulnerability: 3,
  updateSearchDays: 60,
  diskSpaceMb: 256,
}

/** What makes a device Warning where no group says else. */
export const defaultWarning: LevelSettings = {
  ...defaultCritical,
  mask: bits(
    reason.tooManyViruses,
    reason.scanTooOld,
    reason.databasesOutdated,
    reason.notConnected,
    reason.licenseExpired,
    reason.restartRequired,
    reason.incompatibleApplications,
    reason.vulnerabilities,
    reason.updateSearchTooOld,
    reason.encryption,
    reason.mobileSettings,
    reason.incidents,
    reason.setByApplication,
    reason.diskSpace,
  ),
  viruses: 0,
  fullScanDays: 14,
  databasesDays: 3,
  notConnectedDays: 7,
  licenseDays: 7,
  restartSeconds: 86_400,
  vulnerability: 1,
  updateSearchDays: 30,
  diskSpaceMb: 1024,
}

/** A managed device with nothing wrong; shared by all healthy ones. */
export const healthy: HostState = Object.freeze({
  agentInstalled: true,
  agentAlive: true,
  productInstalled: true,
  productRunning: true,
  avNotNeeded: false,
  rtpState: 4,
  rtpSince: never,
  databasesAt: fresh,
  lastFullScan: fresh,
  lastConnected: fresh,
  lastVisible: fresh,
  lastUpdateSearch: fresh,
  virusCount: 0,
  uncuredCount: 0,
  restartRequiredSince: never,
  restartReason: 0,
  incompatibleApps: false,
  vulnerability: 0,
  encryptionWrong: false,
  mobileNotCompliant: false,
  incidents: 0,
  hsdp: null,
  freeDiskMb: 100_000,
  licenseKey: null,
  reserveKey: null,
  licenseEndsAt: null,
  productVersion: '12.8.0.505',
})

/** A device that was only seen in the network: no agent, no product. */
export const discovered: HostState = Object.freeze({
  ...healthy,
  agentInstalled: false,
  agentAlive: false,
  productInstalled: false,
  productRunning: false,
  rtpState: 0,
  databasesAt: never,
  lastFullScan: never,
  lastConnected: never,
  lastUpdateSearch: never,
})

/** Settings of a server nobody touched. Session lifetimes: ksc-open-api.md 2.3; event terms and counts: 6.6. */
export const defaultServer: ServerSettings = {
  hostName: 'KSC-MAIN',
  version: '15.1.0.20748',
  maskNames: 'winning-level',
  sessionIdleSeconds: 180,
  sessionTotalSeconds: 86_400,
  expiredSessionStatus: 401,
  blockAfterFailures: null,
  blockSeconds: 900,
  blockedAnswer: 401,
  unknownVServerAnswer: 401,
  asyncSeconds: 0,
  maxEvents: 400_000,
  criticalEventDays: 180,
  otherEventDays: 30,
  eventRangeInclusive: true,
}
