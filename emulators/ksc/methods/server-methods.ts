import { statusId } from '../model/bits.ts'
import { statusIdOf } from '../model/hosts.ts'
import { allHosts, groupIdsOf } from '../model/world.ts'
import { noSuchParameter } from '../wire/pxg-error.ts'
import { datetime, long, params, type WireObject, type WireValue } from '../wire/values.ts'
import type { Call, MethodTable } from './call.ts'

/** Facts about the server (ksc-open-api.md 4.7, 5.3, 5.4). */
export const serverMethods: MethodTable = {
  'HostGroup.GetStaticInfo': (call) => ({ PxgRetVal: pickValues(call, 'pValues', staticInfo(call)) }),
  'HostGroup.GetRunTimeInfo': (call) => ({ PxgRetVal: pickValues(call, 'pValues', runTimeInfo) }),
  'HostGroup.GetInstanceStatistics': (call) => ({
    PxgRetVal: pickValues(call, 'vecFilterFields', instanceStatistics(call)),
  }),
  'ServerHierarchy.GetChildServers': () => ({ PxgRetVal: [] }),
}

/** The named values; null or absent asks for all. Throws PxgError 1125 for an unknown name. */
function pickValues({ args }: Call, argument: string, values: WireObject): WireObject {
  if (!args.has(argument)) return values
  const picked: WireObject = {}
  for (const name of args.texts(argument)) {
    const value = values[name]
    if (value === undefined) throw noSuchParameter(name)
    picked[name] = value
  }
  return picked
}

const runTimeInfo: WireObject = {
  KLADMSRV_VS_LICDISABLED: false,
  KLADMSRV_SAAS_BLOCKED: false,
  KLADMSRV_SAAS_EXPIRED_DAYS_TO_WORK: 0,
  KLADMSRV_SAAS_OVERUSE: false,
}

function staticInfo({ world, session }: Call): WireObject {
  const { vserverId } = session
  const groups = groupIdsOf(vserverId)
  const [major = 0, minor = 0] = world.server.version.split('.').map(Number)
  return {
    KLADMSRV_IS_VIRTUAL: vserverId !== 0,
    KLADMSRV_VSID: vserverId,
    KLADMSRV_VSUID: world.vservers.get(vserverId)?.uid ?? '',
    KLADMSRV_GRP_ROOT: groups.managed,
    KLADMSRV_GRP_UNASSIGNED: groups.unassigned,
    KLADMSRV_GRP_SUPER: groups.super,
    KLADMSRV_SERVER_VERSION_ID: major * 100 + minor,
    KLADMSRV_PRODUCT_FULL_VERSION: world.server.version,
    KLADMSRV_PRODUCT_NAME: 'Kaspersky Security Center Administration Server',
    KLADMSRV_PRODUCT_VERSION: `${major}.${minor}`,
    KLADMSRV_SERVER_HOSTNAME: world.server.hostName,
    KLADMSRV_B2B_CLOUD_MODE: false,
    KLSRV_NETSIZE: 2,
    KLADMSRV_USERID: 1,
  }
}

function instanceStatistics({ world, session }: Call): WireObject {
  const visible = [...world.vservers.values()].filter((one) => session.vserverId === 0 || one.id === session.vserverId)
  const counts = new Map<number, { hosts: number; connected: number }>()
  const totals = { hosts: 0, critical: 0, warning: 0 }
  for (const host of allHosts(world)) {
    if (session.vserverId !== 0 && host.vserverId !== session.vserverId) continue
    const count = counts.get(host.vserverId) ?? { hosts: 0, connected: 0 }
    counts.set(host.vserverId, count)
    count.hosts += 1
    totals.hosts += 1
    if (host.state.agentInstalled) count.connected += 1
    const status = statusIdOf(host)
    if (status === statusId.critical) totals.critical += 1
    if (status === statusId.warning) totals.warning += 1
  }
  const details = (id: number, name: string, createdAt: number | undefined): WireValue => {
    const keys = world.keys.filter((key) => key.vserverId === id)
    const commercial = keys.filter((key) => key.keyType === 1 || key.keyType === 6)
    const last = Math.max(...commercial.map((key) => key.limitDate))
    return params({
      KLSRV_ST_VIRT_SERVER_ID: long(id),
      KLSRV_ST_VIRT_SERVER_NAME: name,
      KLSRV_ST_VSERVER_HOST_COUNT: counts.get(id)?.connected ?? 0,
      KLSRV_ST_VSERVER_REAL_HOST_COUNT: counts.get(id)?.hosts ?? 0,
      KLSRV_ST_VSERVER_IOSMDM_DEV_COUNT: 0,
      KLSRV_ST_VSERVER_KESMOB_DEV_COUNT: 0,
      KLSRV_ST_VSERVER_TRIAL_LIC_EXISTS: keys.some((key) => key.keyType === 3),
      KLSRV_ST_VSERVER_COM_LIC_EXISTS: commercial.length > 0,
      ...(createdAt !== undefined && { KLSRV_ST_VSERVER_CREATION_DATE: datetime(createdAt) }),
      ...(commercial.length > 0 && { KLSRV_ST_VSERVER_LAST_COM_LIC_EXPIR: datetime(last) }),
    })
  }
  return {
    KLSRV_ST_VIRT_SERVER_COUNT: visible.length,
    KLSRV_ST_TOTAL_HOSTS_COUNT: totals.hosts,
    KLSRV_ST_VIRT_SERVERS_DETAILS: [
      ...(session.vserverId === 0 ? [details(0, '', undefined)] : []),
      ...visible.map((one) => details(one.id, one.name, one.createdAt)),
    ],
  }
}
