import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { startHubListeners } from '../support/hub-listeners.ts'
import { createHubWorld } from '../support/hub-world.ts'
import { seeded, seededBytes } from '../support/seeded.ts'

/**
 * A flood of garbage through the real listener into the real inbox and the real table of what nobody could read, with good lines
 * in between. The bytes come from a fixed seed; a million of them against the listener alone is in syslog-garbage.test.ts.
 */

const database = await testDatabase<Database>()

const garbageLines = 20_000
const connections = 10
/** One line in so many is a good one, and one in so many good ones is of a company that no rule knows. */
const goodEvery = 100
const unknownEvery = 4

const random = seeded(20_261_123)
const bytes = seededBytes(random, 256 * 1024)
const lineBreak = Buffer.from('\n')
/** Each line begins as a message does, so that it stands for itself. */
const beginnings = ['<13>', '<34>1 ', 'CEF:', 'LEEF:2.0|'].map((text) => Buffer.from(text))

function garbage(n: number): Buffer {
  const start = Math.floor(random() * (bytes.length - 200))
  const part = Buffer.from(bytes.subarray(start, start + Math.floor(random() * 200)))
  // A line break would make two of it.
  for (const [at, byte] of part.entries()) if (byte === 10 || byte === 13 || byte === 0) part[at] = 63
  return Buffer.concat([beginnings[n % beginnings.length] ?? lineBreak, part, lineBreak])
}

test('a flood of garbage is counted to the last line, and costs no good line', { timeout: 60_000 }, async () => {
  const world = await createHubWorld(database, { tenants: 1, devices: 1 })
  const [amber] = world.hub.ready.companies
  const listeners = await startHubListeners(world, world.hub.ready.companies)
  onTestFinished(async () => {
    await listeners.stop()
    await world.stop()
  })
  const { syslog, log } = listeners
  const ids: Record<'known' | 'unknown', string[]> = { known: [], unknown: [] }
  function good(id: string, isKnown: boolean): Buffer {
    ids[isKnown ? 'known' : 'unknown'].push(id)
    const group = isKnown ? amber?.name : 'Nobody'
    const data = `[event@23668 et="FOUND" hdn="pc-1" gn="Managed devices/${group}"]`
    return Buffer.from(`<12>1 2026-03-02T05:40:03.000Z pc-1 KES|11.0.0.0 - FOUND ${data} Event ${id}\n`)
  }
  async function flood(name: string): Promise<void> {
    const socket: Socket = connect(syslog.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    for (let n = 0; n < garbageLines / connections; n += 1) {
      const isGood = n % goodEvery === 0
      const isKnown = (n / goodEvery) % unknownEvery !== 0
      const lines = isGood ? Buffer.concat([good(`${name}-${n}`, isKnown), garbage(n)]) : garbage(n)
      if (!socket.write(lines)) await once(socket, 'drain')
    }
    socket.end()
    socket.resume()
    await once(socket, 'close')
  }
  await Promise.all(Array.from({ length: connections }, (_, n) => flood(`flood-${n}`)))
  await vi.waitFor(() => expect(syslog.counts().waiting).toBe(0), { timeout: 30_000, interval: 20 })
  const goodLines = ids.known.length + ids.unknown.length
  expect(goodLines).toBe(garbageLines / goodEvery)
  // All that was sent was received, and all of it was handed over to the tables.
  expect(syslog.counts()).toMatchObject({ received: garbageLines + goodLines, badFraming: 0, udpDropped: 0 })
  await world.settle()

  const { rows } = await database.pool.query<{ text: string }>(`select text from events where type = 'FOUND'`)
  const told = (text: string) => /Event (\S+)/.exec(text)?.[1] ?? text
  expect(rows.map(({ text }) => told(text)).sort()).toEqual(ids.known.sort())
  const { unread, waiting } = await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
  const counted = (isOfNobody: boolean) =>
    unread
      .filter(({ reason }: { reason: string }) => (reason === 'no-company') === isOfNobody)
      .reduce((sum: number, { messages }: { messages: number }) => sum + messages, 0)
  expect([counted(true), counted(false), waiting]).toEqual([ids.unknown.length, garbageLines, 0])
  // Those of nobody are kept, each of them, until somebody says whose they are.
  const path = `/api/v1/sources/${world.sourceId}/unread?reason=no-company&limit=200`
  const { items } = await world.ok('GET', path)
  expect(items.map(({ message }: { message: { raw: string } }) => told(message.raw)).sort()).toEqual(ids.unknown.sort())
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
})
