import { ImapFlow } from 'imapflow'
import { createJudgedLookup } from '../../lib/judged-lookup.ts'
import { isLinkLocal } from '../../lib/link-local.ts'
import { trustBeside } from '../../lib/trust-beside.ts'
import { type MailboxDeps, MailboxError } from '../mailbox.ts'
import type { MailboxSettings } from './settings.ts'

type Reach = Pick<MailboxDeps, 'tokens' | 'resolve' | 'mostMs'>
/** What proves who we are. */
type Proof = { readonly pass: string } | { readonly accessToken: string }

const timeOutMs = 30_000
/** A server that says something now and then without ever answering would hold up a look for ever. */
const mostMsOfLook = 600_000
/** Longest line and longest mail that is let in, in bytes: a search finds some 700,000 mails, settings allow 25 MiB of one. */
const longest = { line: 8 * 1024 * 1024, mail: 32 * 1024 * 1024, answer: 41 * 1024 * 1024 } as const

/** Works with the folder of a mailbox, and leaves it. @throws MailboxError; what `tokens` and `work` throw. */
export async function withMailbox<T>(
  deps: Reach,
  settings: MailboxSettings,
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  // Judged here too, for no name is looked up where the settings have an address.
  if (isLinkLocal(settings.host)) throw forbidden(settings.host, settings.host)
  if (settings.signIn === 'password') return inMailbox(deps, settings, { pass: settings.password }, signal, work)
  // A kept token may have been taken back, or be older than a permission: one that is new decides.
  const kept = await deps.tokens.get()
  const first = await inMailboxUnlessDenied(deps, settings, kept, signal, work)
  if (!('denied' in first)) return first.result
  const last = await inMailboxUnlessDenied(deps, settings, await deps.tokens.get(), signal, work)
  if ('denied' in last) throw last.denied
  return last.result
}

/** A token that is not taken is not kept. */
async function inMailboxUnlessDenied<T>(
  deps: Reach,
  settings: MailboxSettings,
  accessToken: string,
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<T>,
): Promise<{ readonly result: T } | { readonly denied: MailboxError }> {
  try {
    return { result: await inMailbox(deps, settings, { accessToken }, signal, work) }
  } catch (error) {
    if (!(error instanceof MailboxError) || error.reason !== 'denied') throw error
    deps.tokens.drop(accessToken)
    return { denied: error }
  }
}

async function inMailbox<T>(
  deps: Reach,
  settings: MailboxSettings,
  proof: Proof,
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw unreachable(settings.host, null)
  const client = connectTo(deps, settings, proof)
  // Emitted beside the rejection of the call under way; without a listener it would end the process.
  client.on('error', () => undefined)
  const stop = (): void => client.close()
  signal.addEventListener('abort', stop)
  const timer = setTimeout(stop, deps.mostMs ?? mostMsOfLook)
  try {
    await signIn(client, settings)
    await openFolder(client, settings)
    return await work(client)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    client.close()
  }
}

function connectTo(
  { resolve }: Pick<Reach, 'resolve'>,
  { host, port, user, encryption, authorities }: MailboxSettings,
  proof: Proof,
): ImapFlow {
  const refusal = (address: string, name: string) => (isLinkLocal(address) ? forbidden(address, name) : null)
  const lookup = createJudgedLookup(refusal, resolve)
  return new ImapFlow({
    host,
    port,
    secure: encryption === 'from-the-start',
    ...(encryption === 'none' ? { doSTARTTLS: false } : encryption === 'required' ? { doSTARTTLS: true } : {}),
    auth: { user, ...proof },
    // Handed on to the socket, encrypted or not.
    tls: { minVersion: 'TLSv1.2', lookup, ...(authorities === null ? {} : { ca: trustBeside(authorities) }) },
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

async function signIn(client: ImapFlow, settings: MailboxSettings): Promise<void> {
  try {
    await client.connect()
  } catch (error) {
    if (error instanceof MailboxError) throw error
    if (wasDenied(error)) throw denied(settings, error)
    if (offersNothing(error)) throw offersNoSignIn(settings, error)
    throw unreachable(settings.host, error)
  }
}

async function openFolder(client: ImapFlow, { host, user, folder }: MailboxSettings): Promise<void> {
  try {
    await client.mailboxOpen(folder)
  } catch (error) {
    if (!client.usable) throw unreachable(host, error)
    const message = `There is no folder “${folder}” that ${user} may open. Check its name.`
    throw new MailboxError('no-folder', message, { cause: error })
  }
}

/** Also where Exchange Online takes the token and then says “not connected” to every command: imapflow tells that by its NAMESPACE. */
function wasDenied(error: unknown): boolean {
  return error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed === true
}

/** What imapflow says of a server that knows none of the ways that the proof is good for. */
function offersNothing(error: unknown): boolean {
  return error instanceof Error && error.message === 'Unsupported authentication mechanism'
}

function denied({ host, user, signIn, clientId }: MailboxSettings, cause: unknown): MailboxError {
  if (signIn === 'password') {
    const advice = 'Check the name and the password; many providers want an app password here.'
    return new MailboxError('denied', `${host} does not let ${user} in. ${advice}`, { cause })
  }
  const message =
    `${host} does not let the application ${clientId} into the mailbox ${user}, though the authority gave it a token. ` +
    'The application needs the permission IMAP.AccessAsApp with admin consent; its service principal must be registered with Exchange ' +
    '(New-ServicePrincipal, with the Object ID of the enterprise application) and be given the mailbox (Add-MailboxPermission).'
  return new MailboxError('denied', message, { cause })
}

function offersNoSignIn({ host, signIn }: MailboxSettings, cause: unknown): MailboxError {
  const what = signIn === 'application' ? 'by an application (XOAUTH2)' : 'by a password'
  const message = `The mail server ${host} offers no sign-in ${what}. Check its name, or sign in the other way.`
  return new MailboxError('wrong-address', message, { cause })
}

/** What is said of an address that is never called. */
function forbidden(address: string, name: string): MailboxError {
  const which = name === address ? `The address ${address}` : `The address ${address}, to which ${name} leads,`
  const message = `${which} belongs to the machine itself or to its cloud (link-local, metadata): no mail server is looked for there. Give the name of the IMAP server.`
  return new MailboxError('wrong-address', message)
}

/** The failure of a server that does not do what it should; a code of the error is told. */
export function unreachable(host: string, error: unknown): MailboxError {
  const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new MailboxError(
    'unreachable',
    `The mail server ${host} does not answer as it should${why}. It is tried again.`,
    { cause: error },
  )
}
