import { afterAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { testDatabase } from '../../test/support/database.ts'
import { type HeardChannel, saveListening } from '../db/channel-listening.ts'
import type { Database } from '../db/tables.ts'
import { heardPeriods, interruptionSeconds } from './heard-periods.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

let minute = 1_000
const deps = { ...bench.deps, clock: { ...bench.deps.clock, now: () => at(minute) } }
const at = (minutes: number) => new Date(Date.parse('2026-03-02T06:00:00Z') + minutes * 60_000)
const doors = { host: '127.0.0.1', port: 0 }
const syslog = { ...doors, tls: null }
const smtp = { ...doors, name: 'hub.example', domains: ['hub.example'], encryption: 'none' }
const mailbox = { host: 'imap.example', user: 'hub', password: 'secret of the mailbox', notBefore: '2026-01-01' }

let sources = 0
async function sourceWith(channels: object): Promise<number> {
  sources += 1
  const body = { connector: 'kaspersky-hub', name: `Hub ${sources}`, settings: {} }
  const { connection } = await bench.ok('POST', '/api/v1/sources', body)
  await bench.ok('PUT', `/api/v1/sources/${connection.id}/channels`, { version: 0, ...channels })
  return Number(connection.id)
}

const hear = (sourceId: number, channel: HeardChannel, minutes: number) =>
  saveListening(database.pool, [{ sourceId, channel }], at(minutes), channel === 'mailbox' ? null : interruptionSeconds)

test('a period goes on over a short interruption, and begins anew after a long one', async () => {
  const id = await sourceWith({ syslog })
  const period = () => heardPeriods(deps, id)
  expect(await period()).toEqual([])
  for (const minutes of [0, 1, 6]) await hear(id, 'syslog', minutes)
  expect(await period()).toEqual([{ channel: 'syslog', since: at(0), until: at(6) }])
  await hear(id, 'syslog', 11.1)
  expect(await period()).toEqual([{ channel: 'syslog', since: at(11.1), until: at(11.1) }])
  // Another process whose clock is a little behind.
  await hear(id, 'syslog', 11)
  expect(await period()).toEqual([{ channel: 'syslog', since: at(11.1), until: at(11.1) }])
})

test('mails are heard while every way of theirs is open; a mailbox keeps what comes while nobody looks', async () => {
  const id = await sourceWith({ smtp, mailbox })
  await hear(id, 'mailbox', 0)
  expect(await heardPeriods(deps, id)).toEqual([])
  await hear(id, 'smtp', 2)
  await hear(id, 'mailbox', 500)
  expect(await heardPeriods(deps, id)).toEqual([{ channel: 'mail', since: at(2), until: at(2) }])
  await hear(id, 'smtp', 600)
  expect(await heardPeriods(deps, id)).toEqual([{ channel: 'mail', since: at(600), until: at(500) }])
})

test('what is switched off is not needed, and not heard', async () => {
  const id = await sourceWith({ syslog: { ...syslog, enabled: false }, smtp: { ...smtp, enabled: false }, mailbox })
  for (const channel of ['syslog', 'smtp', 'mailbox'] as const) await hear(id, channel, 0)
  await hear(id, 'mailbox', 100)
  expect(await heardPeriods(deps, id)).toEqual([{ channel: 'mail', since: at(0), until: at(100) }])
})

test('a clock that is put back ends the period: what was told by it is no time in which anything could be heard', async () => {
  const id = await sourceWith({ syslog })
  for (const minutes of [600, 601]) await hear(id, 'syslog', minutes)
  minute = 10
  // Until the listener says so itself, no more than what is past counts.
  expect(await heardPeriods(deps, id)).toEqual([{ channel: 'syslog', since: at(600), until: at(10) }])
  await hear(id, 'syslog', 10)
  await hear(id, 'syslog', 11)
  minute = 1_000
  expect(await heardPeriods(deps, id)).toEqual([{ channel: 'syslog', since: at(10), until: at(11) }])
})

describe('the period of a mailbox', () => {
  const changes: [string, object][] = [
    ['another server', { host: 'other.example' }],
    ['another user', { user: 'other' }],
    ['another folder', { folder: 'Hub' }],
    ['a later day', { notBefore: '2026-02-01' }],
  ]
  const saved = async (id: number, mailbox: object | null) => {
    const { version } = await bench.ok('GET', `/api/v1/sources/${id}/channels`)
    await bench.ok('PUT', `/api/v1/sources/${id}/channels`, { version, mailbox })
  }

  test.each(changes)('begins anew with %s', async (_, change) => {
    const id = await sourceWith({ mailbox })
    await hear(id, 'mailbox', 0)
    await saved(id, { ...mailbox, everySeconds: 120 })
    expect(await heardPeriods(deps, id)).toEqual([{ channel: 'mail', since: at(0), until: at(0) }])
    await saved(id, { ...mailbox, ...change })
    expect(await heardPeriods(deps, id)).toEqual([])
    await hear(id, 'mailbox', 7)
    expect(await heardPeriods(deps, id)).toEqual([{ channel: 'mail', since: at(7), until: at(7) }])
  })

  test('begins anew when it was taken away and added again', async () => {
    const id = await sourceWith({ mailbox })
    await hear(id, 'mailbox', 0)
    await saved(id, null)
    await saved(id, mailbox)
    expect(await heardPeriods(deps, id)).toEqual([])
  })
})
