import type { FaultHand } from './do-faults.ts'
import type { LifeHand } from './do-life.ts'
import { deskTroubles } from './fault-kinds.ts'
import type { Fault } from './faults.ts'
import type { Plan } from './plan.ts'
import type { ProvedProcesses } from './processes.ts'
import { realSleep } from './run-clock.ts'

/** Plays a plan: everything at its time, or as soon after it as the machine allows. */

export type Playing = {
  readonly plan: Plan
  readonly life: LifeHand
  readonly faults: FaultHand
  readonly processes: ProvedProcesses
  /** ms since the life began. */
  passed(): number
  progress(at: number): void
  readonly signal: AbortSignal
}

type Cue = { readonly at: number; run(): Promise<void> }

const lookMs = 20
const cuesAtOnce = 20
const longerMs = 60_000
const soonMs = 15_000
const longerAtMostMs = 8 * longerMs
const progressEveryMs = 5 * 60_000
/** A point at which nobody came by in this time waits for its next turn; ms of the run. */
const armedAtMostMs = 12 * 60_000

/** Returns when the last cue was given; points that nobody died at by then are told by their absence. */
export async function play(playing: Playing): Promise<void> {
  const { plan, faults, processes, passed, signal } = playing
  const waiting: Extract<Fault, { name: 'kill-at' }>[] = []
  // A disk takes its time to be filled, and the life goes on meanwhile.
  let atDatabase: Promise<void> = Promise.resolve()
  const cues: Cue[] = cuesOf(playing, {
    later(cue) {
      const place = cues.findIndex(({ at }) => at > cue.at)
      cues.splice(place < 0 ? cues.length : place, 0, cue)
    },
    kill: (fault) => waiting.push(fault),
    atDatabase(work) {
      atDatabase = atDatabase.then(work)
      atDatabase.catch(() => undefined)
    },
  })
  let told = 0
  let armed: { readonly fault: (typeof waiting)[number]; readonly since: number; readonly deaths: number } | null = null

  async function pump(): Promise<void> {
    const deaths = processes.deaths().length
    if (
      armed !== null &&
      processes
        .deaths()
        .slice(armed.deaths)
        .some(({ by }) => by === armed?.fault.point)
    )
      armed = null
    if (armed !== null && passed() - armed.since > armedAtMostMs) {
      processes.disarm()
      waiting.push(armed.fault)
      armed = null
    }
    const next = armed === null ? waiting.shift() : undefined
    if (next === undefined) return
    armed = { fault: next, since: passed(), deaths }
    await faults.begin(next)
  }

  while ((cues.length > 0 || passed() < plan.minutes * 60_000) && !signal.aborted) {
    const now = passed()
    // On a busy machine many may be due at once; deaths must not wait for them.
    for (let n = 0; n < cuesAtOnce && cues[0] !== undefined && cues[0].at <= now; n += 1) await cues.shift()?.run()
    await pump()
    if (now - told >= progressEveryMs) {
      told = now
      playing.progress(now)
    }
    if (cues[0] === undefined || cues[0].at > passed()) await realSleep(lookMs)
  }
  processes.disarm()
  await atDatabase
}

type Apart = {
  kill(fault: Extract<Fault, { name: 'kill-at' }>): void
  atDatabase(work: () => Promise<void>): void
  later(cue: Cue): void
}

function cuesOf({ plan, life, faults }: Playing, { kill, atDatabase, later }: Apart): Cue[] {
  const cues: Cue[] = plan.life.map((act) => ({ at: act.at, run: () => life.do(act) }))
  for (const fault of plan.faults) {
    if (fault.name === 'kill-at') cues.push({ at: fault.at, run: async () => kill(fault) })
    else if (fault.on === 'database')
      cues.push({ at: fault.at, run: async () => atDatabase(() => faults.begin(fault).then(() => undefined)) })
    else cues.push(beginning(fault, fault.at))
    if (fault.on === 'database' && 'until' in fault) {
      cues.push({ at: fault.until, run: async () => atDatabase(() => faults.end(fault)) })
    }
  }
  /** Its end is planned when it has begun: all processes may be starting when it is due. */
  function beginning(fault: Fault, at: number): Cue {
    return {
      at,
      async run() {
        if (!(await faults.begin(fault))) later(beginning(fault, at + soonMs))
        else if ('until' in fault) later(ending(fault, at + fault.until - fault.at))
      },
    }
  }
  /** A fault that nothing has come by to feel stays a little longer. */
  function ending(fault: Fault & { readonly until: number }, at: number): Cue {
    const isLast = at >= fault.until + longerAtMostMs
    return {
      at,
      async run() {
        if (isLast || faults.isFelt(fault)) await endFault(fault, life, faults)
        else later(ending(fault, at + longerMs))
      },
    }
  }
  return cues.sort((one, other) => one.at - other.at)
}

/** What a desk refused stays stuck until a person has it tried again. */
async function endFault(fault: Fault, life: LifeHand, faults: FaultHand): Promise<void> {
  await faults.end(fault)
  const refused = deskTroubles as readonly string[]
  if (fault.on === 'desk' && refused.includes(fault.name)) {
    await life.do({ kind: 'retry-stuck', at: fault.at, desk: fault.desk })
  }
}
