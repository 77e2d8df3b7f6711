import type { EmulatorStats } from '../emulators/kit/control.ts'
import type { JournalEntry } from '../emulators/kit/journal.ts'
import type { RunningEmulator } from '../emulators/kit/server.ts'

/** In an order of a story, `{ hoursAgo: n }` and `{ hoursAhead: n }` stand for a time seen from the scene. */
export type Order = { readonly act: string; readonly [field: string]: unknown }

/** An emulator on the stage. Troubles made through it are remembered, so that the checker can excuse what they cause. */
export type StageEmulator<Entry, Ready = unknown> = {
  readonly url: string
  /** What a client needs: user, password and the like. */
  readonly ready: Ready
  /** `POST /_emulator/act`. Throws `EmulatorInputError` for a bad one. */
  act(order: Order): Promise<unknown>
  /** `PUT /_emulator/faults`; `{}` ends all faults, and the trouble with them. */
  setFaults(settings: Readonly<Record<string, unknown>>): void
  stats(): EmulatorStats
  journal(): JournalEntry[]
  /** One part of `GET /_emulator/state`. */
  state(part: string): unknown
  /** `part=history`, from the entry of this number on. */
  history(since?: number): Entry[]
}

/** What becomes known on the way to an emulator. */
type Watch = {
  acted?(order: Order, answer: unknown): void
  faulty(on: boolean): void
}

export function createStageEmulator<Entry, Ready>(
  { url, control, ready }: Pick<RunningEmulator, 'url' | 'control'> & { readonly ready: Ready },
  watch: Watch,
): StageEmulator<Entry, Ready> {
  return {
    url,
    ready,
    async act(order) {
      const answer = await control.act(order)
      watch.acted?.(order, answer)
      return answer
    },
    setFaults(settings) {
      control.setFaults(settings)
      watch.faulty(Object.keys(settings).length > 0)
    },
    stats: () => control.stats(),
    journal: () => control.journalEntries(),
    state: (part) => control.getState({ part }),
    history: (since = 0) => control.getState({ part: 'history', since: String(since) }) as Entry[],
  }
}
