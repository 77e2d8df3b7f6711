import { statusId } from '../model/bits.ts'
import { statusIdOf } from '../model/hosts.ts'
import type { Group } from '../model/types.ts'
import { allHosts, ancestors, type World } from '../model/world.ts'
import { type AttributeTable, bool, createTable, int, text, time } from './attribute.ts'

type Counts = { own: number; all: number; ok: number; critical: number; warning: number }

/** Group attributes (ksc-open-api.md 4.7). Counts are taken once, in one pass over all devices, when first asked for. */
export function createGroupAttributes(world: World): AttributeTable<Group> {
  let counted: Map<number, Counts> | undefined
  const countsOf = (group: Group): Counts => {
    counted ??= countHosts(world)
    return counted.get(group.id) ?? { own: 0, all: 0, ok: 0, critical: 0, warning: 0 }
  }
  const childrenOf = (group: Group): Group[] => [...world.groups.values()].filter((one) => one.parentId === group.id)
  const depthOf = (group: Group): number => inOwnServer(world, group).length - 1
  return createTable<Group>({
    id: int((group) => group.id),
    name: text((group) => group.name),
    parentId: int((group) => inOwnServer(world, group)[1]?.id),
    grp_full_name: text((group) => pathOf(world, group)),
    level: int(depthOf),
    creationDate: time((group) => group.createdAt),
    lastUpdate: time((group) => group.createdAt),
    hostsNum: int((group) => countsOf(group).own),
    childGroupsNum: int((group) => childrenOf(group).length),
    KLGRP_CHLDHST_CNT: int((group) => countsOf(group).all),
    KLGRP_CHLDHST_CNT_OK: int((group) => countsOf(group).ok),
    KLGRP_CHLDHST_CNT_CRT: int((group) => countsOf(group).critical),
    KLGRP_CHLDHST_CNT_WRN: int((group) => countsOf(group).warning),
    KLGRP_CHLDGRP_CNT: int((group) => childrenOf(group).length),
    grp_from_unassigned: bool((group) => group.kind === 'unassigned'),
    KLVSRV_ID: int((group) => group.vserverId),
    KLVSRV_DN: text((group) => world.vservers.get(group.vserverId)?.name),
  })
}

/** A group and its ancestors within its own server, nearest first. */
function inOwnServer(world: World, group: Group): Group[] {
  return ancestors(world, group.id).filter((one) => one.vserverId === group.vserverId)
}

/** `Managed devices/Servers/`. */
function pathOf(world: World, group: Group): string {
  const names = inOwnServer(world, group).map((one) => one.name)
  return `${names.reverse().join('/')}/`.replace(/^\/+/, '')
}

function countHosts(world: World): Map<number, Counts> {
  const counts = new Map<number, Counts>()
  for (const host of allHosts(world)) {
    const group = world.groups.get(host.groupId)
    if (!group) continue
    const status = statusIdOf(host)
    for (const one of inOwnServer(world, group)) {
      const count = counts.get(one.id) ?? { own: 0, all: 0, ok: 0, critical: 0, warning: 0 }
      counts.set(one.id, count)
      if (one.id === host.groupId) count.own += 1
      count.all += 1
      if (status === statusId.critical) count.critical += 1
      else if (status === statusId.warning) count.warning += 1
      else count.ok += 1
    }
  }
  return counts
}
