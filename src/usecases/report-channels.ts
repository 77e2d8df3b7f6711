import { type ChannelStateRow, saveChannelStates } from '../db/source-channels.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'

export type ChannelReport = Omit<ChannelStateRow, 'process' | 'seenAt'>

/** Stores what this process says of all its listeners; other processes see it in the status within seconds. */
export async function reportChannels(
  deps: Pick<Deps, 'pool' | 'clock' | 'machine'>,
  states: readonly ChannelReport[],
): Promise<void> {
  await withTransaction(deps.pool, (client) =>
    saveChannelStates(client, deps.machine.process, states, deps.clock.now()),
  )
}
