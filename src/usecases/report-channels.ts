import { saveListening } from '../db/channel-listening.ts'
import { type ChannelStateRow, heldUpChannels, saveChannelStates } from '../db/source-channels.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { interruptionSeconds } from './heard-periods.ts'
import { stateKeptMs } from './show-channels.ts'

export type ChannelReport = Omit<ChannelStateRow, 'process' | 'seenAt'> & {
  /** It takes less than is sent to it: that nothing comes tells nothing then. */
  readonly isHeldUp: boolean
}

/**
 * Stores what this process says of all its listeners; other processes see it in the status within seconds, and settling knows by
 * it since when each could be heard.
 */
export async function reportChannels(
  deps: Pick<Deps, 'pool' | 'clock' | 'machine'>,
  states: readonly ChannelReport[],
): Promise<void> {
  const now = deps.clock.now()
  const listening = states.filter(({ state, isHeldUp }) => state === 'listening' && !isHeldUp)
  await withTransaction(deps.pool, async (client) => {
    await saveChannelStates(client, deps.machine.process, states, now)
    const heldUp = await heldUpChannels(client, new Date(now.getTime() - stateKeptMs))
    const heard = listening.filter((one) => !heldUp.some((other) => isSame(one, other)))
    await saveListening(client, heard, now, interruptionSeconds)
  })
}

type Channel = Pick<ChannelStateRow, 'sourceId' | 'channel'>

function isSame(one: Channel, other: Channel): boolean {
  return one.sourceId === other.sourceId && one.channel === other.channel
}
