import type { ComputerSeen, EventSeen, Level, ReasonSeen, Severity, TenantSeen } from '../../../core/observation.ts'
import { definedByApplication, statusKeys, unspecified } from './catalogue.ts'
import type { Host } from './host-wire.ts'
import type { EventRow, VirtualServer } from './wire.ts'

/** Key of the tenant that stands for the main server itself; the others have their `KLVSRV_UID`. */
export const mainTenantKey = 'main'

/** `KLHST_WKS_STATUS_ID` in KSC's own order, which is not that of seriousness (ksc-open-api.md 4.4). */
const levels: readonly Level[] = ['ok', 'critical', 'warning']

/** `CS_ADDEDTOGROUP` of `KLHST_WKS_STATUS`: in an administration group, so managed. */
const addedToGroup = 2

/** A record that cannot be used, with a text for a person; `what` is null when it can. */
export type Mapped<T> =
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: string }

function unusable<T>(problem: string): Mapped<T> {
  return { value: null, problem }
}

/** True for a computer in an administration group that is not among the unassigned devices. */
export function isManaged(host: Host): boolean {
  if (host.KLHST_WKS_FROM_UNASSIGNED === true) return false
  return host.KLHST_WKS_STATUS === null || (host.KLHST_WKS_STATUS & addedToGroup) !== 0
}

/** A computer with its level and reasons, or why it cannot be read. Its tenant is the caller's knowledge. */
export function hostToComputer(host: Host, tenantKey: string): Mapped<ComputerSeen> {
  const name = host.KLHST_WKS_DN || host.KLHST_WKS_FQDN || host.KLHST_WKS_WINHOSTNAME || host.KLHST_WKS_HOSTNAME
  const level = host.KLHST_WKS_STATUS_ID === null ? undefined : levels[host.KLHST_WKS_STATUS_ID]
  if (level === undefined) {
    const seen =
      host.KLHST_WKS_STATUS_ID === null ? 'no readable status' : `the unknown status ${host.KLHST_WKS_STATUS_ID}`
    return unusable(`The server gives ${seen} for the computer “${name}”, so nothing is concluded from this list.`)
  }
  const reasons = level === 'ok' ? [] : maskToReasons(host.KLHST_WKS_STATUS_MASK, (key) => textOf(host, key))
  if (reasons === null) {
    const text = `The server gives reasons that cannot be read for the computer “${name}”, so nothing is concluded from this list.`
    return unusable(text)
  }
  return { value: { tenantKey, computerKey: host.KLHST_WKS_HOSTNAME, name, level, reasons, link: '' }, problem: null }
}

/** `KLHST_WKS_RTP_STATE` of protection that is off (ksc-open-api.md 4.4); a state on its way to another says nothing yet. */
const protectionOff: Readonly<Record<number, string>> = { 1: 'stopped', 2: 'suspended', 9: 'failed' }

/**
 * What KSC shows for a reason; empty when it shows nothing. The text is part of what was observed, so it holds only what stays
 * while the reason lasts: a text that differs at each poll would count as a change of the computer each time.
 */
function textOf(host: Host, statusKey: string): string {
  switch (statusKey) {
    case definedByApplication:
    case unspecified:
      return host.KLHST_WKS_STATUS_HSDP
    case 'databases-outdated':
      return onDate('Databases of', host.KLHST_WKS_RTP_AV_BASES_TIME, 16)
    case 'not-connected':
      return onDate('Last connection on', host.KLHST_WKS_LAST_NAGENT_CONNECTED, 10)
    case 'scan-overdue':
      return onDate('Last full scan on', host.KLHST_WKS_LAST_FULLSCAN, 10)
    case 'protection-disabled': {
      const state = protectionOff[host.KLHST_WKS_RTP_STATE ?? 0]
      return state === undefined ? '' : `Real-time protection: ${state}`
    }
    default:
      return ''
  }
}

/** `length` 10 tells the day, 16 the minute. A date before 2000 stands for none. */
function onDate(words: string, at: Date | null, length: 10 | 16): string {
  if (at === null || at.getUTCFullYear() < 2000) return ''
  return `${words} ${at.toISOString().slice(0, length).replace('T', ' ')} UTC`
}

const mask64 = (1n << 64n) - 1n

/**
 * The reasons in a `KLHST_WKS_STATUS_MASK`, sorted by key; null when it cannot be read. A negative mask is one with its sign
 * bit set (32 bits, or 64 below -2^31). Bits that no document names are kept as `unknown-<bit>`, and an empty mask becomes the
 * reason `unspecified`, so that the status is never lost.
 */
export function maskToReasons(
  mask: Host['KLHST_WKS_STATUS_MASK'],
  textOf: (statusKey: string) => string,
): readonly ReasonSeen[] | null {
  if (mask === 'unreadable') return null
  const whole = BigInt(mask ?? 0)
  if (whole > mask64 || whole < -(1n << 63n)) return null
  if (whole === 0n) return [{ statusKey: unspecified, text: textOf(unspecified) }]
  let rest = whole >= 0n ? whole : BigInt.asUintN(whole >= -(1n << 31n) ? 32 : 64, whole)
  const reasons: ReasonSeen[] = []
  for (let bit = 0; rest > 0n; bit += 1, rest >>= 1n) {
    if ((rest & 1n) === 0n) continue
    const statusKey = statusKeys[bit] ?? `unknown-${bit}`
    reasons.push({ statusKey, text: textOf(statusKey) })
  }
  return reasons.sort((a, b) => (a.statusKey < b.statusKey ? -1 : 1))
}

/** A virtual server as a tenant; null for one without a stable key, which cannot be mapped. */
export function virtualServerToTenant(server: VirtualServer): TenantSeen | null {
  if (server.KLVSRV_UID === '') return null
  const name = server.KLVSRV_DN === '' ? server.KLVSRV_UID : server.KLVSRV_DN
  return { key: server.KLVSRV_UID, name, enabled: server.KLVSRV_ENABLED !== false }
}

const severities: Readonly<Record<number, Severity>> = { 2: 'warning', 3: 'functional-failure', 4: 'critical' }

/** The severity of an event; null for one that is not observed. Numbers above those documented count as the worst. */
export function toSeverity(number: number | null): Severity | null {
  if (number === null || number < 2) return null
  return severities[number] ?? 'critical'
}

/**
 * A row of the events view. Its key holds the time of storing too: a restored database gives the same numbers to other
 * events. A row without any time is taken to have happened when it was read.
 */
export function rowToEvent(row: EventRow, id: number, severity: Severity, tenantKey: string, readAt: Date): EventSeen {
  const storedAt = row.registration_time ?? row.rise_time
  return {
    tenantKey,
    tenantSure: row.KLVSRV_ID !== null || row.hostname === '',
    eventKey: `${id}@${storedAt === null ? '' : storedAt.toISOString()}`,
    type: row.event_type,
    typeName: row.event_type_display_name,
    severity,
    computerKey: row.hostname,
    computerName: row.hostdn,
    text: row.GNRL_EA_DESCRIPTION,
    happenedAt: row.rise_time ?? storedAt ?? readAt,
    storedAt: storedAt ?? new Date(0),
  }
}
