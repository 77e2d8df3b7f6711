import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { startChild } from './child.ts'
import { openLastFront } from './last-front.ts'
import type { MortalArgument } from './mortal-child.ts'
import { type PointName, pointNames } from './points.ts'

/** Each named point kills where its name says, and not before. */

const done: string[] = []
const desk = createServer((request, response) => {
  done.push(`${request.method} ${request.url}`)
  response.end('{}')
})
await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(desk.address() as AddressInfo).port}`
const front = await openLastFront()
afterAll(async () => {
  await front.stop()
  desk.closeAllConnections()
  await new Promise((resolve) => desk.close(resolve))
})

/** How it ended, and the last thing that it did. */
async function die(point: PointName, nth: number) {
  const argument: MortalArgument = { point, nth, front: front.url, desk: url }
  const child = startChild('mortal-child.ts', argument, { ipc: false })
  let text = ''
  child.process.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
  })
  const { signal } = await child.ended
  return { signal, lines: text.trim().split('\n') }
}

const lastDone: Readonly<Record<PointName, string>> = {
  'inside-judgement': 'begin',
  'after-commit': 'commit',
  'end-of-poll': 'commit',
  'before-claim': 'update duties set lease_owner = null',
  'after-claim': 'update tickets t set lease_owner = $2',
  'slot-in-hand': 'update governor_slots set owner = $3',
  'before-call': 'sent POST',
  'after-vendor-commit': 'sent POST',
  'before-remembering': 'sent POST',
  'after-remembering': 'with held as (...) update tickets t set phase = v.phase',
  'story-not-written': 'with held as (...) update tickets t set phase = v.phase',
}

test.each(pointNames)('%s', { timeout: 30_000 }, async (point) => {
  done.length = 0
  const first = await die(point, 1)
  expect(first.signal).toBe('SIGKILL')
  expect(first.lines.at(-1)).toBe(lastDone[point])
  // The desk has had the last request of one kind of death, and of that alone.
  expect(done).toEqual(point === 'after-vendor-commit' ? ['POST /Tickets'] : [])
  const second = await die(point, 2)
  expect(second.signal).toBe('SIGKILL')
  expect(second.lines.length).toBeGreaterThan(first.lines.length)
})

test('a process that is not armed for what it comes by lives', { timeout: 30_000 }, async () => {
  expect((await die('before-call', 3)).signal).toBeNull()
})
