import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkHistory } from '../checker/check-history.ts'
import { startDatabase } from './database.ts'
import { createFaultHand } from './do-faults.ts'
import { createLifeHand } from './do-life.ts'
import { collectEvidence } from './evidence.ts'
import { countTransitions } from './eyes.ts'
import { openLastFront } from './last-front.ts'
import { createMeant } from './meant.ts'
import type { Options } from './options.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { createPerson } from './person.ts'
import { clockTime, makePlan, type Plan } from './plan.ts'
import { play } from './play.ts'
import { startProcesses } from './processes.ts'
import { createAdministrator } from './rules.ts'
import { type RunTime, timeOf } from './run-clock.ts'
import { setUp } from './set-up.ts'
import { settle } from './settle.ts'
import { startWorld } from './world.ts'

/** One run from its plan to its outcome. Leaves nothing running, whatever happens. */
export async function prove(options: Options, say: (line: string) => void, signal: AbortSignal): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-prove-'))
  // As root, PostgreSQL runs as an ordinary user who must get there.
  await chmod(folder, 0o711)
  await mkdir(join(folder, 'tocsin'))
  const closers: (() => Promise<void>)[] = []
  try {
    const plan = makePlan(options.desks, options.seed, options.size)
    const outcome = await run({ options, plan, folder, say, signal }, closers)
    if (options.keep !== null) {
      await mkdir(options.keep, { recursive: true })
      await writeFile(join(options.keep, 'evidence.json'), JSON.stringify(outcome.evidence))
    }
    return outcome
  } finally {
    for (const close of closers.reverse()) await close()
    if (options.keep === null) await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    else say(`Logs stay in ${folder}, evidence in ${options.keep}`)
  }
}

type Given = {
  readonly options: Options
  readonly plan: Plan
  readonly folder: string
  say(line: string): void
  readonly signal: AbortSignal
}

async function run({ options, plan, folder, say, signal }: Given, closers: (() => Promise<void>)[]): Promise<Outcome> {
  const { ground } = plan
  const database = await startDatabase(folder)
  closers.push(() => database.stop())
  const front = await openLastFront()
  closers.push(() => front.stop())
  const time: RunTime = { base: ground.start, realBase: Date.now(), speed: options.speed }
  const now = () => timeOf(time)
  const world = await startWorld(ground, time, plan.seed)
  closers.push(() => world.stop())
  const processes = await startProcesses({
    servers: options.servers,
    workers: options.workers,
    databaseUrl: database.url,
    folder,
    front: front.url,
    time,
    now,
  })
  closers.push(() => processes.stop())
  const person = createPerson(join(folder, 'tocsin'), () => processes.addresses())
  const meant = createMeant(ground.pairings)
  const ids = await setUp(person, world, ground)
  const administrator = createAdministrator({ person, ground, world, ids, meant, now })
  await administrator.begin()
  const start = now()
  say(
    `Set up; ${database.disk} stands for a full disk. ${options.servers} servers, ${options.workers} workers, ${options.speed} times real time.`,
  )

  const life = createLifeHand({ world, administrator, meant, start, now })
  const faults = createFaultHand({ world, processes, database, administrator, meant, speed: options.speed, now })
  await play({
    plan,
    life,
    faults,
    processes,
    signal,
    passed: () => now() - start,
    progress: (at) => {
      const tickets = [...world.desks.values()].map(
        ({ id, emulator }) => `${id} ${emulator.control.stats().tickets.open} open`,
      )
      say(
        `${clockTime(at)}  ${countTransitions(world.sources.values())} transitions, ${processes.deaths().length} deaths; ${tickets.join(', ')}`,
      )
    },
  })
  await life.finish()
  const settled = await settle({ world, person, administrator, now, say, signal })
  const end = now()
  await processes.stop()
  const evidence = await collectEvidence({ world, meant, processes, databaseUrl: database.url, from: start, to: end })
  const report = checkHistory(evidence)
  return outcomeOf({ options, plan, world, processes, faults, life, settled, evidence, report, start, end })
}
