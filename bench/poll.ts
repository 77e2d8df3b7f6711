import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { cpuOf, memoryOf, watchMemory } from './cost.ts'
import type { ReferenceEnd, ReferenceOrder } from './poll-reference.ts'
import type { KscAddress, PollEnd, PollOrder } from './poll-server.ts'
import { endProgram, startProgram } from './processes.ts'

/**
 * The rows about polling: computers of the emulated Kaspersky Security Center, which runs in a process of its own, listed
 * page by page over HTTPS by the real connector, compared, judged and stored by the whole server.
 *
 * `million-computers`: 1,000,000 computers of 4,000 virtual servers, all mapped, every rule on. A first poll, in which
 * everything is new; a second, in which nothing changed; then 2 % of the computers fall ill and the third is what the row is
 * about: from the first request to the last stored decision. Rules have a delay of an hour, so that tickets are made and
 * stored but not delivered: other rows measure that. `poll-reference.ts` says what it is compared with, once with fetching
 * and once without. Nothing is subtracted from our time; `emulatorCpuSeconds` tells the emulator's part of it. On a machine
 * that does other work, only seconds of a core can be compared: those of the loader and of its PostgreSQL with ours.
 *
 * `steady-hundred-thousand`: 100,000 computers of 400 virtual servers. Seconds of a core that server and PostgreSQL need for
 * one poll, over the five minutes between two polls: with nothing changed, and with 0.1 % changed.
 *
 * `--scale X` makes computers and virtual servers X times as many.
 */
const sizes = {
  'million-computers': { computers: 1_000_000, tenants: 4_000 },
  'steady-hundred-thousand': { computers: 100_000, tenants: 400 },
}
type PollRow = keyof typeof sizes

export function isPollRow(name: string): name is PollRow {
  return Object.hasOwn(sizes, name)
}

const pollEverySeconds = 300

/** As `npm start` runs the server. */
const serverFlags = ['--max-semi-space-size=8', '--max-old-space-size=400']

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

type World = {
  readonly server: ChildProcess
  readonly emulator: ChildProcess
  readonly ksc: KscAddress
  readonly folder: string
}

/** The next message of a child. Throws when it ends instead. */
async function hear(child: ChildProcess): Promise<{ value?: unknown; error?: string }> {
  const given = new AbortController()
  const ended = once(child, 'exit', { signal: given.signal }).then(() => {
    throw new Error('A program of the benchmark ended before its time.')
  })
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: given.signal }), ended])) as [
      { value?: unknown; error?: string },
    ]
    return message
  } finally {
    ended.catch(() => undefined)
    given.abort()
  }
}

async function ask(child: ChildProcess, order: PollOrder | ReferenceOrder): Promise<unknown> {
  child.send(order)
  const answer = await hear(child)
  if (answer.error !== undefined) throw new Error(answer.error)
  return answer.value
}

async function startWithReadyLine(args: readonly string[]): Promise<{ child: ChildProcess; ready: unknown }> {
  const child = startProgram(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('The program has no output to read.')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, ready: JSON.parse(line) }
}

/** Runs `measure` with an emulator, a desk and a server in processes of their own, and a fresh durable database. */
async function inWorld<T>(
  size: { computers: number; tenants: number },
  measure: (world: World) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-bench-'))
  const fleet = ['--devices', String(size.computers), '--tenants', String(size.tenants), '--seed', '1']
  const emulator = await startWithReadyLine([here('../scripts/emulator.ts'), 'ksc', '--port', '0', ...fleet])
  const desk = await startWithReadyLine([here('desk-server.ts'), '0', '0'])
  const server = fork(here('poll-server.ts'), [join(folder, 'data')], { execArgv: serverFlags })
  try {
    await hear(server)
    const ksc = emulator.ready as KscAddress
    const deskUrl = `http://127.0.0.1:${(desk.ready as { port: number }).port}`
    await ask(server, { do: 'set-up', ksc, deskUrl })
    const measured = await measure({ server, emulator: emulator.child, ksc, folder })
    const ended = once(server, 'exit')
    await ask(server, { do: 'stop' })
    await ended
    return measured
  } finally {
    server.kill()
    await endProgram(desk.child)
    await endProgram(emulator.child)
    await rm(folder, { recursive: true, force: true })
  }
}

/** One poll: its time, its cost in seconds of a core, the highest memory in MiB. */
async function measurePoll({ server, emulator }: World) {
  const [pid, emulatorPid] = [server.pid ?? 0, emulator.pid ?? 0]
  const [before, emulatorBefore] = [cpuOf(pid), cpuOf(emulatorPid)]
  const memory = watchMemory(pid)
  const { durationMs, failure, detail } = (await ask(server, { do: 'poll' })) as PollEnd
  const peak = memory.stop()
  if (failure !== null) throw new Error(`The poll failed: ${JSON.stringify(failure)}`)
  const [after, emulatorAfter] = [cpuOf(pid), cpuOf(emulatorPid)]
  return {
    seconds: durationMs / 1_000,
    serverCpuSeconds: round(after.root - before.root),
    postgresCpuSeconds: round(after.below - before.below),
    emulatorCpuSeconds: round(emulatorAfter.root - emulatorBefore.root),
    peakMemoryMiB: peak.all,
    ofWhichServerMiB: peak.root,
    ofWhichSharedBuffersMiB: peak.shared,
    ...detail,
  }
}

/** Lets so many computers fall ill at the emulator: databases of five days ago. */
async function fallIll({ server, ksc }: World, count: number): Promise<void> {
  const hosts = await ask(server, { do: 'some-computers', count })
  const databasesAt = new Date(Date.now() - 5 * 86_400_000).toISOString()
  const body = JSON.stringify({ act: 'setHosts', hosts, changes: { databasesAt } })
  const options = { method: 'POST', ca: ksc.certificate, checkServerIdentity: () => undefined }
  const sent = request(`${ksc.url}/_emulator/act`, options)
  sent.end(body)
  const [reply] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }]
  reply.resume()
  if (reply.statusCode !== 200) throw new Error(`The emulator answered the act with ${reply.statusCode}.`)
}

async function measureReference({ server, ksc, folder }: World) {
  const databaseUrl = String(await ask(server, { do: 'database-url' }))
  const child = fork(here('poll-reference.ts'), [], { execArgv: ['--max-semi-space-size=16'] })
  const run = async (what: ReferenceOrder['do']) => {
    const before = cpuOf(server.pid ?? 0)
    const end = (await ask(child, { do: what, ksc, databaseUrl, file: join(folder, 'pages') })) as ReferenceEnd
    const after = cpuOf(server.pid ?? 0)
    return { seconds: end.ms / 1_000, cpuSeconds: end.cpuSeconds + after.below - before.below, bytes: end.bytes }
  }
  try {
    await hear(child)
    const fetched = await run('fetch-and-load')
    await run('save')
    return { fetched, loaded: await run('load') }
  } finally {
    child.kill()
  }
}

async function measureMillion(world: World, computers: number): Promise<object> {
  const first = await measurePoll(world)
  await ask(world.server, { do: 'map-tenants' })
  const unchanged = await measurePoll(world)
  await fallIll(world, Math.round(computers / 50))
  const changed = await measurePoll(world)
  const stored = (await ask(world.server, { do: 'counts' })) as object
  const { fetched, loaded } = await measureReference(world)
  const cpuSeconds = changed.serverCpuSeconds + changed.postgresCpuSeconds
  return {
    first,
    unchanged,
    changed,
    stored,
    referenceMegabytes: round(loaded.bytes / 1e6),
    fetchParseCopy: { seconds: round(fetched.seconds), cpuSeconds: round(fetched.cpuSeconds) },
    parseCopy: { seconds: round(loaded.seconds), cpuSeconds: round(loaded.cpuSeconds) },
    timesFetchParseCopy: round(changed.seconds / fetched.seconds),
    timesParseCopy: round(changed.seconds / loaded.seconds),
    timesFetchParseCopyInCpu: round(cpuSeconds / fetched.cpuSeconds),
    timesParseCopyInCpu: round(cpuSeconds / loaded.cpuSeconds),
  }
}

async function measureSteady(world: World, computers: number): Promise<object> {
  const first = await measurePoll(world)
  await ask(world.server, { do: 'map-tenants' })
  await measurePoll(world)
  const unchanged = await measurePoll(world)
  await fallIll(world, Math.round(computers / 1_000))
  const changed = await measurePoll(world)
  const share = (poll: typeof changed) =>
    round((100 * (poll.serverCpuSeconds + poll.postgresCpuSeconds)) / pollEverySeconds)
  const idle = memoryOf(world.server.pid ?? 0)
  return {
    first,
    unchanged,
    changed,
    percentOfOneCore: { unchanged: share(unchanged), changed: share(changed) },
    memoryAfterMiB: idle.all,
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** Measures one of the rows; the result is its JSON line. */
export async function measurePollRow(name: PollRow, scale: number): Promise<object> {
  const [computers, tenants] = [sizes[name].computers * scale, sizes[name].tenants * scale].map(Math.round)
  const size = { computers: computers ?? 0, tenants: tenants ?? 0 }
  const measure = name === 'million-computers' ? measureMillion : measureSteady
  return {
    name,
    ...size,
    loadAtStart: loadavg()[0],
    ...(await inWorld(size, (world) => measure(world, size.computers))),
  }
}
