import type { EmulatorStats } from '../emulators/kit/control.ts'
import type { RunningEmulator } from '../emulators/kit/server.ts'
import type { Trouble } from './check-ground.ts'

/** An emulator on the stage. Troubles made through it are remembered, so that the check can excuse what they cause. */
export type StageEmulator<Entry, Ready = unknown> = {
  readonly url: string
  /** What a client needs: user, password and the like. */
  readonly ready: Ready
  /** `POST /_emulator/act`. Throws `EmulatorInputError` for a bad one. */
  act(order: { act: string } & Record<string, unknown>): Promise<unknown>
  /** `PUT /_emulator/faults`; `{}` ends all faults, and the trouble with them. */
  setFaults(settings: Record<string, unknown>): void
  stats(): EmulatorStats
  /** One part of `GET /_emulator/state`. */
  state(part: string): unknown
  /** `part=history`, from the entry of this number on. */
  history(since?: number): Entry[]
}

export type Troubles = {
  begin(where: Trouble['where']): void
  end(where: Trouble['where']): void
  all(): readonly Trouble[]
}

export function createTroubles(now: () => Date): Troubles {
  const troubles: { where: Trouble['where']; from: Date; to: Date | null }[] = []
  const open = (where: string) => troubles.find((trouble) => trouble.where === where && trouble.to === null)
  return {
    begin(where) {
      if (open(where) === undefined) troubles.push({ where, from: now(), to: null })
    },
    end(where) {
      const trouble = open(where)
      if (trouble !== undefined) trouble.to = now()
    },
    all: () => troubles,
  }
}

export function createStageEmulator<Entry, Ready>(
  where: 'ksc' | 'autotask',
  { url, control, ready }: Pick<RunningEmulator, 'url' | 'control'> & { readonly ready: Ready },
  troubles: Troubles,
): StageEmulator<Entry, Ready> {
  const toggle = (place: Trouble['where'], ill: boolean): void => (ill ? troubles.begin(place) : troubles.end(place))
  return {
    url,
    ready,
    async act(order) {
      const answer = await control.act(order)
      if (order.act === 'setVServer' && (order.answering !== undefined || order.enabled !== undefined)) {
        const { uid, answering, enabled } = answer as { uid: string; answering: boolean; enabled: boolean }
        toggle(uid, !answering || !enabled)
      }
      return answer
    },
    setFaults(settings) {
      control.setFaults(settings)
      toggle(where, Object.keys(settings).length > 0)
    },
    stats: () => control.stats(),
    state: (part) => control.getState({ part }),
    history: (since = 0) => control.getState({ part: 'history', since: String(since) }) as Entry[],
  }
}
