import { MailboxError } from '../channels/mailbox.ts'
import { BusyError } from '../channels/message.ts'
import { ConnectorError } from '../connectors/failure.ts'
import { saveListening } from '../db/channel-listening.ts'
import type { Duty } from '../db/duties.ts'
import { loadChannels } from '../db/source-channels.ts'
import { countTaken } from './channel-counts.ts'
import type { StoredChannels } from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { mailboxTokens } from './mailbox-tokens.ts'
import { openSecret, toMailboxSettings } from './open-channels.ts'
import { takeMessages } from './take-messages.ts'

export type MailboxDone = {
  readonly detail: { readonly taken: number } | { readonly gone: true }
  readonly everySeconds: number
}

/** A duty whose mailbox was taken away meanwhile is looked at again after this; saving removes it. */
const goneSeconds = 600

/** Looks into the mailbox of a source once; what it held is on disk then. Throws `ConnectorError`. */
export async function pollMailbox(deps: Deps, { subjectId }: Duty, signal: AbortSignal): Promise<MailboxDone> {
  const row = await loadChannels<StoredChannels>(deps.pool, subjectId)
  if (row === null || !row.settings.mailbox?.enabled) return { detail: { gone: true }, everySeconds: goneSeconds }
  const { mailbox, mail } = row.settings
  const { text: password, problem } = openSecret(deps, row, 'mailboxPassword')
  if (problem !== null) throw new ConnectorError('denied', 'bad-credentials', problem)
  const take = async (messages: Parameters<typeof takeMessages>[1]): Promise<void> => {
    await takeMessages(deps, messages)
    countTaken(deps.meter, 'mailbox', messages)
  }
  try {
    const settings = toMailboxSettings(row, mailbox, mail, password)
    const tokens = mailboxTokens(deps, settings, signal)
    const { taken, hasMore } = await deps.pollMailbox({ ...deps, take, tokens }, settings, signal)
    // What came while nobody looked lay in the mailbox: it is read now, so nothing was missed.
    if (!hasMore && !signal.aborted)
      await saveListening(deps.pool, [{ sourceId: subjectId, channel: 'mailbox' }], deps.clock.now(), null)
    return { detail: { taken }, everySeconds: hasMore ? 0 : mailbox.everySeconds }
  } catch (error) {
    throw toFailure(error, deps.clock.now())
  }
}

const busyWords = {
  inbox: 'The inbox is full: the mails stay in the mailbox until there is room.',
  unread:
    'So many mails that nobody could read are kept that those which came since stay in the mailbox: look at them in the console, and add patterns or remove them.',
} as const

function toFailure(error: unknown, now: Date): unknown {
  if (error instanceof BusyError) {
    const until = new Date(now.getTime() + error.retryAfterMs)
    return new ConnectorError('limited', 'busy', busyWords[error.full], { until, cause: error })
  }
  if (!(error instanceof MailboxError)) return error
  const options = { cause: error }
  switch (error.reason) {
    case 'unreachable':
      return new ConnectorError('later', 'unreachable', error.message, options)
    case 'denied':
      return new ConnectorError('denied', 'bad-credentials', error.message, options)
    case 'wrong-address':
      return new ConnectorError('denied', 'wrong-address', error.message, options)
    case 'no-folder':
      return new ConnectorError('refused', 'unknown-value', error.message, options)
  }
}
