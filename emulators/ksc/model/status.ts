// Which reasons hold on a device at a moment, and when that changes next by time alone (ksc-open-api.md 4.6).
import { day, hour, isProtectionRunning, reason, reasonCount, second } from './bits.ts'
import { type HostState, type LevelSettings, never } from './types.ts'

/** What the status of a device depends on beside the time. */
export type StatusInput = {
  createdAt: number
  state: HostState
  /** End of its licence; Infinity = none that ends. */
  licenseEndsAt: number
  critical: LevelSettings
  warning: LevelSettings
}

/** Reasons that hold, and the first later moment at which one of them begins or ends without any act (or Infinity). */
export type Status = { critical: number; warning: number; nextChangeAt: number }

/** A device counts as not visible when unseen for 2 hours (KSC help 191051). */
export const visibilityTimeout = 2 * hour
/** Scan age counts only this long after the device was added, database age likewise (KSC help 191051). */
const scanGrace = 7 * day
const databasesGrace = day

/** The span in which a reason holds: from <= now < to. An empty one never holds. */
type Span = { from: number; to: number }
const always: Span = { from: never, to: Number.POSITIVE_INFINITY }
const empty: Span = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY }
const when = (holds: boolean): Span => (holds ? always : empty)
const from = (moment: number): Span => ({ from: moment, to: Number.POSITIVE_INFINITY })
/** "More than `limit` after `moment`": one millisecond later than just reaching it. */
const moreThan = (moment: number, limit: number): Span => from(moment + limit + 1)

/** Computes the reasons of a managed device. */
export function computeStatus(input: StatusInput, now: number): Status {
  let nextChangeAt = Number.POSITIVE_INFINITY
  const reasonsOf = (level: 'critical' | 'warning'): number => {
    const { mask } = input[level]
    let reasons = 0
    for (let bit = 0; bit < reasonCount; bit += 1) {
      const span = (mask & (1 << bit)) === 0 ? empty : (rules[bit]?.(input, input[level], level) ?? empty)
      if (span.from <= now && now < span.to) reasons |= 1 << bit
      if (span.from > now && span.from < nextChangeAt) nextChangeAt = span.from
      if (span.to > now && span.from <= now && span.to < nextChangeAt) nextChangeAt = span.to
    }
    return reasons >>> 0
  }
  return { critical: reasonsOf('critical'), warning: reasonsOf('warning'), nextChangeAt }
}

type Rule = (input: StatusInput, settings: LevelSettings, level: 'critical' | 'warning') => Span

const rules: Record<number, Rule> = {
  [reason.unmanaged]: ({ state }) =>
    state.agentInstalled && !state.agentAlive ? { from: never, to: state.lastVisible + visibilityTimeout } : empty,
  [reason.protectionDisabled]: ({ state }, settings) =>
    state.productInstalled && !isProtectionRunning(state.rtpState) && state.rtpState !== 0
      ? from(state.rtpSince + settings.protectionInactiveSeconds * second)
      : empty,
  [reason.applicationNotRunning]: ({ state }) => when(state.productInstalled && !state.productRunning),
  [reason.tooManyViruses]: ({ state }, settings) => when(state.virusCount > settings.viruses),
  [reason.protectionLevelDiffers]: ({ state }, settings) =>
    when(state.productInstalled && protectionDiffers(state.rtpState, settings.wantedProtection)),
  [reason.applicationNotInstalled]: ({ state }) =>
    when(state.agentInstalled && !state.productInstalled && !state.avNotNeeded),
  [reason.scanTooOld]: ({ state, createdAt }, settings) =>
    state.productInstalled
      ? from(Math.max(Math.max(state.lastFullScan, createdAt) + settings.fullScanDays * day + 1, createdAt + scanGrace))
      : empty,
  [reason.databasesOutdated]: ({ state, createdAt }, settings) =>
    state.productInstalled
      ? from(Math.max(state.databasesAt + settings.databasesDays * day + 1, createdAt + databasesGrace))
      : empty,
  [reason.notConnected]: ({ state, createdAt }, settings) =>
    state.agentInstalled ? moreThan(Math.max(state.lastConnected, createdAt), settings.notConnectedDays * day) : empty,
  [reason.licenseExpired]: ({ state, licenseEndsAt }, settings) =>
    state.productInstalled ? from(licenseEndsAt - settings.licenseDays * day) : empty,
  [reason.activeThreats]: ({ state }, settings) => when(state.uncuredCount > settings.uncured),
  [reason.restartRequired]: ({ state }, settings) => {
    const counts = settings.restartReasons === 0 || (settings.restartReasons & state.restartReason) !== 0
    return state.restartRequiredSince !== never && counts
      ? moreThan(state.restartRequiredSince, settings.restartSeconds * second)
      : empty
  },
  [reason.incompatibleApplications]: ({ state }) => when(state.incompatibleApps),
  [reason.vulnerabilities]: ({ state }, settings) =>
    when(state.vulnerability > 0 && state.vulnerability >= settings.vulnerability),
  [reason.updateSearchTooOld]: ({ state, createdAt }, settings) =>
    state.agentInstalled
      ? moreThan(Math.max(state.lastUpdateSearch, createdAt), settings.updateSearchDays * day)
      : empty,
  [reason.encryption]: ({ state }) => when(state.encryptionWrong),
  [reason.mobileSettings]: ({ state }) => when(state.mobileNotCompliant),
  [reason.incidents]: ({ state }) => when(state.incidents > 0),
  [reason.setByApplication]: ({ state }, _settings, level) =>
    when(state.hsdp !== null && (level === 'warning' || state.hsdp.level === 'critical')),
  [reason.diskSpace]: ({ state }, settings) => when(state.freeDiskMb < settings.diskSpaceMb),
}

/** Levels of `KLSRV_HSTSTAT_SP_RPT_DIFFERS` are bits 16 to 24, one for each protection state from 1 (ksc-open-api.md 4.6). */
function protectionDiffers(rtpState: number, wanted: number): boolean {
  return rtpState > 0 && wanted !== 0 && (wanted & (1 << (rtpState + 15))) === 0
}
