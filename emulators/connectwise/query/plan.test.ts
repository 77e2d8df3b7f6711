import { expect, test } from 'vitest'
import { createEmulatorClock } from '../../kit/clock.ts'
import type { Row } from '../model/field.ts'
import { ticketEntity } from '../model/ticket-fields.ts'
import { createStore } from '../store/store.ts'
import { createTable, type Table } from '../store/table.ts'
import { readFilter } from './filter.ts'
import { findMatches } from './plan.ts'

const count = 5000
const clock = createEmulatorClock()
const account = { companyId: '', publicKey: '', privateKey: '', clientId: '', memberId: 0 }
const store = createStore(clock, account, 'v2025_1/')

function filledTable(): { table: Table; reads(): number } {
  const table = createTable(ticketEntity)
  for (let id = 1; id <= count; id += 1) {
    const row: Row = { ...ticketEntity.blank, id, externalXRef: `ref:${id % 2500}`, company: id % 10 }
    table.put({ ...row, closedFlag: id % 2 === 0, lastUpdated: id * 1000 }, id)
  }
  let reads = 0
  const counting: Table = {
    ...table,
    get(id) {
      reads += 1
      return table.get(id)
    },
  }
  return { table: counting, reads: () => reads }
}

function find(table: Table, conditions: string): number[] {
  const filter = readFilter(store, ticketEntity, { conditions, childConditions: '', customFieldConditions: '' })
  return findMatches({ table }, filter, 0, 0).map((row) => row.id)
}

test.each([
  ['externalXRef = "REF:7"', [7, 2507], 2],
  ['externalXRef="ref:7" and company/id=7 and closedFlag=False', [7, 2507], 2],
  ['externalXRef in ("ref:7", "ref:8", "none")', [7, 8, 2507, 2508], 4],
  ['id = 17', [17], 1],
  ['id in (4, 2, 9999)', [2, 4], 3],
  ['id > 4998', [4999, 5000], 3],
  ['lastUpdated > [1970-01-01T01:23:18Z]', [4999, 5000], 3],
  ['_info/lastUpdated >= [1970-01-01T01:23:18Z] and closedFlag = True', [4998, 5000], 3],
])('%s reads few records', (conditions, expected, most) => {
  const { table, reads } = filledTable()
  expect(find(table, conditions)).toEqual(expected)
  expect(reads()).toBeLessThanOrEqual(most)
})

test.each([
  'externalXRef="ref:7" or id=1',
  'externalXRef != "ref:7"',
  'externalXRef = null',
  'externalXRef not in ("ref:7")',
])('%s needs all records', (conditions) => {
  const { table, reads } = filledTable()
  find(table, conditions)
  expect(reads()).toBe(count)
})

test('indexes follow changes and removals', () => {
  const { table } = filledTable()
  const row = table.get(7) ?? ticketEntity.blank
  table.put({ ...row, externalXRef: 'moved', lastUpdated: 6_000_000 }, 10_000)
  expect(find(table, 'externalXRef="ref:7"')).toEqual([2507])
  expect(find(table, 'externalXRef="moved"')).toEqual([7])
  expect(find(table, 'lastUpdated >= [1970-01-01T01:40:00Z]')).toEqual([7])
  table.remove(7, 10_001)
  expect(find(table, 'externalXRef="moved"')).toEqual([])
  expect(find(table, 'id > 0')).toHaveLength(count - 1)
})
