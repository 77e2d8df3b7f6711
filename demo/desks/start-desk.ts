import type { DeskVendor } from '../../checker/evidence.ts'
import type { TicketHistoryEntry } from '../../emulators/kit/ticket-history.ts'
import { createStageEmulator } from '../stage-emulator.ts'
import type { Ground, WorldDesk } from '../world-parts.ts'
import { autotaskDesk } from './autotask.ts'
import { connectwiseDesk } from './connectwise.ts'
import type { DeskKind } from './desk-kind.ts'
import { readDesk } from './desk-ticket.ts'
import { tigerpawDesk } from './tigerpaw.ts'

/** Every desk that a story can have. */
export const deskKinds: Readonly<Record<DeskVendor, DeskKind>> = {
  autotask: autotaskDesk(),
  tigerpaw: tigerpawDesk,
  connectwise: connectwiseDesk,
}

/** Starts a desk that has these companies. What people lock there, and its faults, are remembered as troubles. */
export async function startDesk<Ready>(
  { clock, troubles, atEnd }: Ground,
  kind: DeskKind<Ready>,
  { seed, companies }: { readonly seed: number; readonly companies: readonly string[] },
): Promise<WorldDesk<Ready>> {
  const running = await kind.start({ port: 0, clock, seed, companies })
  atEnd(() => running.stop())
  const { vendor, name, look } = kind
  const broken = (words: string) => ({ of: 'desk', desk: name, can: 'some', words }) as const
  const emulator = createStageEmulator<TicketHistoryEntry, Ready>(running, {
    faulty: (on) => (on ? troubles.begin(vendor, broken(`${name} is in trouble`)) : troubles.end(vendor)),
    acted({ act, ticketId }) {
      const lock = `${vendor}/${ticketId}`
      if (act === 'lockOrder') troubles.begin(lock, broken(`somebody has ticket ${ticketId} open on a screen`))
      if (act === 'unlockOrder') troubles.end(lock)
    },
  })
  const names = kind.names(running.control)
  return {
    id: vendor,
    name,
    kind,
    emulator,
    names,
    look,
    settings: { ...kind.settings(running.ready), timeoutSeconds: 10 },
    intervals: ({ changesEverySeconds }) => ({ changesEverySeconds }),
    tickets: () => readDesk(kind, names, emulator.history()),
  }
}
