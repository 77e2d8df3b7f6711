import type { MailboxSettings } from '../../src/channels/mail/settings.ts'
import type { AccessTokens } from '../../src/channels/mailbox.ts'

/** Signs in at the mailbox of `startImap` by its password. */
export const byPassword = {
  signIn: 'password',
  password: 'app password',
  authority: '',
  tenant: '',
  clientId: '',
} as const

/** For a mailbox with a password: asking for a token is a fault. */
export const noTokens: AccessTokens = {
  get: () => Promise.reject(new Error('Nobody asks for a token where a password lets in.')),
  drop: () => undefined,
}

/** Settings of a mailbox whose mails nobody is let read; a test names what it is about. */
export function mailboxSettings(wanted: Partial<MailboxSettings>): MailboxSettings {
  return {
    ...{ sourceId: 6, version: 1, host: 'localhost', port: 993, user: 'hub@mail.example' },
    ...byPassword,
    ...{ encryption: 'from-the-start', authorities: null, folder: 'INBOX' },
    ...{ notBefore: new Date('2026-01-01T00:00:00Z'), messageBytes: 1024 * 1024 },
    ...{ allowSenders: [], allowRelays: [], companyRules: [], patterns: [] },
    ...wanted,
  }
}
