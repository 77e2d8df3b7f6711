// Events as Kaspersky Security Center exports them to a SIEM (ksc-open-api.md 7), over TCP with TLS or without.
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Channel, ComputerTold, OutMessage, SendResult } from '../outbox.ts'

export type SyslogTarget = {
  host: string
  port: number
  /** Null: without encryption. `trust` is the PEM of the receiver's certificate or authority. */
  tls: { trust: string; name?: string | undefined; certificate?: string | undefined; key?: string | undefined } | null
  form: 'structured' | 'cef'
  framing: 'octets' | 'lines'
}

type Event = {
  type: string
  title: string
  severity: 'critical' | 'functional-failure' | 'warning'
  computer: string
  group: string
  text: string
  at: string
}

/** PRI: facility 1 and syslog's severity; 2 is documented for Critical, the others are inferred (ksc-open-api.md 7.1). */
const priorities = { critical: 10, 'functional-failure': 11, warning: 12 } as const
/** CEF carries the server's own numbers (ksc-open-api.md 7.2). */
const numbers = { critical: 4, 'functional-failure': 3, warning: 2 } as const

/** The reasons as the console words them (kaspersky-cloud.md 2). */
const reasonWords: Readonly<Record<string, string>> = {
  'application-not-installed': 'Security application is not installed',
  'application-not-running': 'Security application is not running',
  'protection-disabled': 'Protection is disabled',
  'databases-outdated': 'Databases are outdated',
  'not-connected': 'Not connected in a long time',
  'encryption-status': 'Invalid encryption status',
  'license-expired': 'License expired',
  'defined-by-application': 'Device status defined by application',
}

const answerMs = 60_000

/**
 * Makes the channel. It carries events of Endpoint Security Cloud and computers that became Warning or Critical: that one is well
 * again is no event of the vendor's, nor are lists and licences. `now` dates what has no date of its own.
 */
export function createSyslogChannel(target: SyslogTarget, now: () => Date): Channel {
  return {
    name: 'syslog',
    carries: (message) => toEvent(message, now()) !== null,
    async send(messages): Promise<SendResult> {
      const lines = messages.flatMap((message) => {
        const event = toEvent(message, now())
        return event === null ? [] : [frame(target.form === 'cef' ? toCef(event) : toStructured(event), target.framing)]
      })
      try {
        await deliver(target, lines)
        return { sent: messages.length, refused: null, retryAfterMs: null }
      } catch {
        // Syslog knows no answer: what was under way when the connection broke is sent again.
        return { sent: 0, refused: null, retryAfterMs: 1_000 }
      }
    },
    close: () => Promise.resolve(),
  }
}

function toEvent(message: OutMessage, now: Date): Event | null {
  const group = `Managed devices/${message.company.name}`
  if (message.kind === 'change') {
    const { computer } = message
    if (computer.level === 'ok') return null
    const isCritical = computer.level === 'critical'
    return {
      type: isCritical ? 'KLSRV_HOST_STATUS_CRITICAL' : 'KLSRV_HOST_STATUS_WARNING',
      title: isCritical ? 'Device status is Critical' : 'Device status is Warning',
      severity: computer.level,
      computer: computer.name,
      group,
      text: `Status is ${isCritical ? 'Critical' : 'Warning'}: ${reasonsOf(computer)}.`,
      at: now.toISOString(),
    }
  }
  if (message.kind !== 'event' || message.product !== 'endpoint-security-cloud') return null
  const { type, name, severity, computer, text, happenedAt: at } = message
  const title = name === '' ? type : name
  return { type, title, severity, computer: computer?.name ?? '', group, text: text === '' ? title : text, at }
}

function reasonsOf({ statuses }: ComputerTold): string {
  return statuses.map(({ key, text }) => (text === '' ? (reasonWords[key] ?? key) : text)).join('; ')
}

function toStructured({ type, title, severity, computer, group, text, at }: Event): string {
  const quoted = (value: string): string => value.replace(/["\\\]]/g, '\\$&')
  const values = { et: type, etdn: title, hdn: computer, gn: group }
  const data = Object.entries(values).map(([key, value]) => `${key}="${quoted(value)}"`)
  const host = computer === '' ? '-' : computer.replace(/[^\x21-\x7e]/g, '-')
  return `<${priorities[severity]}>1 ${at} ${host} 1093|1.0.0.0 - ${type} [event@23668 ${data.join(' ')}] ${text}`
}

function toCef({ type, title, severity, computer, group, text, at }: Event): string {
  const head = (value: string): string => value.replace(/[\\|]/g, '\\$&')
  const tail = (value: string): string => value.replace(/[\\=]/g, '\\$&').replaceAll('\n', '\\n')
  const extension = `rt=${Date.parse(at)} dhost=${tail(computer)} msg=${tail(text)} cs9=${tail(group)} cs9Label=GroupName`
  const cef = `CEF:0|KasperskyLab|SecurityCenter|15.1.0.0|${head(type)}|${head(title)}|${numbers[severity]}|${extension}`
  return `<${priorities[severity]}>1 ${at} - SecurityCenter - - - ${cef}`
}

function frame(line: string, framing: SyslogTarget['framing']): string {
  const one = line.replaceAll('\n', ' ')
  return framing === 'lines' ? `${one}\n` : `${Buffer.byteLength(one)} ${one}`
}

/** A connection for each time: when the other side closes it too, it has read all. */
async function deliver(target: SyslogTarget, lines: readonly string[]): Promise<void> {
  const socket = await open(target)
  const closed = once(socket, 'close')
  let isCut = false
  socket.on('error', () => {
    isCut = true
  })
  socket.setTimeout(answerMs, () => socket.destroy(new Error('no answer')))
  socket.resume()
  for (const line of lines) {
    if (!socket.write(line)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
    if (isCut) break
  }
  socket.end()
  await closed
  if (isCut) throw new Error('The connection broke.')
}

async function open({ host, port, tls }: SyslogTarget): Promise<Socket> {
  if (tls === null) {
    const socket = connectTcp(port, host)
    await once(socket, 'connect')
    return socket
  }
  const { trust, name, certificate, key } = tls
  const own = certificate === undefined ? {} : { cert: certificate, key }
  const socket = connectTls({ host, port, ca: trust, ...(name !== undefined && { servername: name }), ...own })
  await once(socket, 'secureConnect')
  return socket
}
