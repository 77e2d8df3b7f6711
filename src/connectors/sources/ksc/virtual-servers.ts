import type { TenantSeen } from '../../../core/observation.ts'
import { mainTenantKey, virtualServerToTenant } from './map.ts'
import type { KscContext, Session } from './session.ts'
import { readStaticInfo, readVirtualServers, type StaticInfo, staticInfoFields, type VirtualServer } from './wire.ts'

/** All virtual servers of the main server; -1 means below all groups (ksc-open-api.md 5.1). */
export async function readAllVirtualServers(session: Session): Promise<readonly VirtualServer[]> {
  const method = 'VServers.GetVServers'
  return readVirtualServers(method, await session.call(method, { lParentGroup: -1 }))
}

/** Facts of the server itself (4.7). */
export async function readServerFacts(session: Session): Promise<StaticInfo> {
  const method = 'HostGroup.GetStaticInfo'
  return readStaticInfo(method, await session.call(method, { pValues: staticInfoFields }))
}

/** The main server and its virtual servers as tenants. */
export async function readTenants(context: KscContext, session: Session): Promise<readonly TenantSeen[]> {
  const facts = await readServerFacts(session)
  const host = facts.KLADMSRV_SERVER_HOSTNAME || context.settings.address
  const tenants: TenantSeen[] = [{ key: mainTenantKey, name: `${host} (main server)`, enabled: true }]
  for (const server of await readAllVirtualServers(session)) {
    const tenant = virtualServerToTenant(server)
    if (tenant === null) {
      context.log.warn({ virtualServer: server.KLVSRV_ID }, 'virtual server has no KLVSRV_UID and cannot be mapped')
    } else tenants.push(tenant)
  }
  return tenants
}
