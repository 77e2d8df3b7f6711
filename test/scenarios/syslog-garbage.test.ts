import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { ChannelMessage } from '../../src/channels/message.ts'
import { startSyslog } from '../../src/channels/syslog/listener.ts'
import { defaultLimits } from '../../src/channels/syslog/settings.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemIds } from '../../src/lib/ids.ts'
import { recordingLog } from '../support/recording-log.ts'
import { seeded, seededBytes } from '../support/seeded.ts'

/**
 * A flood of random bytes over the real listener, by one connection and by many, some lines of it a megabyte long, with good lines
 * in between. The bytes come from a fixed seed.
 */

const garbageLines = 1_000_000
/** One line in so many is a good one. */
const goodEvery = 100
/** One line in so many is a megabyte long. */
const longEvery = 20_000
const longBytes = 1024 * 1024
const connections = 20
/** Above what the process had before, the senders and this test in it; to keep the messages would take more than a gigabyte. */
const mostGrown = 450 * 1024 * 1024
const longestStand = 5_000

const random = seeded(20_261_122)
/** All garbage is cut out of these bytes; line breaks and zero bytes are among them. */
const bytes = seededBytes(random, 4 * longBytes)
const lineBreak = Buffer.from('\n')

/** Some of it begins as messages do, so that it stands for itself; the rest may seem to go on the line before it. */
const beginnings = ['<13>', 'CEF:', 'LEEF:2.0|', ''].map((text) => Buffer.from(text))

function garbage(n: number): Buffer {
  const length = n % longEvery === longEvery - 1 ? longBytes : Math.floor(random() * 200)
  const start = Math.floor(random() * (bytes.length - length))
  return bytes.subarray(start, start + length)
}

const good = (id: string) =>
  Buffer.from(
    `\n<12>1 2026-01-31T11:40:03.000Z pc-1 KES|11.0.0.0 - FOUND [event@23668 p1="${id}" et="FOUND" hdn="pc-1"] Event ${id}\n`,
  )

test('a million lines of garbage neither stop the listener, nor make it grow, nor cost it a good line', {
  timeout: 300_000,
}, async () => {
  const seen = new Map<string, number>()
  const taken = { messages: 0, unread: 0 }
  const log = recordingLog()
  const settings = { companyRules: [], readRules: [], statusPhrases: [], statusNamesAll: false, zoneMinutes: 0 }
  const doors = { host: '127.0.0.1', port: 0, tls: null, udpPort: null, allowFrom: [], limits: defaultLimits }
  const take = async (messages: readonly ChannelMessage[]): Promise<void> => {
    for (const { reading, fields } of messages) {
      taken.messages += 1
      if (reading.kind === 'unread') taken.unread += 1
      if (reading.kind !== 'event') continue
      const id = fields.find(({ name }) => name === 'p1')?.value ?? '?'
      seen.set(id, (seen.get(id) ?? 0) + 1)
    }
  }
  const listener = await startSyslog(
    { take, log, clock: systemClock, ids: systemIds },
    { sourceId: 7, version: 1, ...settings, ...doors },
  )
  onTestFinished(() => listener.stop(100))

  const sent: string[] = []
  async function flood(lines: number, name: string): Promise<void> {
    const socket: Socket = connect(listener.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    let batch: Buffer[] = []
    for (let n = 0; n < lines; n += 1) {
      if (n % goodEvery === 0) {
        sent.push(`${name}-${n}`)
        batch.push(good(`${name}-${n}`))
      }
      batch.push(beginnings[n % beginnings.length] ?? lineBreak, garbage(n), lineBreak)
      if (batch.length < 1_000) continue
      if (!socket.write(Buffer.concat(batch))) await once(socket, 'drain')
      batch = []
    }
    sent.push(`${name}-end`)
    socket.end(Buffer.concat([...batch, good(`${name}-end`)]))
    socket.resume()
    await once(socket, 'close')
  }

  const before = process.memoryUsage().rss
  let most = before
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 50)
  onTestFinished(() => clearInterval(watching))
  const stands = monitorEventLoopDelay({ resolution: 20 })
  stands.enable()
  const begun = performance.now()
  await flood(garbageLines / 2, 'alone')
  await Promise.all(
    Array.from({ length: connections }, (_, n) => flood(garbageLines / 2 / connections, `together-${n}`)),
  )
  await vi.waitFor(() => expect(listener.counts().waiting).toBe(0), { timeout: 30_000, interval: 20 })
  stands.disable()
  const seconds = (performance.now() - begun) / 1_000
  const grown = Math.round((most - before) / 1024 / 1024)
  const stood = Math.round(stands.max / 1e6)
  console.log(
    `${garbageLines} lines in ${seconds.toFixed(1)} s: ${taken.messages} messages, ${sent.length} good ones, ${grown} MiB more at most, ${stood} ms the longest stand`,
  )
  expect(sent.filter((id) => seen.get(id) !== 1)).toEqual([])
  expect(seen.size).toBe(sent.length)
  expect(taken.messages).toBe(taken.unread + sent.length)
  expect(taken.messages).toBe(listener.counts().received)
  expect(listener.counts()).toMatchObject({ badFraming: 0, busyWaits: 0 })
  expect(most - before).toBeLessThan(mostGrown)
  expect(stood).toBeLessThan(longestStand)
  expect(log.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
})
