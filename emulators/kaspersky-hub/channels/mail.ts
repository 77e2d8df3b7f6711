// Notifications by mail, one for each event, to an address of each company. The kinds are documented, their wording is not
// (kaspersky-cloud.md 3): these words are ours.
import { createTransport } from 'nodemailer'
import type { Channel, OutMessage, SendResult } from '../outbox.ts'

export type MailTarget = {
  host: string
  port: number
  /** `trust`: PEM of the receiver's certificate or authority; null: without encryption. */
  tls: { trust: string; name?: string | undefined; from: 'the-start' | 'starttls' } | null
  from: string
  /** Address of each company by its key; what is of another company stays for another channel. */
  addresses: Record<string, string>
}

type EventMessage = Extract<OutMessage, { kind: 'event' }>

/** Subjects by type and, for those with an end, by what became of it. */
const subjects: Readonly<Record<string, string>> = {
  'm365-mailboxes-not-protected/raised': 'Office 365: the application cannot connect to Exchange Online',
  'm365-mailboxes-not-protected/resolved': 'Office 365: connection to Exchange Online has been restored',
  'm365-license-issue/raised': 'Microsoft 365: the license is about to expire',
  'm365-license-issue/resolved': 'Microsoft 365: the license has been renewed',
  'm365-malware-detected/': 'Microsoft 365: malware detected in a message',
  'm365-phishing-detected/': 'Microsoft 365: phishing detected in a message',
  'm365-attachment-filtered/': 'Microsoft 365: an attachment was filtered',
  'm365-confidential-data/': 'Microsoft 365: confidential data detected',
}

/** Makes the channel: it carries the events of Security for Microsoft 365. */
export function createMailChannel(target: MailTarget): Channel {
  const { host, port, tls } = target
  const transport = createTransport({
    host,
    port,
    secure: tls?.from === 'the-start',
    ignoreTLS: tls === null,
    requireTLS: tls?.from === 'starttls',
    ...(tls !== null && { tls: { ca: tls.trust, ...(tls.name !== undefined && { servername: tls.name }) } }),
    pool: true,
    maxConnections: 1,
  })
  return {
    name: 'mail',
    carries: (message) => isOurs(message) && message.company.key in target.addresses,
    async send(messages): Promise<SendResult> {
      for (const [sent, message] of messages.entries()) {
        if (!isOurs(message)) throw new Error('This channel carries no such message.')
        try {
          await transport.sendMail(toMail(target, message))
        } catch (error) {
          const code = Number((error as { responseCode?: unknown }).responseCode ?? 0)
          const text = error instanceof Error ? error.message : String(error)
          if (code >= 500) return { sent, refused: text, retryAfterMs: null }
          return { sent, refused: null, retryAfterMs: 1_000 }
        }
      }
      return { sent: messages.length, refused: null, retryAfterMs: null }
    },
    async close() {
      transport.close()
    },
  }
}

function isOurs(message: OutMessage): message is EventMessage {
  return message.kind === 'event' && message.product === 'microsoft-365'
}

function toMail({ from, addresses }: MailTarget, { id, type, name, state, text, company, happenedAt }: EventMessage) {
  const subject = subjects[`${type}/${state ?? ''}`] ?? `Microsoft 365: ${name === '' ? type : name}`
  return {
    from,
    to: addresses[company.key] ?? '',
    subject,
    text: `Company: ${company.name}\nTime: ${happenedAt}\n\n${text === '' ? subject : text}\n\nSee the console.\n`,
    date: new Date(happenedAt),
    messageId: `<${id}.${company.key}@feeder.example>`,
  }
}
