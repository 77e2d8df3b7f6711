import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Log } from '../../lib/log.ts'
import { peerAddress } from '../allowed-peers.ts'
import type { Frame } from './frame.ts'
import type { SyslogSettings } from './settings.ts'

export type UdpListener = { readonly port: number; stop(): Promise<void> }

export type UdpWork = {
  isAllowed(peer: string): boolean
  isFull(peer: string): boolean
  onDrop(): void
  onFrame(frame: Frame, peer: string): void
}

/** Drops are said at most so often. */
const sayEveryMs = 60_000

/** One datagram is one message (RFC 5426). Where there is no room it is dropped, counted and said: UDP cannot wait. */
export async function listenUdp(
  deps: { readonly log: Log },
  { udpPort, host, limits }: Pick<SyslogSettings, 'udpPort' | 'host' | 'limits'>,
  work: UdpWork,
): Promise<UdpListener> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  let unsaid = 0
  let saidAt = Number.NEGATIVE_INFINITY

  function drop(): void {
    work.onDrop()
    unsaid += 1
    if (performance.now() - saidAt >= sayEveryMs) say()
  }

  function say(): void {
    deps.log.error({ datagrams: unsaid }, 'syslog over UDP lost messages: the inbox was full; use TCP, which waits')
    unsaid = 0
    saidAt = performance.now()
  }

  socket.on('message', (datagram, { address }) => {
    const peer = peerAddress(address)
    if (!work.isAllowed(peer)) return
    if (work.isFull(peer)) return drop()
    const whole = withoutBreak(datagram)
    if (whole.length > 0)
      work.onFrame({ bytes: whole.subarray(0, limits.messageBytes), totalBytes: whole.length }, peer)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ port: udpPort ?? 0, address: host, exclusive: true }, () => {
      socket.off('error', reject)
      socket.on('error', (error) => deps.log.error({ err: error }, 'syslog over UDP has a fault'))
      resolve()
    })
  })
  return {
    port: socket.address().port,
    stop: () =>
      new Promise((resolve) => {
        if (unsaid > 0)
          deps.log.error(
            { datagrams: unsaid },
            'syslog over UDP lost messages: the inbox was full; use TCP, which waits',
          )
        socket.close(() => resolve())
      }),
  }
}

/** Some senders end a datagram with a line break or a zero byte. */
function withoutBreak(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13 || bytes[end - 1] === 0)) end -= 1
  return bytes.subarray(0, end)
}
