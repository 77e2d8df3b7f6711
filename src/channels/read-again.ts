import { isIP } from 'node:net'
import type { Ids } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { compileCompanyRules } from './company-rules.ts'
import { createReadMail } from './mail/read-mail.ts'
import type { MailReading } from './mail/settings.ts'
import type { ChannelMessage } from './message.ts'
import { createReadFrame, type SyslogReading } from './syslog/read-frame.ts'

/** A message as it is kept: without what is kept beside it, or made anew. */
export type KeptMessage = Omit<ChannelMessage, 'whole' | 'version' | 'clues'>

/** Reads a message that was kept as if it came now; who sent it, when it came and its key stay. */
export type ReadAgain = (kept: KeptMessage, whole: Buffer) => Promise<ChannelMessage>

/**
 * Makes the function that reads kept messages by other rules. `syslog: null`: there is no listener, so what came by syslog is of
 * nobody.
 * @throws PatternError when a rule or pattern cannot be used.
 */
export function createReadAgain(
  deps: { readonly log: Log; readonly ids: Ids },
  settings: { readonly syslog: SyslogReading | null; readonly mail: MailReading },
): ReadAgain {
  const { syslog, mail } = settings
  const readMail = createReadMail(deps, mail)
  const readFrame = syslog === null ? null : createReadFrame(deps, syslog)
  const companies = compileCompanyRules(syslog?.companyRules ?? [])

  async function readKept(kept: KeptMessage, whole: Buffer): Promise<ChannelMessage> {
    const { origin, receivedAt, rawBytes, fields, reading } = kept
    if (kept.channel === 'mail') {
      const isDelivered = isIP(origin.peer) !== 0
      const { peer, sender, recipient } = origin
      const received = { raw: whole, rawBytes, peer, isDelivered, sender, recipients: [recipient], receivedAt }
      const [message] = await readMail(received)
      if (message === undefined) throw new Error('A mail was read as no message at all.')
      return message
    }
    // Of a line whose end is not kept another reading could only be worse.
    if (readFrame === null || (rawBytes > whole.length && reading.kind !== 'unread')) {
      const clues = companies.clues(origin, fields)
      return { ...kept, whole, clues, version: mail.version, company: companies.find(origin, fields) }
    }
    const { peer, certificate } = origin
    return readFrame({ frame: { bytes: whole, totalBytes: rawBytes }, peer, certificate, receivedAt })
  }

  return async (kept, whole) => {
    const { key, receivedAt } = kept
    return { ...(await readKept(kept, whole)), key, receivedAt }
  }
}
