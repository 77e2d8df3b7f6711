import { describe, expect, test } from 'vitest'
import { healthy } from '../model/defaults.ts'
import { createMembers } from '../model/members.ts'
import type { Host } from '../model/types.ts'
import { createWorld } from '../model/world.ts'
import { params } from '../wire/values.ts'
import { toRecord } from './attribute.ts'
import { createHostAttributes } from './host-attributes.ts'
import { createRowWriter } from './row-writer.ts'

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const world = createWorld({ now: () => new Date(now) } as Parameters<typeof createWorld>[0])
const host: Host = {
  slot: 7,
  id: 'id-7',
  name: 'PC "ÄÖ"\n\\ 7',
  vserverId: 0,
  groupId: 0,
  kind: 'laptop',
  createdAt: now - 1e10,
  ip: 0x0a00_0007,
  state: { ...healthy, hsdp: { level: 'warning', text: 'said "so"' } },
  critical: 0,
  warning: 2 ** 31,
}

describe('createRowWriter', () => {
  const table = createHostAttributes(world, now)
  const fields = [...table].flatMap(([name, attribute]) => (attribute.searchOnly ? [] : [name]))

  test('writes every field as JSON.stringify writes the record', () => {
    for (const one of [host, { ...host, state: { ...host.state, agentInstalled: false, hsdp: null } }]) {
      expect(createRowWriter(table, fields)(one)).toBe(JSON.stringify(params(toRecord(table, fields, one))))
    }
  })

  test('a field that is asked for twice or is unknown, and none at all', () => {
    const asked = ['KLHST_WKS_DN', 'KLHST_NOPE', 'KLHST_WKS_ID', 'KLHST_WKS_DN']
    expect(createRowWriter(table, asked)(host)).toBe(JSON.stringify(params(toRecord(table, asked, host))))
    expect(createRowWriter(table, [])(host)).toBe('{"type":"params","value":{}}')
  })
})

test('members are given in the order of their slots, whoever came and went', () => {
  const members = createMembers()
  for (const slot of [5, 1, 9]) members.enter(1, slot)
  for (const slot of [7, 2]) members.enter(2, slot)
  members.leave(1, 9)
  members.enter(2, 9)
  members.leave(3, 1)
  expect(members.of([1, 2, 3])).toEqual([1, 2, 5, 7, 9])
  expect(members.of(new Set([2]))).toEqual([2, 7, 9])
  members.clear()
  expect(members.of([1, 2])).toEqual([])
})
