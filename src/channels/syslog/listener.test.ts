import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ChannelSink, channelSink } from '../../../test/support/channel-sink.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { makeCertificate } from '../../../test/support/servers.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemIds } from '../../lib/ids.ts'
import { type SyslogListener, startSyslog } from './listener.ts'
import { checkSyslogSettings, defaultLimits, type SyslogSettings } from './settings.ts'

const plain: SyslogSettings = {
  sourceId: 7,
  version: 1,
  host: '127.0.0.1',
  port: 0,
  tls: null,
  udpPort: null,
  allowFrom: [],
  companyRules: [],
  readRules: [],
  statusPhrases: [],
  statusNamesAll: false,
  zoneMinutes: 0,
  limits: defaultLimits,
}

type World = {
  readonly sink: ChannelSink
  readonly listener: SyslogListener
  readonly log: ReturnType<typeof recordingLog>
}

async function start(wanted: Partial<SyslogSettings> = {}, sink = channelSink()): Promise<World> {
  const log = recordingLog()
  const settings = { ...plain, ...wanted }
  expect(checkSyslogSettings(settings)).toEqual([])
  const listener = await startSyslog({ take: sink.take, log, clock: systemClock, ids: systemIds }, settings)
  onTestFinished(() => listener.stop(100))
  return { sink, listener, log }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Writes as fast as the other side reads. */
async function write(socket: Socket, text: string): Promise<void> {
  if (!socket.write(text)) await once(socket, 'drain')
}

function until(happened: () => void, timeout = 20_000): Promise<void> {
  return vi.waitFor(happened, { timeout, interval: 20 })
}

function event(n: number, host = 'pc-1'): string {
  return `<12>1 2026-01-31T11:40:03.000Z ${host} KES|11.0.0.0 - GNRL_EV_VIRUS_FOUND [event@23668 p1="${n}" et="GNRL_EV_VIRUS_FOUND" hdn="${host}"] Event ${n}`
}

describe('over TCP', () => {
  it('takes both framings, a connection each', async () => {
    const { sink, listener } = await start()
    const [counted, lines] = [await dial(listener.port), await dial(listener.port)]
    counted.write(`${Buffer.byteLength(event(1))} ${event(1)}`)
    lines.write(`${event(2)}\r\nsecond line\n`)
    await until(() => expect(sink.messages).toHaveLength(2))
    const texts = sink.messages.map(({ reading }) => reading.kind === 'event' && reading.text)
    expect(texts.toSorted()).toEqual(['Event 1', 'Event 2\nsecond line'])
    expect(sink.messages[0]).toMatchObject({
      channel: 'syslog',
      sourceId: 7,
      origin: { peer: '127.0.0.1', host: 'pc-1' },
    })
  })

  it('keeps a line of 1 MB, cut, and what is behind it', async () => {
    const { sink, listener } = await start()
    const socket = await dial(listener.port)
    await write(socket, `<13>${'x'.repeat(1024 * 1024)}\n${event(1)}\n`)
    socket.end()
    await until(() => expect(sink.messages).toHaveLength(2))
    expect(sink.messages[0]).toMatchObject({
      rawBytes: 1024 * 1024 + 4,
      reading: { kind: 'unread', reason: 'too-long' },
    })
    expect(sink.messages[0]?.raw).toHaveLength(16 * 1024)
    expect(sink.messages[1]?.reading.kind).toBe('event')
    expect(listener.counts().cut).toBe(1)
  })

  it('closes a connection that cannot be told apart, keeps what came, and says so', async () => {
    const { sink, listener, log } = await start()
    const socket = await dial(listener.port)
    const closed = once(socket, 'close')
    socket.write(`8 <13>nextgarbage without a count`)
    await closed
    await until(() => expect(sink.messages.map(({ raw }) => raw)).toEqual(['<13>next', 'garbage without a count']))
    expect(listener.counts().badFraming).toBe(1)
    expect(log.text()).toContain('octet counting or newline')
  })

  it('lets in who is on the list alone', async () => {
    const { listener, log } = await start({ allowFrom: ['203.0.113.0/24'] })
    const socket = await dial(listener.port)
    await once(socket, 'close')
    expect(listener.counts().refused.address).toBe(1)
    expect(log.text()).toContain('not on the list')
  })

  it('holds no more connections than it may', async () => {
    const { listener } = await start({ limits: { ...defaultLimits, connectionsPerPeer: 2 } })
    await dial(listener.port)
    await dial(listener.port)
    const third = await dial(listener.port)
    await once(third, 'close')
    expect(listener.counts()).toMatchObject({ connections: 2, refused: { tooMany: 1 } })
  })

  it('closes a connection that has been silent for too long, and keeps what it said', async () => {
    const sink = channelSink()
    const settings = { ...plain, limits: { ...defaultLimits, idleSeconds: 1 } }
    const deps = { take: sink.take, log: recordingLog(), clock: systemClock, ids: systemIds }
    const listener = await startSyslog(deps, settings)
    onTestFinished(() => listener.stop(100))
    const socket = await dial(listener.port)
    socket.write('<13>no line break')
    await once(socket, 'close')
    await until(() => expect(sink.messages.map(({ raw }) => raw)).toEqual(['<13>no line break']))
  })

  it('stops in time though the inbox hangs', async () => {
    const log = recordingLog()
    const deps = { take: () => new Promise<void>(() => undefined), log, clock: systemClock, ids: systemIds }
    const listener = await startSyslog(deps, plain)
    const socket = await dial(listener.port)
    socket.write('one\ntwo\n')
    await until(() => expect(listener.counts().received).toBe(2))
    const begun = performance.now()
    await listener.stop(200)
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(log.lines.find(({ message }) => message.includes('lost'))?.fields).toMatchObject({ messages: 2 })
  })

  it('hands over what it received before it stops', async () => {
    const { sink, listener } = await start({}, channelSink(50))
    const socket = await dial(listener.port)
    await write(socket, Array.from({ length: 1_000 }, (_, n) => `${event(n)}\n`).join(''))
    await until(() => expect(listener.counts().received).toBeGreaterThan(990))
    const { received } = listener.counts()
    await listener.stop()
    expect(sink.messages.length).toBeGreaterThanOrEqual(received)
    expect(listener.counts().waiting).toBe(0)
  })

  it('says how many were lost when the inbox takes none before the stop', async () => {
    const { sink, listener, log } = await start()
    sink.be('broken')
    const socket = await dial(listener.port)
    socket.write(`${event(1)}\n${event(2)}\n`)
    await until(() => expect(listener.counts().received).toBe(1))
    await listener.stop(200)
    expect(log.lines.find(({ message }) => message.includes('lost'))?.fields).toMatchObject({ messages: 2 })
  })
})

describe('over TLS', () => {
  let server: { key: string; cert: string }
  let authority: { key: string; cert: string }
  let client: { key: string; cert: string }
  let stranger: { key: string; cert: string }

  beforeAll(async () => {
    server = await makeCertificate(['localhost'])
    authority = await makeCertificate([])
    client = await makeCertificate([], { ca: authority })
    stranger = await makeCertificate([])
  })

  function tls(clientCertificates: 'none' | 'optional' | 'required'): Partial<SyslogSettings> {
    return {
      tls: { certificate: server.cert, key: server.key, clientCertificates, clientAuthorities: authority.cert },
      companyRules: [
        {
          name: 'by certificate',
          on: 'certificate',
          match: 'exact',
          value: 'ISSUED',
          company: 'acme',
          companyName: 'Acme',
        },
      ],
    }
  }

  function dialTls(port: number, own?: { key: string; cert: string }): TLSSocket {
    const socket = connectTls({ port, host: '127.0.0.1', ca: server.cert, servername: 'localhost', ...own })
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    socket.write(`${event(1)}\n`)
    return socket
  }

  it('knows a client by its certificate, and finds its company by it', async () => {
    const { sink, listener } = await start(tls('required'))
    dialTls(listener.port, client)
    await until(() => expect(sink.messages).toHaveLength(1))
    expect(sink.messages[0]).toMatchObject({
      origin: { certificate: 'issued' },
      company: { key: 'acme', name: 'Acme', rule: 'by certificate' },
    })
  })

  it.each([
    ['none, where one is required', 'required', false],
    ['that of a stranger, where one is required', 'required', true],
    ['that of a stranger, where none is needed', 'optional', true],
  ] as const)('refuses a client that shows %s', async (_, wanted, shows) => {
    const { sink, listener, log } = await start(tls(wanted))
    const refused = dialTls(listener.port, shows ? stranger : undefined)
    await new Promise((resolve) => refused.on('close', resolve))
    await until(() => expect(log.text()).toContain('refused'))
    const { certificate, handshake } = listener.counts().refused
    expect(certificate + handshake).toBe(1)
    expect(sink.messages).toHaveLength(0)
  })

  it('takes a client without a certificate where none is needed', async () => {
    const { sink, listener } = await start(tls('optional'))
    dialTls(listener.port)
    await until(() => expect(sink.messages).toHaveLength(1))
    expect(sink.messages[0]).toMatchObject({ origin: { certificate: '' }, company: null })
  })

  it('refuses one that speaks no TLS, and goes on', async () => {
    const { sink, listener } = await start(tls('none'))
    const socket = await dial(listener.port)
    socket.write(`${event(1)}\n`)
    await once(socket, 'close')
    expect(listener.counts().refused.handshake).toBe(1)
    dialTls(listener.port)
    await until(() => expect(sink.messages).toHaveLength(1))
  })
})

describe('under load', () => {
  it('loses none of 10,000 events that come in a second while the inbox pushes back', async () => {
    const { sink, listener } = await start({}, channelSink(5))
    const sockets = [await dial(listener.port), await dial(listener.port)]
    sink.be('busy')
    const sending = sockets.map(async (socket, part) => {
      for (let n = 0; n < 5_000; n += 1) await write(socket, `${event(part * 5_000 + n)}\n`)
      socket.end()
    })
    await until(() => expect(sink.pushedBack()).toBeGreaterThan(3))
    expect(listener.isHeldUp()).toBe(true)
    sink.be('willing')
    await Promise.all(sending)
    await until(() => expect(sink.messages.length).toBeGreaterThanOrEqual(10_000))
    const numbers = new Set(sink.messages.map(({ fields }) => fields.find(({ name }) => name === 'p1')?.value))
    expect([numbers.size, sink.messages.length, listener.counts().waiting]).toEqual([10_000, 10_000, 0])
    expect(listener.isHeldUp()).toBe(false)
    expect(listener.counts().busyWaits).toBe(sink.pushedBack())
  })

  it('stops reading while the inbox is busy, so that memory is bounded and the sender waits', async () => {
    const { sink, listener } = await start()
    sink.be('busy')
    const socket = await dial(listener.port)
    let written = 0
    const sending = (async () => {
      for (; written < 60_000; written += 1) await write(socket, `${event(written)}\n`)
      socket.end()
    })()
    let before = -1
    await until(() => {
      const { received } = listener.counts()
      const stands = received === before
      before = received
      expect([stands, received > 0]).toEqual([true, true])
    })
    expect(listener.counts().waiting).toBeLessThan(defaultLimits.waitingPerPeer + 1_000)
    expect(written).toBeLessThan(60_000)
    sink.be('willing')
    await sending
    await until(() => expect(sink.messages).toHaveLength(60_000))
  })

  it('lets a flood of one peer not starve another', async () => {
    const { sink, listener } = await start({}, channelSink(5))
    const flood = await dial(listener.port)
    const sending = (async () => {
      for (let n = 0; n < 20_000; n += 1) await write(flood, `${event(n, 'flood')}\n`)
      flood.end()
    })()
    await until(() => expect(sink.messages.length).toBeGreaterThan(1_000))
    // Another address of this machine, so that it is another peer.
    const quiet = connect({ port: listener.port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    onTestFinished(() => void quiet.destroy())
    await once(quiet, 'connect')
    quiet.write(`${event(1, 'quiet')}\n${event(2, 'quiet')}\n${event(3, 'quiet')}\n`)
    const ahead = sink.messages.length
    await until(() =>
      expect(sink.messages.filter(({ origin }) => origin.host === 'quiet').length).toBeGreaterThanOrEqual(2),
    )
    const first = sink.messages.findIndex(({ origin }) => origin.host === 'quiet')
    expect(first - ahead).toBeLessThan(2_000)
    await sending
    await until(() => expect(sink.messages).toHaveLength(20_003))
  })
})

describe('over UDP', () => {
  function send(port: number, texts: readonly string[]): Promise<void> {
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    const sends = texts.map(
      (text) => new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve())),
    )
    return Promise.all(sends).then(() => undefined)
  }

  it('is off unless it is switched on', async () => {
    expect((await start()).listener.udpPort).toBeNull()
  })

  it('takes a message a datagram', async () => {
    const { sink, listener } = await start({ udpPort: 0 })
    await send(listener.udpPort ?? 0, [event(1), `${event(2)}\r\n`])
    await until(() => expect(sink.messages).toHaveLength(2))
    expect(sink.messages.every(({ reading }) => reading.kind === 'event')).toBe(true)
  })

  it('counts and says what it had to drop', async () => {
    const { sink, listener, log } = await start({ udpPort: 0, limits: { ...defaultLimits, waitingPerPeer: 10 } })
    sink.be('busy')
    await send(
      listener.udpPort ?? 0,
      Array.from({ length: 50 }, (_, n) => event(n)),
    )
    await until(() => expect(listener.counts()).toMatchObject({ received: 10, udpDropped: 40 }))
    expect(log.text()).toContain('lost messages')
    sink.be('willing')
    await until(() => expect(sink.messages).toHaveLength(10))
  })
})

describe('settings', () => {
  it.each([
    [{ host: 'localhost' }, 'host'],
    [{ port: 70_000 }, 'port'],
    [{ udpPort: -1 }, 'udpPort'],
    [{ allowFrom: ['203.0.113.0/33'] }, 'allowFrom'],
    [{ allowFrom: ['anywhere'] }, 'allowFrom'],
    [{ zoneMinutes: 9_000 }, 'zoneMinutes'],
    [{ statusPhrases: [{ phrase: 'ok', statusKey: 'x' }] }, 'statusPhrases'],
    [{ statusPhrases: [{ phrase: 'veraltet', statusKey: '' }] }, 'statusPhrases'],
    [{ limits: { ...defaultLimits, messageBytes: 10 } }, 'limits.messageBytes'],
    [{ tls: { certificate: '', key: '', clientCertificates: 'required', clientAuthorities: '' } }, 'tls.certificate'],
  ] satisfies [Partial<SyslogSettings>, string][])('are refused: %j', (wanted, field) => {
    expect(checkSyslogSettings({ ...plain, ...wanted }).map((issue) => issue.field)).toContain(field)
  })

  it('are refused when the port is taken', async () => {
    const { listener } = await start()
    await expect(start({ port: listener.port })).rejects.toThrow('EADDRINUSE')
  })
})
