import { afterAll, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { testDatabase } from '../../test/support/database.ts'
import { type HeardChannel, saveListening } from '../db/channel-listening.ts'
import type { Database } from '../db/tables.ts'
import { heardPeriods, interruptionSeconds } from './heard-periods.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

const at = (minutes: number) => new Date(Date.parse('2026-03-02T06:00:00Z') + minutes * 60_000)
const doors = { host: '127.0.0.1', port: 0 }
const syslog = { ...doors, tls: null }
const smtp = { ...doors, name: 'hub.example', domains: ['hub.example'], encryption: 'none' }
const mailbox = { host: 'imap.example', user: 'hub', password: 'secret of the mailbox', notBefore: '2026-01-01' }

async function sourceWith(channels: object): Promise<number> {
  const body = { connector: 'kaspersky-hub', name: `Hub ${JSON.stringify(Object.keys(channels))}`, settings: {} }
  const { connection } = await bench.ok('POST', '/api/v1/sources', body)
  await bench.ok('PUT', `/api/v1/sources/${connection.id}/channels`, { version: 0, ...channels })
  return Number(connection.id)
}

const hear = (sourceId: number, channel: HeardChannel, minutes: number) =>
  saveListening(database.pool, [{ sourceId, channel }], at(minutes), channel === 'mailbox' ? null : interruptionSeconds)

test('a period goes on over a short interruption, and begins anew after a long one', async () => {
  const id = await sourceWith({ syslog })
  const period = () => heardPeriods(bench.deps, id)
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
  expect(await heardPeriods(bench.deps, id)).toEqual([])
  await hear(id, 'smtp', 2)
  await hear(id, 'mailbox', 500)
  expect(await heardPeriods(bench.deps, id)).toEqual([{ channel: 'mail', since: at(2), until: at(2) }])
  await hear(id, 'smtp', 600)
  expect(await heardPeriods(bench.deps, id)).toEqual([{ channel: 'mail', since: at(600), until: at(500) }])
})

test('what is switched off is not needed, and not heard', async () => {
  const id = await sourceWith({ syslog: { ...syslog, enabled: false }, smtp: { ...smtp, enabled: false }, mailbox })
  for (const channel of ['syslog', 'smtp', 'mailbox'] as const) await hear(id, channel, 0)
  await hear(id, 'mailbox', 100)
  expect(await heardPeriods(bench.deps, id)).toEqual([{ channel: 'mail', since: at(0), until: at(100) }])
})
