import { ImapFlow } from 'imapflow'
import { createJudgedLookup } from '../../lib/judged-lookup.ts'
import { isLinkLocal } from '../../lib/link-local.ts'
import { type MailboxDeps, MailboxError, type MailboxPolled } from '../mailbox.ts'
import { BusyError } from '../message.ts'
import { createReadMail, type ReadMail } from './read-mail.ts'
import type { MailboxSettings } from './settings.ts'

/** Mails of one look: what is on disk is marked one by one, so a long look that is cut off loses no work. */
const mostAtOnce = 200
const timeOutMs = 30_000
/** A server that says something now and then without ever answering would hold up a look for ever. */
const mostMsOfLook = 600_000
/** Longest line and longest mail that is let in, in bytes: a search finds some 700,000 mails, settings allow 25 MiB of one. */
const longest = { line: 8 * 1024 * 1024, mail: 32 * 1024 * 1024, answer: 41 * 1024 * 1024 } as const
/** What marks a mail as taken. People who read the mailbox see and change `\Seen`, but not this. */
const takenKeyword = '$TocsinTaken'

/**
 * Looks into a mailbox once and takes the mails that are not marked, oldest first. A mail is marked only when it is on disk;
 * when the inbox is busy the rest stays for the next look, and a mail for which nobody has time is passed over. Mails stay in the mailbox: deleting them is its owner's matter.
 * @throws MailboxError when the mailbox cannot be read; BusyError when the inbox pushed a mail back; PatternError.
 */
export async function pollMailbox(
  deps: MailboxDeps,
  settings: MailboxSettings,
  signal: AbortSignal,
): Promise<MailboxPolled> {
  const readMail = createReadMail({ ids: deps.ids }, settings)
  // Judged here too, for no name is looked up where the settings have an address.
  if (isLinkLocal(settings.host)) throw forbidden(settings.host, settings.host)
  const client = connectTo(deps, settings)
  // Emitted beside the rejection of the call under way; without a listener it would end the process.
  client.on('error', () => undefined)
  const stop = (): void => client.close()
  signal.addEventListener('abort', stop)
  const timer = setTimeout(stop, deps.mostMs ?? mostMsOfLook)
  try {
    await signIn(client, settings)
    return await takeMails({ deps, settings, client, readMail }, signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    client.close()
  }
}

function connectTo(
  { resolve }: Pick<MailboxDeps, 'resolve'>,
  { host, port, user, password, encryption, authorities }: MailboxSettings,
): ImapFlow {
  const refusal = (address: string, name: string) => (isLinkLocal(address) ? forbidden(address, name) : null)
  const lookup = createJudgedLookup(refusal, resolve)
  return new ImapFlow({
    host,
    port,
    secure: encryption === 'from-the-start',
    ...(encryption === 'none' ? { doSTARTTLS: false } : encryption === 'required' ? { doSTARTTLS: true } : {}),
    auth: { user, pass: password },
    // Handed on to the socket, encrypted or not.
    tls: { minVersion: 'TLSv1.2', lookup, ...(authorities === null ? {} : { ca: authorities }) },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: timeOutMs,
    greetingTimeout: timeOutMs,
    socketTimeout: timeOutMs,
    maxLineLength: longest.line,
    maxLiteralSize: longest.mail,
    maxResponseSize: longest.answer,
  })
}

async function signIn(client: ImapFlow, { host, user, folder }: MailboxSettings): Promise<void> {
  try {
    await client.connect()
  } catch (error) {
    if (error instanceof MailboxError) throw error
    if (wasDenied(error)) {
      const advice = 'Check the name and the password; many providers want an app password here.'
      throw new MailboxError('denied', `${host} does not let ${user} in. ${advice}`, { cause: error })
    }
    throw unreachable(host, error)
  }
  try {
    await client.mailboxOpen(folder)
  } catch (error) {
    if (!client.usable) throw unreachable(host, error)
    throw new MailboxError('no-folder', `There is no folder “${folder}” that ${user} may open. Check its name.`, {
      cause: error,
    })
  }
}

function wasDenied(error: unknown): boolean {
  return error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed === true
}

/** What is said of an address that is never called. */
function forbidden(address: string, name: string): MailboxError {
  const which = name === address ? `The address ${address}` : `The address ${address}, to which ${name} leads,`
  const message = `${which} belongs to the machine itself or to its cloud (link-local, metadata): no mail server is looked for there. Give the name of the IMAP server.`
  return new MailboxError('wrong-address', message)
}

function unreachable(host: string, error: unknown): MailboxError {
  const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new MailboxError(
    'unreachable',
    `The mail server ${host} does not answer as it should${why}. It is tried again.`,
    { cause: error },
  )
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
