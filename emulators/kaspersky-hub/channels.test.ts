import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../kit/certificate.ts'
import { startKasperskyHubEmulator } from './main.ts'

/** What the feeder puts on the wire, seen by servers that know nothing of Tocsin. */

async function startFeeder() {
  const hub = await startKasperskyHubEmulator({ port: 0, tenants: 1, devices: 1 })
  onTestFinished(() => hub.stop())
  const act = (name: string, order: object = {}) => hub.control.act({ act: name, ...order }) as Promise<unknown>
  const [company] = hub.control.getState({ part: 'companies' }) as { key: string; computers: object }[]
  const computer = Object.keys(company?.computers ?? {})[0] ?? ''
  return { act, company: company?.key ?? '', computer }
}

/** A server that keeps what it is told. */
async function startSink(tls: { key: string; cert: string } | null = null) {
  const heard: string[] = []
  const serve = (socket: Socket): void => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      text += String(chunk)
    })
    socket.on('end', () => {
      heard.push(text)
      socket.end()
    })
  }
  const server = tls === null ? createServer({ allowHalfOpen: true }, serve) : createTlsServer({ ...tls }, serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  return { heard, port, close: () => server.close() }
}

test('syslog in the structured-data form, by octet counting; what it cannot say stays for another channel', async () => {
  const { act, company, computer } = await startFeeder()
  const { heard, port } = await startSink()
  await act('connect', { channel: 'syslog', port })
  await act('setStatus', { company, computer, status: 'databases-outdated', level: 'critical' })
  await act('setStatus', { company, computer, status: 'databases-outdated', level: 'ok' })
  await act('setMailboxes', { company, count: 3 })
  await act('raise', { company, type: 'm365-license-issue' })
  expect(await act('flush', { channel: 'syslog' })).toMatchObject({ sent: 1, waiting: 3, refused: null })
  const [, bytes, rest = ''] = /^(\d+) ([\s\S]*)$/.exec(heard[0] ?? '') ?? []
  expect(Buffer.byteLength(rest)).toBe(Number(bytes))
  expect(rest).toMatch(
    /^<10>1 \S+ AB1-PC001 1093\|1\.0\.0\.0 - KLSRV_HOST_STATUS_CRITICAL \[event@23668 et="KLSRV_HOST_STATUS_CRITICAL" etdn="Device status is Critical" hdn="AB1-PC001" gn="Managed devices\/Amber Bakery"\] Status is Critical: Databases are outdated\.$/,
  )
})

test('CEF, a line each, over TLS', async () => {
  const { act, company } = await startFeeder()
  const own = await createCertificate()
  const { heard, port } = await startSink(own)
  const event = { company, product: 'endpoint-security-cloud', type: 'GNRL_EV_VIRUS_FOUND', severity: 'warning' }
  await act('event', { ...event, text: 'a=b', count: 2 })
  await act('connect', {
    channel: 'syslog',
    host: 'localhost',
    port,
    tls: { trust: own.cert },
    form: 'cef',
    framing: 'lines',
  })
  expect(await act('flush', { channel: 'syslog' })).toMatchObject({ sent: 2, waiting: 0 })
  const lines = (heard[0] ?? '').split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(
    /CEF:0\|KasperskyLab\|SecurityCenter\|15\.1\.0\.0\|GNRL_EV_VIRUS_FOUND\|GNRL_EV_VIRUS_FOUND\|2\|rt=\d+ dhost= msg=a\\=b cs9=Managed devices\/Amber Bakery/,
  )
})

test('nobody listens: it stays in the outbox', async () => {
  const { act, company, computer } = await startFeeder()
  const sink = await startSink()
  sink.close()
  await act('connect', { channel: 'syslog', port: sink.port })
  await act('setStatus', { company, computer, status: 'not-connected', level: 'warning' })
  expect(await act('flush', { channel: 'syslog' })).toMatchObject({ sent: 0, waiting: 1, pushedBack: 1 })
})

test('mail to the address of the company; a busy server is asked again, one that refuses is told', async () => {
  const { act, company } = await startFeeder()
  const heard: { to: string; text: string }[] = []
  const answers = [451, 250, 550]
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const code = answers.shift() ?? 250
        if (code !== 250) return done(Object.assign(new Error('not now'), { responseCode: code }))
        heard.push({ to: envelope.rcptTo[0]?.address ?? '', text: Buffer.concat(chunks).toString('utf8') })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as { port: number }
  await act('connect', { channel: 'mail', port, addresses: { [company]: 'amber@hub.example' } })
  await act('raise', { company, type: 'm365-mailboxes-not-protected' })
  expect(await act('flush', { channel: 'mail', again: 1 })).toMatchObject({ sent: 1, pushedBack: 1, refused: null })
  expect(heard).toMatchObject([
    { to: 'amber@hub.example', text: expect.stringContaining('cannot connect to Exchange Online') },
  ])
  await act('resolve', { company, type: 'm365-mailboxes-not-protected' })
  expect(await act('flush', { channel: 'mail' })).toMatchObject({
    sent: 0,
    waiting: 1,
    refused: expect.stringContaining('not now'),
  })
})
