import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { expect, test } from 'vitest'
import { startHttp } from '../test/support/servers.ts'

const script = fileURLToPath(new URL('./emulator.ts', import.meta.url))

function launch(...args: string[]): {
  child: ChildProcess
  output: { out: string; err: string }
  ended: Promise<number | null>
} {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { out: '', err: '' }
  child.stdout?.on('data', (chunk) => {
    output.out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    output.err += chunk
  })
  return { child, output, ended: once(child, 'close').then(([code]) => code as number | null) }
}

test.each(['SIGTERM', 'SIGINT'] as const)('prints one line when ready, serves, and stops on %s', async (signal) => {
  const { child, output, ended } = launch('ksc', '--port', '0', '--devices', '12', '--tenants', '3', '--seed', '5')
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')
  const ready = JSON.parse(line)
  expect(ready).toMatchObject({ vendor: 'ksc', user: expect.any(String), password: expect.any(String) })
  expect(ready.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  const dispatcher = new Agent({ connect: { ca: ready.certificate } })
  const answer = await request(`${ready.url}/_emulator/state?part=vservers`, { dispatcher })
  expect(await answer.body.json()).toHaveLength(3)
  child.kill(signal)
  expect(await ended).toBe(0)
  expect(output.err).toBe('')
  expect(output.out.trim().split('\n')).toHaveLength(1)
  await dispatcher.close()
})

test('the feeder of a hub prints how it is connected, and sends where it is told to', async () => {
  const { child, output, ended } = launch('hub', '--port', '0', '--devices', '6', '--tenants', '2', '--seed', '5')
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')
  const ready = JSON.parse(line)
  expect(ready).toMatchObject({ vendor: 'hub', connect: expect.stringContaining('POST /_emulator/act') })
  expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(ready.companies).toEqual(
    Array.from({ length: 2 }, () => ({ key: expect.any(String), name: expect.any(String) })),
  )
  const heard: { path: string | undefined; computers: unknown[] }[] = []
  const { port } = await startHttp(async (asked, reply) => {
    const body = JSON.parse(Buffer.concat(await asked.toArray()).toString('utf8'))
    heard.push({ path: asked.url, computers: body.computers })
    reply.end('{}')
  })
  const act = async (order: object): Promise<unknown> => {
    const answer = await request(`${ready.url}/_emulator/act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    })
    return answer.body.json()
  }
  await act({ act: 'connect', url: `http://127.0.0.1:${port}`, sourceId: 7, token: 'a token' })
  await act({ act: 'list' })
  expect(await act({ act: 'flush' })).toMatchObject({ sent: 2, waiting: 0, refused: null })
  expect(heard.map(({ path }) => path)).toEqual(['/api/v1/hub/7/computers', '/api/v1/hub/7/computers'])
  expect(heard.flatMap(({ computers }) => computers)).toHaveLength(6)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(output.err).toBe('')
})

test.each([
  [[], 'no vendor is named'],
  [['nobody', '--port', '0'], 'unknown vendor "nobody"'],
  [['ksc'], '--port is missing'],
  [['ksc', '--port', 'x'], '--port must be a whole number'],
  [['ksc', '--port', '99999'], '--port must be a whole number from 0 to 65535'],
  [['ksc', '--port', '0', '--devices', '-1'], '--devices'],
  [['ksc', '--port', '0', '--colour', 'red'], '--colour'],
  [['ksc', 'autotask', '--port', '0'], 'one vendor at a time'],
])('%j ends with a clear message', async (args, message) => {
  const { output, ended } = launch(...args)
  expect(await ended).toBe(2)
  expect(output.err).toContain(message)
  expect(output.err).toContain('Usage: npm run emulator -- <vendor> --port N')
  expect(output.out).toBe('')
})
