import { BusyError, type ChannelMessage, type Take } from '../../src/channels/message.ts'

/** The end of a channel: what it handed over, and how willing it is to take more. */
export type ChannelSink = {
  readonly take: Take
  readonly messages: ChannelMessage[]
  /** Sizes of the batches it took. */
  readonly batches: number[]
  /** How often it pushed back. */
  pushedBack(): number
  /** From now on every call is pushed back (`busy`), fails (`broken`) or is taken. */
  be(mood: 'willing' | 'busy' | 'broken'): void
}

/** A sink that takes its time over every batch, as a database does. */
export function channelSink(batchMs = 0): ChannelSink {
  const messages: ChannelMessage[] = []
  const batches: number[] = []
  let mood: Parameters<ChannelSink['be']>[0] = 'willing'
  let refused = 0
  return {
    messages,
    batches,
    pushedBack: () => refused,
    be: (next) => {
      mood = next
    },
    take: async (batch) => {
      if (batchMs > 0) await new Promise((resolve) => setTimeout(resolve, batchMs))
      if (mood === 'willing') {
        messages.push(...batch)
        batches.push(batch.length)
        return
      }
      refused += 1
      throw mood === 'busy' ? new BusyError(50) : new Error('the disk is gone')
    },
  }
}
