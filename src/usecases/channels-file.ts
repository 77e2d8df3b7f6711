import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import {
  channelSecretFields,
  MailboxInput,
  MailInput,
  noChannels,
  SmtpInput,
  type StoredChannels,
  SyslogInput,
} from './channel-settings.ts'
import { issuesToFields, sayIssue } from './input-words.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'

/**
 * The channels of a source as they stand in a config file: whole, and without secrets. A way in that is not named there is none;
 * without `mail`, mails are read as a new source reads them.
 */
const FileChannels = z.strictObject({
  mail: MailInput.optional(),
  syslog: SyslogInput.nullable().default(null),
  smtp: SmtpInput.nullable().default(null),
  mailbox: MailboxInput.nullable().default(null),
})

type FileChannels = z.output<typeof FileChannels>

/** Null: nothing is set up. Always with its fields in the same order. */
export function channelsToFile(settings: StoredChannels | null): FileChannels | null {
  if (settings === null || isDeepStrictEqual(settings, noChannels)) return null
  return FileChannels.parse(settings)
}

/** What `mergeChannels` takes. Throws `RequestError` naming each wrong field, secrets among them: they never stand in a file. */
export function readFileChannels(channels: unknown): Required<FileChannels> {
  const parsed = FileChannels.safeParse(channels ?? {}, { error: sayIssue })
  if (!parsed.success) throw invalidInput(issuesToFields(parsed.error.issues))
  const issues = strayIssues(parsed.data)
  if (issues.length > 0) throw invalidInput(issues)
  return { ...parsed.data, mail: parsed.data.mail ?? noChannels.mail }
}

function strayIssues({ syslog, smtp, mailbox }: FileChannels): FieldIssue[] {
  const secret = 'Secrets do not belong into this file: take it out, and enter it in the console.'
  const making =
    'A certificate is made in the console: put it here as PEM (certificate), or leave both out to keep the stored one.'
  const stray: readonly (readonly [value: unknown, field: string, message: string])[] = [
    [syslog?.tls?.key, channelSecretFields.syslogKey, secret],
    [syslog?.tls?.makeFor, 'syslog.tls.makeFor', making],
    [smtp?.certificate?.key, channelSecretFields.smtpKey, secret],
    [smtp?.certificate?.makeFor, 'smtp.certificate.makeFor', making],
    [mailbox?.password, channelSecretFields.mailboxPassword, secret],
  ]
  return stray.flatMap(([value, field, message]) => (value == null ? [] : [{ field, message }]))
}
