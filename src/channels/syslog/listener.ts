import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { createPeerCheck, peerAddress } from '../allowed-peers.ts'
import { createHandOver } from '../hand-over.ts'
import type { Take } from '../message.ts'
import { serveConnection } from './connection.ts'
import type { Frame } from './frame.ts'
import { createReadFrame } from './read-frame.ts'
import type { SyslogSettings } from './settings.ts'
import { listenUdp, type UdpListener } from './udp.ts'

export type SyslogDeps = { readonly take: Take; readonly log: Log; readonly clock: Clock; readonly ids: Ids }

export type SyslogListener = {
  /** The ports it listens on; `udpPort` is null while UDP is off. */
  readonly port: number
  readonly udpPort: number | null
  counts(): SyslogCounts
  /** True while something that a sender says may wait outside: its messages are not taken, so that no more are read. */
  isHeldUp(): boolean
  /** Reads from now on by the rules of these settings; doors and limits stay. Throws `PatternError` for a bad rule. */
  reread(settings: SyslogSettings): void
  /**
   * Stops listening, reads no more, and hands over what was received, for `drainMs` at most. Messages that are then still
   * in memory are lost, as syslog knows no acknowledgement; it is logged how many.
   */
  stop(drainMs?: number): Promise<void>
}

/** Since the start. `received` is all that came in, `waiting` what is not on disk yet. */
export type SyslogCounts = {
  readonly received: number
  readonly handedOver: number
  readonly waiting: number
  readonly cut: number
  /** Connections that were not let in, by why. */
  readonly refused: {
    readonly address: number
    readonly tooMany: number
    readonly certificate: number
    readonly handshake: number
  }
  readonly badFraming: number
  readonly busyWaits: number
  /** Datagrams for which there was no room: UDP's senders cannot be told to wait. */
  readonly udpDropped: number
  readonly connections: number
}

/** What may wait for the disk, in bytes of memory. */
const waitingBytes = { perPeer: 8 * 1024 * 1024, total: 64 * 1024 * 1024 } as const

/** How long a client may take for the TLS handshake, and how long connections get to end by themselves. */
const handshakeMs = 15_000
const keepAliveMs = 60_000

/**
 * Listens for syslog over TCP, with TLS or without, and over UDP when that is switched on. Nothing is read from a socket
 * while the messages of its peer wait for the disk, so that the sender is held up instead of messages being lost.
 * @throws Error of Node when the port cannot be had or the certificate cannot be used; PatternError for a bad rule.
 */
export async function startSyslog(deps: SyslogDeps, settings: SyslogSettings): Promise<SyslogListener> {
  const { limits } = settings
  const log = deps.log.child({ channel: 'syslog', source: settings.sourceId })
  let readFrame = createReadFrame({ log, ids: deps.ids }, settings)
  const isAllowed = createPeerCheck(settings.allowFrom)
  const open = new Set<Socket>()
  const connections = new Map<Socket, { readonly peer: string; close(): void; resume(): void }>()
  const counts = { received: 0, cut: 0, badFraming: 0, udpDropped: 0 }
  const refused = { address: 0, tooMany: 0, certificate: 0, handshake: 0 }

  const handOver = createHandOver(
    {
      ...deps,
      log,
      onRoom: () => {
        for (const { peer, resume } of connections.values()) if (!handOver.isFull(peer)) resume()
      },
    },
    { perPeer: limits.waitingPerPeer, perPeerBytes: waitingBytes.perPeer, totalBytes: waitingBytes.total },
  )

  function refuse(socket: Socket, why: keyof typeof refused, message: string): void {
    refused[why] += 1
    log.warn({ peer: peerAddress(socket.remoteAddress), why }, message)
    socket.destroy()
  }

  /** The first look at a connection, before any handshake. */
  function admit(socket: Socket): boolean {
    const peer = peerAddress(socket.remoteAddress)
    if (!isAllowed(peer)) {
      refuse(socket, 'address', 'syslog connection refused: its address is not on the list of this source')
      return false
    }
    const ofPeer = [...open].filter((other) => peerAddress(other.remoteAddress) === peer).length
    if (open.size >= limits.connections || ofPeer >= limits.connectionsPerPeer) {
      refuse(socket, 'tooMany', 'syslog connection refused: too many are open')
      return false
    }
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    // A connection that breaks before it is served must not bring the process down.
    socket.on('error', () => undefined)
    return true
  }

  function receive(frame: Frame, peer: string, certificate: string): void {
    const receivedAt = deps.clock.now()
    counts.received += 1
    if (frame.totalBytes > frame.bytes.length) counts.cut += 1
    const message = readFrame({ frame, peer, certificate, receivedAt })
    handOver.offer(peer, message, memoryOf(frame))
  }

  function serve(socket: Socket, certificate: string): void {
    const peer = peerAddress(socket.remoteAddress)
    socket.setKeepAlive(true, keepAliveMs)
    const connection = serveConnection(
      { log },
      {
        socket,
        maxBytes: limits.messageBytes,
        idleMs: limits.idleSeconds * 1_000,
        isFull: () => handOver.isFull(peer),
        onFrame: (frame) => receive(frame, peer, certificate),
        onBadFraming: () => {
          counts.badFraming += 1
        },
      },
    )
    connections.set(socket, { peer, ...connection })
    socket.on('close', () => connections.delete(socket))
  }

  const server = createTcpServer(settings, { admit, serve, refuse })
  await listening(server, settings.port, settings.host)
  // A connection that cannot be accepted (no file descriptors left) must not end the process.
  server.on('error', (error) => log.error({ err: error }, 'syslog connection could not be accepted'))
  let udp: UdpListener | null = null
  try {
    if (settings.udpPort !== null) {
      udp = await listenUdp({ log }, settings, {
        isAllowed,
        isFull: (peer) => handOver.isFull(peer),
        onFrame: (frame, peer) => receive(frame, peer, ''),
        onDrop: () => {
          counts.udpDropped += 1
        },
      })
    }
  } catch (error) {
    server.close()
    throw error
  }

  async function stop(drainMs = 10_000): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    await udp?.stop()
    for (const { close } of connections.values()) close()
    for (const socket of open) socket.destroy()
    await closed
    const lost = await handOver.drain(drainMs)
    if (lost > 0)
      log.error({ messages: lost }, 'syslog messages lost: they were received, but the inbox took none before the stop')
  }

  return {
    port: portOf(server),
    udpPort: udp?.port ?? null,
    stop,
    isHeldUp: handOver.isHeldUp,
    reread: (next) => {
      readFrame = createReadFrame({ log, ids: deps.ids }, next)
    },
    counts: () => ({
      ...counts,
      ...handOver.counts,
      refused: { ...refused },
      waiting: counts.received - handOver.counts.handedOver,
      connections: connections.size,
    }),
  }
}

/** About what a message holds in memory: as it came, its text, its fields, and what is around them. */
function memoryOf(frame: Frame): number {
  return 1_000 + 4 * frame.bytes.length
}

type Doors = {
  admit(socket: Socket): boolean
  serve(socket: Socket, certificate: string): void
  refuse(socket: Socket, why: 'certificate' | 'handshake', message: string): void
}

function createTcpServer({ tls }: SyslogSettings, { admit, serve, refuse }: Doors): Server {
  if (tls === null) {
    return createServer((socket) => {
      if (admit(socket)) serve(socket, '')
    })
  }
  const asks = tls.clientCertificates !== 'none'
  const handshakes = createTlsServer(
    {
      cert: tls.certificate,
      key: tls.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMs,
      requestCert: asks,
      rejectUnauthorized: tls.clientCertificates === 'required',
      ...(asks ? { ca: tls.clientAuthorities } : {}),
    },
    (socket) => {
      const subject = socket.getPeerCertificate().subject
      // One that is shown must be right, also where none is needed.
      if (asks && subject !== undefined && !socket.authorized) {
        return refuse(socket, 'certificate', 'syslog connection refused: its client certificate is not trusted')
      }
      return serve(socket, socket.authorized ? nameOf(subject) : '')
    },
  )
  handshakes.on('tlsClientError', (error: Error, socket) => {
    const code = 'code' in error ? String(error.code) : 'time is up'
    refuse(socket, 'handshake', `syslog connection refused: the TLS handshake failed (${code})`)
  })
  // Admitted before the handshake: a refused address costs no cryptography.
  return createServer((socket) => {
    if (admit(socket)) handshakes.emit('connection', socket)
  })
}

function nameOf(subject: { readonly CN?: string | string[] } | undefined): string {
  const name = subject?.CN
  return (Array.isArray(name) ? name[0] : name) ?? ''
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
