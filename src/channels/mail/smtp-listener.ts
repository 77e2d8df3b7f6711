import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { peerAddress } from '../allowed-peers.ts'
import { BusyError, type Take } from '../message.ts'
import { createPushedBack } from './pushed-back.ts'
import { createRate } from './rate.ts'
import { createReadMail } from './read-mail.ts'
import type { SmtpSettings } from './settings.ts'

export type SmtpDeps = { readonly take: Take; readonly log: Log; readonly clock: Clock; readonly ids: Ids }

export type SmtpListener = {
  readonly port: number
  counts(): SmtpCounts
  /** True while a mail that was sent back for want of room has not come again. */
  isHeldUp(): boolean
  /** Reads from now on by the senders, rules and patterns of these settings. Throws `PatternError` for a bad one. */
  reread(settings: SmtpSettings): void
  /** Takes no new connections, lets what is being sent end, and resolves when all are closed. */
  stop(): Promise<void>
}

/** Mails since the start, by how they were answered. */
export type SmtpCounts = {
  /** 250: on disk. */
  readonly kept: number
  /** 451: the inbox pushed it back. 452: nobody could read it, and too much such waits already. */
  readonly busy: number
  /** 450: too many in a minute. */
  readonly slowed: number
  /** 552: too big. */
  readonly tooBig: number
  /** 550: an address that is not ours. */
  readonly notOurs: number
}

/** Waiting for connections to end by themselves when stopping. */
const closeMs = 5_000

/**
 * Receives mail for the companies' own addresses. 250 is said only when the mail is on disk; anything else leaves it with
 * the sender, who tries again. No relaying and no sign-in; whose mails are read is decided by `readMail`.
 * @throws Error of Node when the port cannot be had or the certificate cannot be used; PatternError for a bad pattern.
 */
export async function startSmtp(deps: SmtpDeps, settings: SmtpSettings): Promise<SmtpListener> {
  const log = deps.log.child({ channel: 'mail', source: settings.sourceId })
  const { limits } = settings
  let readMail = createReadMail({ ids: deps.ids }, settings)
  const domains = new Set(settings.domains.map((domain) => domain.toLowerCase()))
  const ofPeer = createRate(limits.messagesPerMinutePerPeer)
  const ofRecipient = createRate(limits.messagesPerMinutePerRecipient)
  const open = new Map<string, number>()
  const counted = new WeakSet<SMTPServerSession>()
  const pushedBack = createPushedBack()
  const counts = { kept: 0, busy: 0, slowed: 0, tooBig: 0, notOurs: 0 }

  async function receive(session: SMTPServerSession, raw: Buffer, rawBytes: number): Promise<void> {
    const { mailFrom, rcptTo } = session.envelope
    const peer = peerAddress(session.remoteAddress)
    const recipients = rcptTo.map(({ address }) => address)
    const messages = await readMail({
      raw,
      rawBytes,
      peer,
      isDelivered: true,
      sender: mailFrom === false ? '' : mailFrom.address,
      recipients,
      receivedAt: deps.clock.now(),
    })
    try {
      await deps.take(messages)
    } catch (error) {
      counts.busy += 1
      pushedBack.note(peer, recipients, deps.clock.now())
      if (error instanceof BusyError && error.full === 'unread')
        throw reply(452, 'Too many messages wait here for a person. Try again later.')
      if (!(error instanceof BusyError))
        log.error({ err: error }, 'mail cannot be stored; the sender is asked to try again')
      throw reply(451, 'The inbox is busy. Try again in a few minutes.')
    }
    counts.kept += 1
    pushedBack.taken(peer, recipients)
  }

  const server = new SMTPServer({
    ...encryptionOf(settings),
    name: settings.name,
    banner: 'notifications only',
    size: limits.messageBytes,
    maxClients: limits.connections,
    maxRecipients: limits.recipients,
    socketTimeout: limits.idleSeconds * 1_000,
    closeTimeout: closeMs,
    disableReverseLookup: true,
    authOptional: true,
    logger: false,
    onConnect(session, done) {
      const peer = peerAddress(session.remoteAddress)
      const connections = open.get(peer) ?? 0
      if (connections >= limits.connectionsPerPeer)
        return done(reply(421, 'Too many connections from your address. Try again later.'))
      open.set(peer, connections + 1)
      counted.add(session)
      done()
    },
    onClose(session) {
      if (!counted.delete(session)) return
      const peer = peerAddress(session.remoteAddress)
      const left = (open.get(peer) ?? 1) - 1
      if (left > 0) open.set(peer, left)
      else open.delete(peer)
    },
    onMailFrom(_, session, done) {
      if (settings.encryption === 'required' && !session.secure) return done(reply(530, 'Use STARTTLS first.'))
      if (ofPeer.take(peerAddress(session.remoteAddress), deps.clock.now())) return done()
      counts.slowed += 1
      done(reply(450, 'Too many messages from your address in a minute. Try again later.'))
    },
    onRcptTo({ address }, _, done) {
      const recipient = address.toLowerCase()
      if (!domains.has(recipient.slice(recipient.lastIndexOf('@') + 1))) {
        counts.notOurs += 1
        return done(reply(550, 'This server takes mail for its own addresses only.'))
      }
      if (ofRecipient.take(recipient, deps.clock.now())) return done()
      counts.slowed += 1
      done(reply(450, 'Too many messages for this address in a minute. Try again later.'))
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      let bytes = 0
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= limits.messageBytes) parts.push(chunk)
      })
      stream.on('end', () => {
        if (bytes > limits.messageBytes) {
          counts.tooBig += 1
          return done(reply(552, `The message is larger than ${limits.messageBytes} bytes.`))
        }
        receive(session, Buffer.concat(parts), bytes).then(
          () => done(null, 'Kept.'),
          (error: unknown) => done(isReply(error) ? error : failed(error)),
        )
      })
    },
  })

  function failed(error: unknown): Error {
    log.error({ err: error }, 'mail cannot be read; the sender is asked to try again')
    return reply(451, 'The message could not be taken. Try again later.')
  }

  // What goes wrong on a connection is the client's matter; the port is ours.
  server.on('error', (error: Error) => log.debug({ err: error }, 'mail connection failed'))
  await listen(server, settings)
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    counts: () => ({ ...counts }),
    isHeldUp: () => pushedBack.any(deps.clock.now()),
    reread: (next) => {
      readMail = createReadMail({ ids: deps.ids }, next)
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function encryptionOf({ encryption, certificate }: SmtpSettings): SMTPServerOptions {
  // Without a certificate of ours the library would offer one of its own that everybody has the key of.
  if (encryption === 'none' || certificate === null) return { secure: false, disabledCommands: ['AUTH', 'STARTTLS'] }
  return {
    secure: encryption === 'from-the-start',
    disabledCommands: ['AUTH'],
    cert: certificate.certificate,
    key: certificate.key,
    minVersion: 'TLSv1.2',
  }
}

type Reply = Error & { responseCode: number }

function reply(responseCode: number, message: string): Reply {
  return Object.assign(new Error(message), { responseCode })
}

function isReply(error: unknown): error is Reply {
  return error instanceof Error && 'responseCode' in error
}

function listen(server: SMTPServer, { port, host }: SmtpSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, host, () => {
      server.server.off('error', reject)
      resolve()
    })
  })
}
