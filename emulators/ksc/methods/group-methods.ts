import { toRecord } from '../attributes/attribute.ts'
import { createGroupAttributes } from '../attributes/group-attributes.ts'
import type { Group, LevelSettings } from '../model/types.ts'
import { groupIdsOf, levelsOf, type World } from '../model/world.ts'
import { openResultSet } from '../result-sets.ts'
import { badFormat, noSuchParameter, notFound } from '../wire/pxg-error.ts'
import { params, type WireObject, type WireValue } from '../wire/values.ts'
import type { Call, MethodTable } from './call.ts'
import { readFilter, search } from './search.ts'

/** Group calls of `HostGroup` (ksc-open-api.md 4.6, 4.7). */
export const groupMethods: MethodTable = {
  'HostGroup.GroupIdGroups': ({ session }) => ({ PxgRetVal: groupIdsOf(session.vserverId).managed }),
  'HostGroup.GroupIdUnassigned': ({ session }) => ({ PxgRetVal: groupIdsOf(session.vserverId).unassigned }),
  'HostGroup.GroupIdSuper': ({ session }) => ({ PxgRetVal: groupIdsOf(session.vserverId).super }),
  'HostGroup.FindGroups': (call) => {
    const { args, world, now, session } = call
    const onlyOwnServer = args.container('pParams').KLGRP_FIND_FROM_CUR_VS_ONLY === true
    const rows = search({
      table: createGroupAttributes(world),
      rows: groupsInScope(call, onlyOwnServer),
      filter: readFilter(args.text('wstrFilter')),
      fields: args.texts('vecFieldsToReturn'),
      order: args.order('vecFieldsToOrder'),
      now,
    })
    const strAccessor = openResultSet(session, 'chunk', rows, args.int('lMaxLifeTime', 0), now)
    return { PxgRetVal: rows.count, strAccessor }
  },
  'HostGroup.GetSubgroups': (call) => {
    const root = findGroup(call, call.args.int('nGroupId', groupIdsOf(call.session.vserverId).managed))
    const depth = call.args.int('nDepth', 1)
    return { PxgRetVal: subgroupsOf(call.world, root, depth <= 0 ? Number.POSITIVE_INFINITY : depth) }
  },
  'HostGroup.GetGroupInfo': (call) => ({ PxgRetVal: groupInfo(call, undefined) }),
  'HostGroup.GetGroupInfoEx': (call) => {
    const wanted = call.args.texts('pArrAttributes')
    if (wanted.length > 100) throw badFormat('at most 100 attributes')
    return { PxgRetVal: groupInfo(call, wanted) }
  },
}

function groupsInScope({ world, session }: Call, onlyOwnServer: boolean): Group[] {
  const all = session.vserverId === 0 && !onlyOwnServer
  return [...world.groups.values()].filter((group) => all || group.vserverId === session.vserverId)
}

/** The group of that id, if this session may see it. Throws PxgError 1186. */
function findGroup({ world, session }: Call, id: number): Group {
  const group = world.groups.get(id)
  if (!group || (session.vserverId !== 0 && group.vserverId !== session.vserverId)) throw notFound('Group', String(id))
  return group
}

/** Nested arrays under `groups`, as the official sample walks them. */
function subgroupsOf(world: World, root: Group, depth: number): WireValue[] {
  const children = [...world.groups.values()].filter(
    (group) => group.parentId === root.id && group.vserverId === root.vserverId,
  )
  return children.map((group) => {
    const deeper = depth > 1 ? subgroupsOf(world, group, depth - 1) : []
    return params({ id: group.id, name: group.name, ...(deeper.length > 0 && { groups: deeper }) })
  })
}

function groupInfo(call: Call, wanted: readonly string[] | undefined): WireObject {
  const { world } = call
  const group = findGroup(call, call.args.int('nGroupId', groupIdsOf(call.session.vserverId).managed))
  const table = createGroupAttributes(world)
  const levels = levelsOf(world, group.id)
  const containers: WireObject = {
    KLSRV_HSTSTAT_CRITICAL: params(levelContainer(levels.critical, group.critical === null)),
    KLSRV_HSTSTAT_WARNING: params(levelContainer(levels.warning, group.warning === null)),
  }
  const names = wanted ?? [...table.keys(), ...Object.keys(containers)]
  const info = toRecord(table, names, group)
  for (const name of names) {
    const container = containers[name]
    if (container !== undefined) info[name] = container
    else if (!table.has(name)) throw noSuchParameter(name)
  }
  return info
}

/** One level's settings under their API names (ksc-open-api.md 4.6). */
function levelContainer(settings: LevelSettings, inherited: boolean): WireObject {
  return {
    KLSRV_HSTSTAT_INHERITED: inherited,
    KLSRV_HSTSTAT_INHERITABLE: true,
    KLSRV_HSTSTAT_LOCKED: false,
    KLSRV_HSTSTAT_MASK: settings.mask,
    KLSRV_HSTSTAT_SP_RPT_INACTIVE: settings.protectionInactiveSeconds,
    KLSRV_HSTSTAT_SP_VIRUSES: settings.viruses,
    KLSRV_HSTSTAT_SP_RPT_DIFFERS: settings.wantedProtection,
    KLSRV_HSTSTAT_OLD_FSCAN: settings.fullScanDays,
    KLSRV_HSTSTAT_OLD_AV_BASES: settings.databasesDays,
    KLSRV_HSTSTAT_OLD_LAST_CONNECT: settings.notConnectedDays,
    KLSRV_HSTSTAT_OLD_LICENSE: settings.licenseDays,
    KLSRV_HSTSTAT_SP_UNCURED: settings.uncured,
    KLSRV_HSTSTAT_SP_BOOT_EXPIRED: settings.restartSeconds,
    KLSRV_HSTSTAT_SP_BOOT_REASONS: settings.restartReasons,
    KLSRV_HSTSTAT_SP_VULNERABILITY: settings.vulnerability,
    KLSRV_HSTSTAT_SP_UASEARCH: settings.updateSearchDays,
    KLSRV_HSTSTAT_SP_DISKSPACE: settings.diskSpaceMb,
  }
}
