import { type MailTried, tryMail as readTrial } from '../channels/try-mail.ts'
import { loadChannels } from '../db/source-channels.ts'
import { type MailSettings, noChannels, type StoredChannels } from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { mailIssues } from './judge-channels.ts'
import { openPushed } from './pushed-source.ts'
import { invalidInput } from './request-error.ts'

export type TryMail = {
  readonly sourceId: number
  readonly raw: string
  readonly recipient: string
  /** Not saved yet; absent: what is stored. */
  readonly mail?: MailSettings | undefined
}

/** “Paste a mail, see what Tocsin reads”. Stores nothing. Throws `RequestError`. */
export async function tryMail(deps: Deps, { sourceId, raw, recipient, mail }: TryMail): Promise<MailTried> {
  await openPushed(deps, sourceId)
  const issues = mail === undefined ? [] : mailIssues(sourceId, mail)
  if (issues.length > 0) throw invalidInput(issues)
  const stored = await loadChannels<StoredChannels>(deps.pool, sourceId)
  const reading = mail ?? stored?.settings.mail ?? noChannels.mail
  return readTrial(reading, { raw, recipient }, deps.clock.now())
}
