import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '../src/lib/pino-log.ts'
import { updatePsa } from '../src/usecases/update-psa.ts'
import { updateSource } from '../src/usecases/update-source.ts'
import { type CheckResult, countsOf } from './check.ts'
import { createDemoPerson, type DemoPerson } from './demo-person.ts'
import { type CountingLog, countErrors } from './error-count.ts'
import { disappointments } from './expectations.ts'
import { createNarrator, createPaint, type Paint } from './narrator.ts'
import { play, type Watcher } from './play.ts'
import { createStage, type Stage } from './stage.ts'
import { story } from './story.ts'

/** `npm run demo`: the story, live for a person who watches, or once and as fast as it goes. */

export type DemoOptions = {
  readonly once: boolean
  /** Leaves the data folder. */
  readonly keep: boolean
  /** Live: simulated hours in a second. */
  readonly hoursPerSecond: number
  /** Console and API; the next free port when it is taken. */
  readonly port: number
  readonly coloured: boolean
  readonly signal: AbortSignal
  say(line: string): void
}

/** How often Tocsin reads both sides: seldom enough to be quick, often enough for the story. */
const liveStepMinutes = 30
const onceStepMinutes = 60
const portAttempts = 50

/** Runs the demo to its end, or until the signal. Gives the exit code: 0 when all came out as it should. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { say, signal } = options
  const stepMinutes = options.once ? onceStepMinutes : liveStepMinutes
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-demo-'))
  // As root, PostgreSQL runs as an ordinary user who must get there.
  await chmod(folder, 0o711)
  const log = countErrors(createLog('info', join(folder, 'tocsin.log')))
  const paint = createPaint(options.coloured)
  let stage: Stage | null = null
  try {
    say(paint('bold', 'Tocsin between an emulated Kaspersky Security Center and an emulated Autotask'))
    const { clients, devices, days } = story
    say(`${clients.length} clients, ${devices} computers, ${days} days. Starting, with an embedded PostgreSQL ...`)
    stage = await createStage({
      ...stageOptions(stepMinutes),
      dataFolder: folder,
      log,
      demo: true,
      port: await freePort(options.port),
    })
    const code = options.once
      ? await playOnce(stage, log, options, paint)
      : await playLive(stage, log, options, paint).then(() => 0)
    return signal.aborted && options.once ? 130 : code
  } finally {
    await stage?.stop()
    if (options.keep) say(`The data folder stays: ${folder} (with tocsin.log)`)
    else await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** The stage of the demo's story. */
export function stageOptions(stepMinutes: number): Parameters<typeof createStage>[0] {
  const unmapped = new Set(story.unmapped)
  return {
    tenants: story.clients,
    devices: story.devices,
    seed: story.seed,
    start: story.start,
    companyOf: (tenant) => (unmapped.has(tenant) ? null : tenant),
    computersEverySeconds: stepMinutes * 60,
    eventsEverySeconds: stepMinutes * 60,
    changesEverySeconds: stepMinutes * 60,
  }
}

async function playOnce(stage: Stage, log: CountingLog, options: DemoOptions, paint: Paint): Promise<number> {
  const { say, signal } = options
  const begun = performance.now()
  let day = 0
  const stepped = (at: Date): void => {
    const passed = Math.floor((at.getTime() - Date.parse(story.start)) / 86_400_000)
    if (passed === day) return
    day = passed
    const { open, closed } = stage.autotask.stats().tickets
    say(`day ${String(day).padStart(2)} of ${story.days}: ${open} tickets open, ${closed} closed`)
  }
  const failed = await play(stage, story, { stepMinutes: onceStepMinutes, signal, watcher: { stepped } })
  if (signal.aborted) return 130
  const result = stage.check()
  const wrong = [
    ...failed,
    ...disappointments(stage, story, result),
    ...log.errors().map((message) => `Tocsin logged an error: ${message}`),
    ...result.violations.map(({ kind, at, words }) => `${kind} at ${at.toISOString()}: ${words}`),
  ]
  say('')
  say(`${story.days} days in ${Math.round((performance.now() - begun) / 1_000)} seconds`)
  for (const line of summary(stage, result)) say(line)
  const kept = story.expectations.length
  if (wrong.length === 0)
    say(paint('green', `All ${kept} expectations of the story hold, and the check found nothing.`))
  else say(paint('red', `Not as it should be:\n${wrong.map((line) => `  ${line}`).join('\n')}`))
  say(JSON.stringify(countsOf(result)))
  return wrong.length === 0 && result.violations.length === 0 && result.duplicates === 0 ? 0 : 1
}

function summary(stage: Stage, result: CheckResult): string[] {
  const { ticketsOpened, ticketsClosed, ticketsOpen } = result
  const requests = stage.autotask.stats().requests
  const byClient = Map.groupBy(result.tickets, ({ companyId }) => companyId)
  return [
    `${ticketsOpened} tickets opened, ${ticketsClosed} closed by Tocsin, ${ticketsOpen} open; ${requests} requests to the desk`,
    ...[...byClient].map(([id, tickets]) => `  ${stage.names.companyName(id)}: ${tickets.length}`),
  ]
}

async function playLive(stage: Stage, log: CountingLog, options: DemoOptions, paint: Paint): Promise<void> {
  const { say, signal } = options
  const person = await createDemoPerson(stage.app.deps)
  const address = await stage.serve()
  for (const line of directions(stage, address, person)) say(line)
  const narrator = createNarrator(stage, say, paint)
  const pace = createPace(stage, options)
  const watcher: Watcher = {
    scene: narrator.scene,
    async stepped(at) {
      narrator.news(at)
      await pace()
    },
  }
  await play(stage, story, { stepMinutes: liveStepMinutes, signal, watcher })
  if (signal.aborted) return
  say('')
  for (const line of summary(stage, stage.check())) say(line)
  say('The story is over. From here on time goes as on your watch, and Tocsin looks every few seconds.')
  say(`Make something happen, for example:\n  ${actLine(stage)}`)
  await goOn(stage, log, narrator, signal)
}

/** Real time, short intervals: what a person does to the emulators is seen at once. */
async function goOn(
  stage: Stage,
  log: CountingLog,
  narrator: ReturnType<typeof createNarrator>,
  signal: AbortSignal,
): Promise<void> {
  const { deps } = stage.app
  stage.clock.run()
  await updateSource(deps, { id: stage.ids.sourceId, settings: { computersEverySeconds: 10, eventsEverySeconds: 5 } })
  await updatePsa(deps, { id: stage.ids.psaId, settings: { changesEverySeconds: 15 } })
  while (!signal.aborted) {
    try {
      await stage.work()
      narrator.news(stage.now())
    } catch (error) {
      log.error({ err: error }, 'a round of the demo failed; trying again')
    }
    await sleep(1_000, undefined, { signal }).catch(() => undefined)
  }
}

/** Waits so that simulated time goes no faster than asked. */
function createPace(stage: Stage, { hoursPerSecond, signal }: DemoOptions): () => Promise<void> {
  const begun = performance.now()
  const from = stage.now().getTime()
  return async () => {
    const due = begun + (stage.now().getTime() - from) / 3_600 / hoursPerSecond
    await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined)
  }
}

function directions(stage: Stage, address: string, person: DemoPerson): string[] {
  const token = join(stage.dataFolder, 'api-token')
  return [
    '',
    `  console    ${address}/`,
    `             sign in as ${person.email} with ${person.password}   (${person.name}, administrator)`,
    `  API        ${address}/api/v1   (its description: ${address}/api/openapi.json)`,
    `  token      ${token}`,
    `  tickets    curl -s -H "Authorization: Bearer $(cat ${token})" ${address}/api/v1/tickets`,
    `  KSC        ${stage.ksc.url}   what is wrong there: curl -sk '${stage.ksc.url}/_emulator/state?part=conditions'`,
    `  Autotask   ${stage.autotask.url}    its tickets: curl -s '${stage.autotask.url}/_emulator/state?part=tickets'`,
    `  log        ${join(stage.dataFolder, 'tocsin.log')}`,
    '',
    'Ctrl-C ends it.',
  ]
}

function actLine(stage: Stage): string {
  const order = JSON.stringify({ act: 'setHost', host: 'ACME-PC-001', changes: { rtpState: 1 } })
  return `curl -sk ${stage.ksc.url}/_emulator/act -d '${order}'`
}

/** `wanted`, or the next port that nobody listens on. 0 stays 0: any. */
async function freePort(wanted: number): Promise<number> {
  if (wanted === 0) return 0
  for (let port = wanted; port < Math.min(wanted + portAttempts, 65_536); port += 1) if (await isFree(port)) return port
  return 0
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
