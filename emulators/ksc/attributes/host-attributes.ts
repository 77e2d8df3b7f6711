import { hostState, isProtectionRunning, reasonCount } from '../model/bits.ts'
import { isManaged, maskOf, statusIdOf } from '../model/hosts.ts'
import { momentAt, periods } from '../model/moments.ts'
import { visibilityTimeout } from '../model/status.ts'
import { type Host, type Moment, never } from '../model/types.ts'
import { ancestors, type World } from '../model/world.ts'
import { type AttributeTable, bool, createTable, int, long, text, time } from './attribute.ts'
import { machines } from './machines.ts'

/**
 * Host attributes as they are at `now` (ksc-open-api.md 4.4). Pages of one result set share one table, so they agree.
 */
export function createHostAttributes(world: World, now: number): AttributeTable<Host> {
  const { maskNames } = world.server
  const groupPaths = new Map<number, { ids: number[]; path: string }>()
  const pathOf = (host: Host): { ids: number[]; path: string } => {
    let known = groupPaths.get(host.groupId)
    if (!known) {
      const chain = ancestors(world, host.groupId).filter((group) => group.vserverId === host.vserverId)
      const names = chain.map((group) => group.name).reverse()
      known = { ids: chain.map((group) => group.id), path: `${names.join('/')}/`.replace(/^\/+/, '') }
      groupPaths.set(host.groupId, known)
    }
    return known
  }
  const fqdnOf = (host: Host): string => `${host.name.toLowerCase()}.${domainOf(world, host.vserverId)}`
  const isVisible = (host: Host): boolean => now < host.state.lastVisible + visibilityTimeout
  const stateOf = (host: Host): number =>
    (isVisible(host) ? hostState.visible : 0) |
    (isManaged(world, host) ? hostState.managed : 0) |
    (host.state.agentInstalled ? hostState.agentInstalled : 0) |
    (host.state.agentAlive && isVisible(host) ? hostState.agentAlive : 0) |
    (host.state.productInstalled ? hostState.productInstalled : 0) |
    (host.state.avNotNeeded ? hostState.avNotNeeded : 0)
  const moment =
    (of: (host: Host) => Moment, period: number) =>
    (host: Host): number | undefined =>
      momentAt(of(host), host, period, now)
  const shownMask = (host: Host): number => maskOf(host, maskNames)
  const component = (host: Host): number =>
    !host.state.productInstalled ? 10 : isProtectionRunning(host.state.rtpState) ? 4 : 1

  return createTable<Host>({
    KLHST_WKS_HOSTNAME: text((host) => host.id),
    KLHST_INSTANCEID: text((host) => host.id),
    KLHST_WKS_ID: int((host) => host.slot + 1),
    KLHST_WKS_DN: text((host) => host.name),
    KLHST_WKS_FQDN: text(fqdnOf),
    KLHST_WKS_DNSNAME: text((host) => host.name.toLowerCase()),
    KLHST_WKS_DNSDOMAIN: text((host) => domainOf(world, host.vserverId)),
    KLHST_WKS_WINHOSTNAME: text((host) => host.name.slice(0, 15)),
    KLHST_WKS_WINDOMAIN: text((host) => domainOf(world, host.vserverId).split('.')[0]?.toUpperCase()),
    KLHST_WKS_GROUPID: int((host) => host.groupId),
    KLHST_WKS_GROUPID_GP: {
      ...int((host) => host.groupId),
      any: (host) => pathOf(host).ids,
      searchOnly: true,
    },
    name: text((host) => world.groups.get(host.groupId)?.name),
    grp_full_name: text((host) => pathOf(host).path),
    KLVSRV_ID: int((host) => host.vserverId),
    KLVSRV_DN: text((host) => world.vservers.get(host.vserverId)?.name),
    KLHST_WKS_STATUS_ID: int(statusIdOf),
    KLHST_WKS_STATUS_MASK: int(shownMask),
    KLHST_WKS_STATUS_HSDP: text((host) => host.state.hsdp?.text ?? ''),
    KLHST_WKS_STATUS: int(stateOf),
    KLHST_WKS_RTP_STATE: int((host) => host.state.rtpState),
    KLHST_WKS_RTP_ERROR_CODE: int((host) => (host.state.rtpState === 9 ? 1 : 0)),
    KLHST_WKS_CREATED: time((host) => host.createdAt),
    KLHST_WKS_LAST_VISIBLE: time(moment((host) => host.state.lastVisible, periods.lastConnected)),
    KLHST_WKS_LAST_INFOUDATE: time(moment((host) => host.state.lastConnected, periods.lastConnected)),
    KLHST_WKS_LAST_NAGENT_CONNECTED: time(moment((host) => host.state.lastConnected, periods.lastConnected)),
    KLHST_WKS_LAST_UPDATE: time(moment((host) => host.state.databasesAt, periods.databasesAt)),
    KLHST_WKS_RTP_AV_BASES_TIME: time(moment((host) => host.state.databasesAt, periods.databasesAt)),
    KLHST_WKS_LAST_FULLSCAN: time(moment((host) => host.state.lastFullScan, periods.lastFullScan)),
    KLHST_WKS_LAST_SYSTEM_START: time(moment((host) => host.state.lastConnected, periods.systemStart)),
    KLHST_WKS_IP_LONG: long((host) => host.ip),
    KLHST_WKS_CONNECT_IP_LONG: long((host) => host.ip),
    KLHST_WKS_IP: int((host) => networkOrder(host.ip)),
    KLHST_WKS_VIRUS_COUNT: long((host) => host.state.virusCount),
    KLHST_WKS_UNCURED_COUNT: long((host) => host.state.uncuredCount),
    KLHST_WKS_NAG_VERSION: text((host) => (host.state.agentInstalled ? '15.1.0.20748' : undefined)),
    KLHST_WKS_NAG_VER_ID: text((host) => (host.state.agentInstalled ? '15.1.0.20748' : undefined)),
    KLHST_WKS_RTP_AV_VERSION: text((host) => (host.state.productInstalled ? host.state.productVersion : undefined)),
    KLHST_WKS_CTYPE: int((host) => machines[host.kind].computerType),
    KLHST_WKS_PTYPE: int(() => 0),
    KLHST_WKS_OS_NAME: text((host) => machines[host.kind].osName),
    KLHST_WKS_OS_VER_MAJOR: int((host) => machines[host.kind].osMajor),
    KLHST_WKS_OS_VER_MINOR: int((host) => machines[host.kind].osMinor),
    KLHST_WKS_OSSP_VER_MAJOR: int(() => 0),
    KLHST_WKS_OSSP_VER_MINOR: int(() => 0),
    KLHST_WKS_OS_BUILD_NUMBER: int((host) => machines[host.kind].osBuild),
    KLHST_WKS_OS_RELEASE_ID: int(() => 0),
    KLHST_WKS_CPU_ARCH: int(() => 9),
    KLHST_WKS_RBT_REQUIRED: bool((host) => host.state.restartRequiredSince !== never),
    KLHST_WKS_RBT_REQUEST_REASON: int((host) => host.state.restartReason),
    KLHST_WKS_FROM_UNASSIGNED: bool((host) => !isManaged(world, host)),
    KLHST_WKS_ANTI_SPAM_STATUS: int(() => 10),
    KLHST_WKS_DLP_STATUS: int(() => 10),
    KLHST_WKS_COLLAB_SRVS_STATUS: int(() => 10),
    KLHST_WKS_EMAIL_AV_STATUS: int(component),
    KLHST_WKS_EDR_STATUS: int(() => 10),
    KLHST_WKS_COMMENT: text(() => ''),
    KLHST_WKS_OWNER_ID: text(() => undefined),
    KLHST_WKS_CUSTOM_OWNER_ID: text(() => undefined),
    KLHST_WKS_OWNER_IS_CUSTOM: bool(() => false),
    KLHST_MANAGED_OTHER_SERVER: bool(() => false),
    KLHST_WKS_PRODUCT_NAME: {
      ...text((host) => (host.state.productInstalled ? machines[host.kind].product : undefined)),
      searchOnly: true,
    },
    KLHST_WKS_PRODUCT_VERSION: {
      ...text((host) => (host.state.productInstalled ? host.state.productVersion : undefined)),
      searchOnly: true,
    },
    ...Object.fromEntries(
      Array.from({ length: reasonCount }, (_, bit) => [
        `KLHST_WKS_STATUS_MASK_${bit}`,
        { ...int<Host>((host) => shownMask(host) & (1 << bit)), searchOnly: true },
      ]),
    ),
  })
}

function domainOf(world: World, vserverId: number): string {
  return world.vservers.get(vserverId)?.dnsDomain ?? 'msp.example'
}

/** Bytes turned around, as a signed 32-bit number. */
function networkOrder(ip: number): number {
  return ((ip & 0xff) << 24) | ((ip & 0xff00) << 8) | ((ip >>> 8) & 0xff00) | (ip >>> 24)
}
