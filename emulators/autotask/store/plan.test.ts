import { describe, expect, it } from 'vitest'
import { ticketEntity } from '../model/entities.ts'
import { readFilter } from '../query/filter.ts'
import { planQuery } from '../query/plan.ts'
import { createTable, type Table } from './table.ts'

/** 20,000 tickets; each was changed once, the last 100 once more. */
function bigTable(): Table {
  const table = createTable(ticketEntity)
  for (let id = 1; id <= 20_000; id += 1) {
    const row = { ...ticketEntity.blank, id, companyID: id % 50, externalID: `ksc:${id}` }
    table.put({ ...row, lastTrackedModificationDateTime: id }, id)
    table.put({ ...row, lastTrackedModificationDateTime: 20_000 + id }, 20_000 + id)
  }
  for (let id = 19_901; id <= 20_000; id += 1) {
    const row = table.get(id)
    if (row) table.put({ ...row, lastTrackedModificationDateTime: 50_000 + id }, 50_000 + id)
  }
  return table
}

const table = bigTable()
const looked = (...filter: object[]): number => {
  const view = planQuery(table, readFilter(ticketEntity, filter), 100_000, 0)
  const { ids, start } = view.candidates(Number.NEGATIVE_INFINITY)
  return ids.length - start
}

describe('rows looked at', () => {
  it.each<[string, object[], number]>([
    ['one id', [{ op: 'eq', field: 'id', value: 7 }], 1],
    ['ids', [{ op: 'in', field: 'id', value: [7, 8, 9] }], 3],
    ['a reference', [{ op: 'eq', field: 'externalID', value: 'KSC:7' }], 1],
    ['references', [{ op: 'in', field: 'externalID', value: ['ksc:7', 'ksc:8'] }], 2],
    ['a reference in a group', [{ op: 'and', items: [{ op: 'eq', field: 'externalID', value: 'ksc:7' }] }], 1],
    ['a company', [{ op: 'eq', field: 'companyID', value: 7 }], 400],
    ['changed since', [{ op: 'gt', field: 'lastTrackedModificationDateTime', value: '1970-01-01T00:00:50Z' }], 100],
    ['ids above', [{ op: 'gte', field: 'id', value: 19_991 }], 10],
    ['an unindexed field', [{ op: 'eq', field: 'title', value: 'x' }], 20_000],
    [
      'or cannot use an index',
      [
        {
          op: 'or',
          items: [
            { op: 'eq', field: 'id', value: 7 },
            { op: 'eq', field: 'title', value: 'x' },
          ],
        },
      ],
      20_000,
    ],
  ])('%s', (_, filter, count) => {
    expect(looked(...filter)).toBe(count)
  })
})

describe('a table', () => {
  it('forgets the indexes of what was removed or changed', () => {
    const small = createTable(ticketEntity)
    const row = { ...ticketEntity.blank, id: 1, externalID: 'a', companyID: 5 }
    small.put(row, 1)
    small.put({ ...row, id: 2 }, 2)
    expect(small.find('externalID', 'A')).toEqual([1, 2])
    small.put({ ...row, externalID: 'b' }, 3)
    expect(small.find('externalID', 'a')).toEqual([2])
    small.remove(2, 4)
    expect(small.find('externalID', 'a')).toEqual([])
    expect([...small.ids(), small.takeId()]).toEqual([1, 3])
  })

  it('drops old versions when the clock is moved back', () => {
    const small = createTable(ticketEntity)
    small.put({ ...ticketEntity.blank, id: 1 }, 5_000)
    expect([...small.past(5_000, 100).keys()]).toEqual([1])
    small.put({ ...ticketEntity.blank, id: 2 }, 1_000)
    expect([...small.past(1_000, 100).keys()]).toEqual([2])
  })
})
