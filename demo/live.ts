import { setTimeout as sleep } from 'node:timers/promises'
import { updatePsa } from '../src/usecases/update-psa.ts'
import { updateSource } from '../src/usecases/update-source.ts'
import { createDemoPerson } from './demo-person.ts'
import { actLine, directions } from './directions.ts'
import { drillFirst } from './first-drill.ts'
import { judgeWhole } from './judge-whole.ts'
import { createNarrator, type Narrator } from './narrator.ts'
import { play } from './play.ts'
import { idOf } from './set-up.ts'
import type { Showing } from './showing.ts'
import { story } from './story.ts'
import { summarise } from './summary.ts'
import type { World } from './world.ts'

export const liveStepMinutes = 30

/** Plays the story for a person who watches, then goes on as the person likes, until the signal. */
export async function playLive(world: World, showing: Showing): Promise<void> {
  const { say, signal, paint } = showing
  const person = await createDemoPerson(world.app.deps)
  await drillFirst(world)
  const address = await world.serve()
  for (const line of directions(world, address, person)) say(line)
  const narrator = createNarrator(world, say, paint)
  const pace = createPace(world, showing)
  const stepped = async (at: Date) => {
    narrator.news(at)
    await pace()
  }
  await play(world, story, { stepMinutes: liveStepMinutes, signal, watcher: { scene: narrator.scene, stepped } })
  if (signal.aborted) return
  say('')
  for (const line of summarise(world, await judgeWhole(world))) say(line)
  say('The story is over. From here on time goes as on your watch, and Tocsin looks every few seconds.')
  say(`Make something happen, for example:\n  ${actLine(world, 'ACME-PC-001')}`)
  await goOn(world, narrator, showing)
}

/** Real time, short intervals: what a person does to the emulators is seen at once. */
async function goOn(world: World, narrator: Narrator, { log, signal }: Showing): Promise<void> {
  const { ids, parts, clock } = world
  const { deps } = world.app
  clock.run()
  const every = { computersEverySeconds: 10, eventsEverySeconds: 5, changesEverySeconds: 15 }
  for (const { id, intervals } of parts.sources) {
    await updateSource(deps, { id: idOf(ids.sources, id), settings: intervals(every) })
  }
  for (const { id, intervals } of parts.desks) {
    await updatePsa(deps, { id: idOf(ids.psas, id), settings: intervals(every) })
  }
  while (!signal.aborted) {
    try {
      await world.work()
      narrator.news(world.now())
    } catch (error) {
      log.error({ err: error }, 'a round of the demo failed; trying again')
    }
    await sleep(1_000, undefined, { signal }).catch(() => undefined)
  }
}

/** Waits so that simulated time goes no faster than asked. */
function createPace(world: World, { hoursPerSecond, signal }: Showing): () => Promise<void> {
  const begun = performance.now()
  const from = world.now().getTime()
  return async () => {
    const due = begun + (world.now().getTime() - from) / 3_600 / hoursPerSecond
    await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined)
  }
}
