import { startSmtp } from '../channels/mail/smtp-listener.ts'
import type { ChannelMessage, Take } from '../channels/message.ts'
import { startSyslog } from '../channels/syslog/listener.ts'
import { countTaken } from '../usecases/channel-counts.ts'
import type { Deps } from '../usecases/deps.ts'
import type { ListenerWanted } from '../usecases/open-channels.ts'
import { takeMessages } from '../usecases/take-messages.ts'

/** Messages of one listener since it was opened, by what became of them; all but `waiting` only grow. */
export type Tally = {
  /** On disk, those that nobody could read among them. */
  readonly taken: number
  readonly unread: number
  /** Times that the inbox was full, or the sender too quick: the sender was held up and tries again. */
  readonly pushedBack: number
  /** Datagrams without room: lost. */
  readonly dropped: number
  /** Connections and mails that were not let in. */
  readonly refused: number
  /** Received and not on disk yet. */
  readonly waiting: number
}

/** A listener that stands. */
export type OpenListener = {
  readonly address: string
  tally(): Tally
  /** True while it takes less than is sent to it. */
  isHeldUp(): boolean
  /** Reads from now on by these rules, without closing a connection. The doors must be the same. */
  reread(wanted: ListenerWanted): void
  /** Takes nothing new, and hands over what was received. */
  stop(): Promise<void>
}

/**
 * Opens the listener that is wanted. Throws Node's `Error` when its port cannot be had or its certificate cannot be used
 * (`listenerProblem` says it in words).
 */
export async function openListener(deps: Deps, wanted: ListenerWanted): Promise<OpenListener> {
  const counts = { taken: 0, unread: 0 }
  const take: Take = async (messages: readonly ChannelMessage[]) => {
    await takeMessages(deps, messages)
    const { taken, unread } = countTaken(deps.meter, wanted.channel, messages)
    counts.taken += taken
    counts.unread += unread
  }
  if (wanted.channel === 'syslog') {
    const listener = await startSyslog({ ...deps, take }, wanted.settings)
    const { host } = wanted.settings
    const udp = listener.udpPort === null ? '' : `, UDP ${listener.udpPort}`
    return {
      address: `${host}:${listener.port}${udp}`,
      tally() {
        const { busyWaits, udpDropped, refused, badFraming, waiting } = listener.counts()
        const notLetIn = refused.address + refused.tooMany + refused.certificate + refused.handshake + badFraming
        return { ...counts, pushedBack: busyWaits, dropped: udpDropped, refused: notLetIn, waiting }
      },
      isHeldUp: () => listener.isHeldUp(),
      reread: (next) => next.channel === 'syslog' && listener.reread(next.settings),
      stop: () => listener.stop(),
    }
  }
  const listener = await startSmtp({ ...deps, take }, wanted.settings)
  return {
    address: `${wanted.settings.host}:${listener.port}`,
    tally() {
      const { busy, slowed, tooBig, notOurs } = listener.counts()
      return { ...counts, pushedBack: busy + slowed, dropped: 0, refused: tooBig + notOurs, waiting: 0 }
    },
    isHeldUp: () => listener.isHeldUp(),
    reread: (next) => next.channel === 'smtp' && listener.reread(next.settings),
    stop: () => listener.stop(),
  }
}

/** What can be changed only by opening the listener anew: all but the rules by which messages are read. */
export function doorsOf(wanted: ListenerWanted): string {
  if (wanted.channel === 'syslog') {
    const { host, port, tls, udpPort, allowFrom, limits } = wanted.settings
    return JSON.stringify([host, port, tls, udpPort, allowFrom, limits])
  }
  const { host, port, name, domains, encryption, certificate, limits } = wanted.settings
  return JSON.stringify([host, port, name, domains, encryption, certificate, limits])
}

/** Why a listener could not be opened, and what to do. */
export function listenerProblem({ settings: { host, port } }: ListenerWanted, error: unknown): string {
  const {
    code,
    message = String(error),
    port: at = port,
  } = error as { code?: unknown; message?: string; port?: number }
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${at} at ${host} is taken by another program of this machine, or by another process of Tocsin. It is tried again every few seconds.`
    case 'EACCES':
      return `This user may not open port ${at}: those below 1024 need a right of their own. Choose a higher port and let the firewall forward to it.`
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${host}: use one of its own, or 0.0.0.0 for all.`
    default:
      return `The listener at ${host}:${port} cannot be opened: ${message}`
  }
}
