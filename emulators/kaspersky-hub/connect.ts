// The act `connect`: where to send, by which channel.
import { z } from 'zod'
import type { EmulatorOrder } from '../kit/definition.ts'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import { createHttpChannel } from './channels/http.ts'
import { createMailChannel } from './channels/mail.ts'
import { createSyslogChannel } from './channels/syslog.ts'
import type { Channel, OutMessage } from './outbox.ts'

/** What goes this way, as a server exports only what it was told to; absent: all that the channel can carry. */
const kinds = z
  .array(z.enum(['list', 'change', 'removal', 'event', 'mailboxes']))
  .min(1)
  .optional()

const Http = z.strictObject({
  act: z.literal('connect'),
  kinds,
  channel: z.literal('http').default('http'),
  url: z.url(),
  sourceId: z.int(),
  token: z.string().optional(),
  key: z.strictObject({ id: z.int(), secret: z.string() }).optional(),
})

const place = {
  act: z.literal('connect'),
  kinds,
  host: z.string().default('127.0.0.1'),
  port: z.int().min(1).max(65_535),
}
const trust = { trust: z.string().min(1), name: z.string().optional() }

const Syslog = z.strictObject({
  ...place,
  channel: z.literal('syslog'),
  tls: z
    .strictObject({ ...trust, certificate: z.string().optional(), key: z.string().optional() })
    .nullable()
    .default(null),
  form: z.enum(['structured', 'cef']).default('structured'),
  framing: z.enum(['octets', 'lines']).default('octets'),
})

const Mail = z.strictObject({
  ...place,
  channel: z.literal('mail'),
  tls: z
    .strictObject({ ...trust, from: z.enum(['the-start', 'starttls']).default('starttls') })
    .nullable()
    .default(null),
  from: z.string().default('notify@vendor.example'),
  addresses: z.record(z.string(), z.string()),
})

/** Makes the channel that an order asks for. Throws `EmulatorInputError` for a bad one. */
export function connect(order: EmulatorOrder, now: () => Date): Channel {
  if (order.channel === 'syslog') {
    const { kinds: only, ...target } = checkInput(Syslog, order, 'act connect')
    return restrict(createSyslogChannel(target, now), only)
  }
  if (order.channel === 'mail') {
    const { kinds: only, ...target } = checkInput(Mail, order, 'act connect')
    return restrict(createMailChannel(target), only)
  }
  const { kinds: only, ...target } = checkInput(Http, order, 'act connect')
  if ((target.token === undefined) === (target.key === undefined)) {
    throw new EmulatorInputError('act connect takes either "token" or "key"')
  }
  return restrict(createHttpChannel(target, now), only)
}

function restrict(channel: Channel, only: readonly OutMessage['kind'][] | undefined): Channel {
  if (only === undefined) return channel
  return { ...channel, carries: (message) => only.includes(message.kind) && channel.carries(message) }
}
