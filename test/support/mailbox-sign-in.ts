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
