import { createRandom, type Random } from '../emulators/kit/random.ts'
import type { Act, Scene } from './story-form.ts'

/** The small troubles of every day, by chance from a seed: a computer falls ill and is well again some hours later. */

/** What befalls a computer, and how long it lasts. */
export type Illness = {
  readonly say: string
  readonly hours: readonly [least: number, most: number]
  begin(computer: string): Act
  end(computer: string): Act
}

/** Those of computers of a KSC. */
export function kscIllnesses(at: string): readonly Illness[] {
  const set = (host: string, changes: object): Act => ({ at, order: { act: 'setHost', host, changes } })
  return kscTroubles.map(({ say, hours, ill, well }) => ({
    ...{ say, hours },
    begin: (computer) => set(computer, ill),
    end: (computer) => set(computer, well),
  }))
}

type Changes = Readonly<Record<string, unknown>>

const kscTroubles: readonly (Pick<Illness, 'say' | 'hours'> & { readonly ill: Changes; readonly well: Changes })[] = [
  { say: 'the protection is switched off', ill: { rtpState: 1 }, well: { rtpState: 4 }, hours: [1, 9] },
  { say: 'the system drive is nearly full', ill: { freeDiskMb: 700 }, well: { freeDiskMb: 90_000 }, hours: [4, 40] },
  { say: 'the system drive is full', ill: { freeDiskMb: 120 }, well: { freeDiskMb: 90_000 }, hours: [2, 20] },
  { say: 'a security issue is reported', ill: { incidents: 1 }, well: { incidents: 0 }, hours: [2, 30] },
  { say: 'two viruses are found', ill: { virusCount: 2 }, well: { virusCount: 0 }, hours: [2, 26] },
  { say: 'a threat cannot be removed', ill: { uncuredCount: 1 }, well: { uncuredCount: 0 }, hours: [2, 12] },
  {
    say: 'a restart is needed, and nobody restarts it',
    ill: { restartRequiredSince: { hoursAgo: 0 }, restartReason: 1 },
    well: { restartRequiredSince: 'never', restartReason: 0 },
    hours: [28, 60],
  },
  {
    say: 'the security application is gone',
    ill: { productInstalled: false, productRunning: false, rtpState: 0 },
    well: { productInstalled: true, productRunning: true, rtpState: 4 },
    hours: [3, 30],
  },
]

/** Scenes for the days from the second on; every trouble is over before the last day. */
export function everydayTroubles(options: {
  illnesses: readonly Illness[]
  computers: readonly string[]
  days: number
  perDay: number
  seed: number
}): Scene[] {
  const random = createRandom(options.seed)
  const scenes: Scene[] = []
  const illUntil = new Map<string, number>()
  for (let day = 2; day <= options.days - 3; day += 1) {
    const count = Math.max(1, options.perDay + random.int(-2, 2))
    for (let n = 0; n < count; n += 1) {
      const begins = day * 24 + random.int(6, 18) + random.pick(quarters)
      const computer = pickWell(options.computers, illUntil, begins, random)
      if (computer === undefined) continue
      const { say, hours, begin, end } = random.pick([...options.illnesses])
      const ends = begins + random.int(hours[0], hours[1])
      illUntil.set(computer, ends + 24)
      scenes.push(
        scene(begins, `${computer}: ${say}`, begin(computer)),
        scene(ends, `${computer} is well again`, end(computer)),
      )
    }
  }
  return scenes
}

/** Never a full or half hour: then Tocsin looks, and nothing happens at the very moment of a look. */
const quarters = [10 / 60, 20 / 60, 40 / 60, 50 / 60]

function scene(hour: number, say: string, act: Act): Scene {
  const day = Math.floor(hour / 24)
  const minutes = Math.round((hour - day * 24) * 60)
  const pad = (value: number) => String(value).padStart(2, '0')
  const time = `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
  return { day, time, say, acts: [act] }
}

function pickWell(
  computers: readonly string[],
  illUntil: ReadonlyMap<string, number>,
  hour: number,
  random: Random,
): string | undefined {
  for (let tries = 0; tries < 20; tries += 1) {
    const computer = random.pick([...computers])
    if ((illUntil.get(computer) ?? 0) < hour) return computer
  }
  return undefined
}
