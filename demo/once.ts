import { disappointments } from './expectations.ts'
import { judgeWhole } from './judge-whole.ts'
import { play } from './play.ts'
import type { Showing } from './showing.ts'
import { story } from './story.ts'
import { summarise } from './summary.ts'
import { countsOf } from './verdict.ts'
import type { World } from './world.ts'

/** Tocsin looks seldom enough to be quick, and often enough for the story. */
export const onceStepMinutes = 60

/** Plays the story as fast as it goes. Gives the exit code: 0 when it came out and the checker found nothing. */
export async function playOnce(world: World, showing: Showing): Promise<number> {
  const { say, signal, paint, log } = showing
  const begun = performance.now()
  let day = 0
  const stepped = (at: Date): void => {
    const passed = Math.floor((at.getTime() - Date.parse(story.start)) / 86_400_000)
    if (passed === day) return
    day = passed
    const counts = world.parts.desks.map(({ emulator }) => emulator.stats().tickets)
    const open = counts.reduce((sum, one) => sum + one.open, 0)
    const closed = counts.reduce((sum, one) => sum + one.closed, 0)
    say(`day ${String(day).padStart(2)} of ${story.days}: ${open} tickets open, ${closed} closed`)
  }
  const failed = await play(world, story, { stepMinutes: onceStepMinutes, signal, watcher: { stepped } })
  if (signal.aborted) return 130
  const verdict = await judgeWhole(world)
  const wrong = [
    ...failed,
    ...disappointments(world, story, verdict),
    ...emulatorErrors(world),
    ...log.errors().map((message) => `Tocsin logged an error: ${message}`),
    ...verdict.violations.map(({ kind, at, words }) => `${kind} at ${at.toISOString()}: ${words}`),
    ...(verdict.duplicates > 0 ? [`${verdict.duplicates} references were open twice`] : []),
  ]
  say('')
  say(`${story.days} days in ${Math.round((performance.now() - begun) / 1_000)} seconds`)
  for (const line of summarise(world, verdict)) say(line)
  const kept = story.expectations.length
  if (wrong.length === 0)
    say(paint('green', `All ${kept} expectations of the story hold, and the checker found nothing.`))
  else say(paint('red', `Not as it should be:\n${wrong.map((line) => `  ${line}`).join('\n')}`))
  say(JSON.stringify(countsOf(verdict)))
  return wrong.length === 0 ? 0 : 1
}

function emulatorErrors({ parts }: World): string[] {
  return [...parts.sources, ...parts.desks].flatMap(({ name, emulator }) => {
    const { handlerErrors } = emulator.stats()
    return handlerErrors === 0 ? [] : [`the emulator of ${name} failed ${handlerErrors} times by itself`]
  })
}
