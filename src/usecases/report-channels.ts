import { saveListening } from '../db/channel-listening.ts'
import { type ChannelStateRow, saveChannelStates } from '../db/source-channels.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { interruptionSeconds } from './heard-periods.ts'

export type ChannelReport = Omit<ChannelStateRow, 'process' | 'seenAt'>

/**
 * Stores what this process says of all its listeners; other processes see it in the status within seconds, and settling knows by
 * it since when each could be heard.
 */
export async function reportChannels(
  deps: Pick<Deps, 'pool' | 'clock' | 'machine'>,
  states: readonly ChannelReport[],
): Promise<void> {
  const now = deps.clock.now()
  const listening = states.filter(({ state }) => state === 'listening')
  await withTransaction(deps.pool, async (client) => {
    await saveChannelStates(client, deps.machine.process, states, now)
    await saveListening(client, listening, now, interruptionSeconds)
  })
}
