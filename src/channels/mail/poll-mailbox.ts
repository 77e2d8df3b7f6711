import type { ImapFlow } from 'imapflow'
import type { MailboxDeps, MailboxPolled } from '../mailbox.ts'
import { BusyError } from '../message.ts'
import { unreachable, withMailbox } from './open-mailbox.ts'
import { createReadMail, type ReadMail } from './read-mail.ts'
import type { MailboxSettings } from './settings.ts'

/** Mails of one look: what is on disk is marked one by one, so a long look that is cut off loses no work. */
const mostAtOnce = 200
/** What marks a mail as taken. People who read the mailbox see and change `\Seen`, but not this. */
const takenKeyword = '$TocsinTaken'

/**
 * Looks into a mailbox once and takes the mails that are not marked, oldest first. A mail is marked only when it is on disk;
 * when the inbox is busy the rest stays for the next look, and a mail for which nobody has room is passed over. Mails stay in the
 * mailbox: deleting them is its owner's matter.
 * @throws MailboxError when the mailbox cannot be read; BusyError when the inbox pushed a mail back; PatternError;
 * what `tokens` throws.
 */
export async function pollMailbox(
  deps: MailboxDeps,
  settings: MailboxSettings,
  signal: AbortSignal,
): Promise<MailboxPolled> {
  const readMail = createReadMail({ ids: deps.ids }, settings)
  return withMailbox(deps, settings, signal, (client) => takeMails({ deps, settings, client, readMail }, signal))
}

type Look = {
  readonly deps: MailboxDeps
  readonly settings: MailboxSettings
  readonly client: ImapFlow
  readonly readMail: ReadMail
}

async function takeMails(look: Look, signal: AbortSignal): Promise<MailboxPolled> {
  const { deps, settings, client, readMail } = look
  const mark = canMark(client) ? takenKeyword : '\\Seen'
  const query = {
    since: settings.notBefore,
    ...(mark === takenKeyword ? { unKeyword: takenKeyword } : { seen: false }),
  }
  const found = await onServer(look, () => client.search(query, { uid: true }))
  const uids = (found === false || found === undefined ? [] : found).toSorted((a, b) => a - b)
  let taken = 0
  let passedOver: BusyError | null = null
  for (const uid of uids.slice(0, mostAtOnce)) {
    if (signal.aborted) break
    const wanted = { uid: true, size: true, source: { start: 0, maxLength: settings.messageBytes } }
    const mail = await onServer(look, () => client.fetchOne(String(uid), wanted, { uid: true }))
    // Deleted since the search, or NIL instead of its bytes: there is nothing to take.
    if (mail === false || mail === undefined || !Buffer.isBuffer(mail.source)) continue
    const messages = await readMail({
      raw: mail.source,
      rawBytes: mail.size ?? mail.source.length,
      peer: settings.user.includes('@') ? settings.user : `${settings.user}@${settings.host}`,
      isDelivered: false,
      sender: '',
      recipients: [],
      receivedAt: deps.clock.now(),
    })
    try {
      await deps.take(messages)
    } catch (error) {
      // What can be read must not wait behind what nobody can.
      if (!(error instanceof BusyError) || error.full !== 'unread') throw error
      passedOver = error
      continue
    }
    // One that cannot be marked would be taken at every look: it is the mailbox that is at fault then.
    if (!(await onServer(look, () => client.messageFlagsAdd(String(uid), [mark], { uid: true }))))
      throw unreachable(settings.host, null)
    taken += 1
  }
  if (passedOver !== null) throw passedOver
  return { taken, hasMore: uids.length > mostAtOnce }
}

/** Whether the server keeps keywords that it does not know (`\*` among the flags it keeps). */
function canMark(client: ImapFlow): boolean {
  return client.mailbox !== false && client.mailbox.permanentFlags?.has('\\*') === true
}

/** The client answers `false` where a command failed, also when the connection is gone: that is told apart here. */
async function onServer<T>({ settings, client }: Look, call: () => Promise<T>): Promise<T> {
  try {
    const result = await call()
    if (client.usable) return result
  } catch (error) {
    throw unreachable(settings.host, error)
  }
  throw unreachable(settings.host, null)
}
