import { expect, test } from 'vitest'
import type { Duty } from '../db/duties.ts'
import { isNews } from './duty-news.ts'

const duty: Duty = {
  kind: 'poll-computers',
  subjectId: 1,
  owner: 'me',
  failures: 0,
  lastGoodAt: new Date('2026-03-02T10:00:00Z'),
  sweptTo: 0,
}
const now = new Date('2026-03-02T10:05:00Z')
const quiet = { began: 0, changed: 0, ended: 0, opened: 0, closed: 0, computers: 9_000, failedTenants: 1 }

test.each<[string, Partial<Duty>, object, boolean]>([
  ['found nothing new', {}, quiet, false],
  ['found something', {}, { ...quiet, ended: 1 }, true],
  ['went well for the first time', { lastGoodAt: null }, quiet, true],
  ['went well after failures', { failures: 3 }, quiet, true],
  ['went well for the first time today', { lastGoodAt: new Date('2026-03-01T23:59:59Z') }, quiet, true],
  [
    'saw a desk at which we alone changed something',
    { kind: 'read-changes' },
    { changed: 3, closedByPerson: 0 },
    false,
  ],
  ['noticed what a person did', { kind: 'read-changes' }, { changed: 1, closedByPerson: 1 }, true],
  ['read the same lists', { kind: 'read-options' }, { rules: 30, changed: false }, false],
  ['read other lists', { kind: 'read-options' }, { rules: 30, changed: true }, true],
  ['removed nothing', { kind: 'forget-old' }, { rows: 0 }, false],
  ['removed something', { kind: 'forget-old' }, { rows: 2, events: 2 }, true],
])('whether it is news that a duty %s', (_, more, detail, news) => {
  expect(isNews({ ...duty, ...more }, detail, now)).toBe(news)
})
