import { z } from 'zod'
import { EmulatorInputError } from '../../kit/input.ts'
import { day } from '../model/bits.ts'
import { recordHistory } from '../model/history.ts'
import { reevaluate, removeHost } from '../model/hosts.ts'
import type { Account, LevelSettings } from '../model/types.ts'
import { allHosts, ancestors, firstFreeGroupId, groupIdsOf, levelsOf, rootGroups, type World } from '../model/world.ts'
import { type Act, act } from './act.ts'
import { needGroup, needVServer, vserverIdOf } from './lookup.ts'
import { AccountFields, KeyFields, LevelSettingsSchema, ServerChanges, VServerKey } from './schemas.ts'

const LevelChanges = LevelSettingsSchema.partial().nullable().optional()

/** Acts on servers, groups, accounts, keys and sessions. */
export const serverActs: Record<string, Act> = {
  addVServer: act(
    z.strictObject({ name: z.string().min(1), uid: z.string().min(1).optional(), dnsDomain: z.string().optional() }),
    ({ world, now }, { name, uid, dnsDomain }) => {
      const id = Math.max(0, ...world.vservers.keys()) + 1
      const vserver = {
        id,
        uid: uid ?? `VSRV${id.toString(16).padStart(32, '0')}`,
        name,
        dnsDomain: dnsDomain ?? `vs${id}.example`,
        enabled: true,
        answering: true,
        createdAt: now,
      }
      for (const one of world.vservers.values()) {
        if (one.name === name || one.uid === vserver.uid) {
          throw new EmulatorInputError(`virtual server "${one.name}" (${one.uid}) is already there`)
        }
      }
      world.vservers.set(id, vserver)
      for (const group of rootGroups(id, groupIdsOf(id), now)) world.groups.set(group.id, group)
      recordHistory(world.history, now, { vserverUid: vserver.uid }, { kind: 'vserver-added' })
      return { id, uid: vserver.uid, managedGroup: groupIdsOf(id).managed }
    },
  ),
  removeVServer: act(z.strictObject({ vserver: VServerKey }), ({ world, now }, { vserver: key }) => {
    const { id, uid } = needVServer(world, key)
    for (const host of allHosts(world)) if (host.vserverId === id) removeHost(world, host, now)
    world.vservers.delete(id)
    for (const group of world.groups.values()) if (group.vserverId === id) world.groups.delete(group.id)
    world.keys = world.keys.filter((one) => one.vserverId !== id)
    world.levels.clear()
    recordHistory(world.history, now, { vserverUid: uid }, { kind: 'vserver-removed' })
  }),
  setVServer: act(
    z.strictObject({
      vserver: VServerKey,
      name: z.string().min(1).optional(),
      enabled: z.boolean().optional(),
      answering: z.boolean().optional(),
    }),
    ({ world, now }, { vserver: key, name, enabled, answering }) => {
      const before = needVServer(world, key)
      const vserver = {
        ...before,
        name: name ?? before.name,
        enabled: enabled ?? before.enabled,
        answering: answering ?? before.answering,
      }
      world.vservers.set(vserver.id, vserver)
      recordHistory(world.history, now, { vserverUid: vserver.uid }, { kind: 'vserver-changed' })
      return vserver
    },
  ),
  addGroup: act(
    z.strictObject({ name: z.string().min(1), vserver: VServerKey.optional(), parent: z.int().min(0).optional() }),
    ({ world, now }, { name, vserver, parent }) => {
      const above = needGroup(world, parent ?? groupIdsOf(vserverIdOf(world, vserver)).managed)
      const id = Math.max(firstFreeGroupId, ...world.groups.keys()) + 1
      const common = { createdAt: now, critical: null, warning: null }
      const kind = above.kind === 'unassigned' ? 'unassigned' : 'group'
      world.groups.set(id, { id, name, parentId: above.id, vserverId: above.vserverId, kind, ...common })
      return { id }
    },
  ),
  setGroup: act(
    z.strictObject({
      group: z.int().min(0),
      name: z.string().min(1).optional(),
      critical: LevelChanges,
      warning: LevelChanges,
    }),
    ({ world, now }, { group: id, name, critical, warning }) => {
      const group = needGroup(world, id)
      const levels = levelsOf(world, id)
      world.groups.set(id, {
        ...group,
        name: name ?? group.name,
        critical: merge(group.critical, levels.critical, critical),
        warning: merge(group.warning, levels.warning, warning),
      })
      world.levels.clear()
      const below = groupsBelow(world, id)
      reevaluate(world, (host) => below.has(host.groupId), now)
      return levelsOf(world, id)
    },
  ),
  setAccount: act(
    AccountFields.partial().extend({ user: z.string().min(1), password: z.string().min(1).optional() }),
    ({ world }, { user, ...changes }) => {
      const before = world.accounts.find((account) => account.user === user)
      if (!before && changes.password === undefined) throw new EmulatorInputError('a new account needs a "password"')
      const blank: Account = {
        user,
        password: '',
        domain: null,
        vservers: null,
        rights: { read: true, modify: false, exportLicense: false },
        deny: [],
      }
      const account = Object.assign({ ...(before ?? blank) }, changes)
      world.accounts = [...world.accounts.filter((one) => one !== before), account]
    },
  ),
  setKey: act(
    KeyFields.partial().extend({ serial: z.string().min(1), vserver: VServerKey.optional() }),
    ({ world, now }, { serial, vserver, ...changes }) => {
      const before = world.keys.find((key) => key.serial === serial) ?? {
        serial,
        vserverId: 0,
        productName: 'Endpoint Security for Business',
        appId: 1102,
        keyType: 1,
        licenseCount: 100,
        createdAt: now,
        limitDate: now + 365 * day,
        subscriptionState: null,
      }
      const key = Object.assign({ ...before }, changes)
      if (vserver !== undefined) key.vserverId = vserverIdOf(world, vserver)
      const at = world.keys.indexOf(before)
      world.keys = at < 0 ? [...world.keys, key] : world.keys.with(at, key)
      reevaluate(world, (host) => host.vserverId === key.vserverId || host.vserverId === before.vserverId, now)
    },
  ),
  setServer: act(ServerChanges, ({ world }, changes) => {
    Object.assign(world.server, changes)
  }),
  dropSessions: act(
    z.strictObject({ status: z.union([z.literal(401), z.literal(403)]).default(401) }),
    ({ sessions }, { status }) => sessions.dropAll(status),
  ),
  expireAccessors: act(z.strictObject({}), ({ sessions }) => sessions.forgetResultSets()),
  tick: act(z.strictObject({}), ({ now }) => ({ now: new Date(now).toISOString() })),
}

/** Own settings after a change: null inherits again, a partial one builds on what counted before, nothing leaves it. */
function merge(
  own: LevelSettings | null,
  effective: LevelSettings,
  changes: z.output<typeof LevelChanges>,
): LevelSettings | null {
  if (changes === undefined) return own
  return changes === null ? null : Object.assign({ ...effective }, changes)
}

function groupsBelow(world: World, id: number): Set<number> {
  const all = [...world.groups.keys()]
  return new Set(all.filter((one) => ancestors(world, one).some((group) => group.id === id)))
}
