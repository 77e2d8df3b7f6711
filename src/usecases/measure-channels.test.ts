import { afterAll, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { Database } from '../db/tables.ts'
import { measureChannels } from './measure-channels.ts'
import { type ChannelReport, reportChannels } from './report-channels.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

const source = await bench.ok('POST', '/api/v1/sources', { connector: 'kaspersky-hub', name: 'Hub', settings: {} })
const id = Number(source.connection.id)
await bench.ok('PUT', `/api/v1/sources/${id}/channels`, {
  version: 0,
  syslog: { host: '127.0.0.1', port: 6_514, tls: { makeFor: ['hub.example'] } },
  smtp: { enabled: false, host: '127.0.0.1', name: 'hub.example', domains: ['hub.example'], encryption: 'none' },
})

const silent = async () => (await measureChannels(bench.deps)).silent.get(id)
const processes = ['6f8e0b0a-0000-4000-8000-000000000001', '6f8e0b0a-0000-4000-8000-000000000002']
async function say(process: number, state: ChannelReport['state'], message = ''): Promise<void> {
  const machine = { ...bench.deps.machine, process: processes[process] ?? '' }
  const report = {
    sourceId: id,
    channel: 'syslog',
    state,
    address: '127.0.0.1:6514',
    message,
    counts: {},
    isHeldUp: false,
  } as const
  await reportChannels({ ...bench.deps, machine }, [{ ...report, since: new Date() }])
}

test('a listener that is on is missed until one process has it; one that is off is not', async () => {
  expect(await silent()).toEqual([{ what: 'syslog', message: expect.stringContaining('No process listens') }])
  await say(0, 'failing', 'Port 6514 is taken.')
  expect(await silent()).toEqual([{ what: 'syslog', message: 'Port 6514 is taken.' }])
  await say(1, 'listening')
  expect(await silent()).toEqual([])
  // A process that ended says nothing any more.
  await database.pool.query(`update channel_states set seen_at = seen_at - interval '1 minute'`)
  expect(await silent()).toEqual([{ what: 'syslog', message: expect.stringContaining('No process listens') }])
})

test('the certificate that a listener shows has an end', async () => {
  const { ends } = await measureChannels(bench.deps)
  expect(ends).toMatchObject([{ kind: 'certificate-expiring', subject: `source/${id}`, name: 'Hub' }])
  const days = ((ends[0]?.endsAt.getTime() ?? 0) - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(3 * 365)
})
