import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const launcher = join(import.meta.dirname, 'run.mjs')

test('starts the pinned Node, passes arguments on and hands back the exit code', () => {
  const told = 'console.log(process.version, process.argv[1]); process.exit(3)'
  const { stdout, status } = spawnSync(process.execPath, [launcher, '-e', told, 'word'], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: `${process.version} word\n`, status: 3 })
})

test('what it starts finds the same Node by its name', () => {
  const told = 'process.stdout.write(require("node:child_process").execSync("node -v"))'
  const { stdout } = spawnSync(process.execPath, [launcher, '-e', told], { encoding: 'utf8' })
  expect(stdout).toBe(`${process.version}\n`)
})

test('passes a signal on and waits for the end', async () => {
  const told = 'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("up")'
  const child = spawn(process.execPath, [launcher, '-e', told], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([7, null])
})
