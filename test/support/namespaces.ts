import { spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { forward } from './tcp-forward.ts'
import type { WorkerPlace } from './worker-process.ts'

/** Networks of their own on this machine, each joined to it by a cable that can be pulled (Linux, root, `ip`). */

export type Namespaces = {
  /** Makes another one from which these ports of this machine can be reached. */
  add(ports: readonly number[]): Promise<WorkerPlace & { unplug(): void; plugIn(): void }>
}

/** Why there can be none here, in words; null when there can. */
export function noNamespacesBecause(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `tocsin-try-${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (made.error !== undefined) return 'there is no program “ip” (Debian package iproute2)'
  if (made.status !== 0) return `“ip netns add” is not allowed here: ${made.stderr.trim()}`
  const cable = spawnSync('ip', ['link', 'add', 'tocsin-try', 'type', 'veth', 'peer', 'name', 'tocsin-try2'], {
    encoding: 'utf8',
  })
  if (cable.status === 0) spawnSync('ip', ['link', 'del', 'tocsin-try'])
  spawnSync('ip', ['netns', 'del', name])
  return cable.status === 0 ? null : `“ip link add ... type veth” is not allowed here: ${cable.stderr.trim()}`
}

/** All are gone when the test ends. */
export function namespaces(): Namespaces {
  let count = 0
  return {
    async add(ports) {
      count += 1
      const name = `tocsin-${process.pid}-${count}`
      const [near, far] = [`tcs${process.pid % 10_000}-${count}a`, `tcs${process.pid % 10_000}-${count}b`]
      const net = `10.${180 + (process.pid % 60)}.${count}`
      const host = `${net}.1`
      onTestFinished(() => {
        spawnSync('ip', ['link', 'del', near])
        spawnSync('ip', ['netns', 'del', name])
      })
      ip('netns', 'add', name)
      ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
      ip('addr', 'add', `${host}/24`, 'dev', near)
      ip('link', 'set', near, 'up')
      ip('-n', name, 'addr', 'add', `${net}.2/24`, 'dev', far)
      ip('-n', name, 'link', 'set', far, 'up')
      ip('-n', name, 'link', 'set', 'lo', 'up')
      for (const port of ports) {
        const { stop } = await forward({ host, port }, { host: '127.0.0.1', port })
        onTestFinished(stop)
      }
      return {
        command: ['ip', 'netns', 'exec', name],
        host,
        ports,
        unplug: () => ip('link', 'set', near, 'down'),
        plugIn: () => ip('link', 'set', near, 'up'),
      }
    },
  }
}

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}
