import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { expect, test } from 'vitest'

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
