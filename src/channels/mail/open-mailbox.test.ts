import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { channelSink } from '../../../test/support/channel-sink.ts'
import { startImap } from '../../../test/support/imap-server.ts'
import type { ByToken } from '../../../test/support/imap-token.ts'
import { byPassword, mailboxSettings, noTokens } from '../../../test/support/mailbox-sign-in.ts'
import { recordingLog } from '../../../test/support/recording-log.ts'
import { makeCertificate } from '../../../test/support/servers.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemIds } from '../../lib/ids.ts'
import { type AccessTokens, MailboxError } from '../mailbox.ts'
import { pollMailbox } from './poll-mailbox.ts'
import type { MailboxSettings } from './settings.ts'

let own: { key: string; cert: string }
beforeAll(async () => {
  own = await makeCertificate(['localhost'])
})

const clientId = '11111111-2222-3333-4444-555555555555'
const mail = 'From: n@vendor.example\r\nSubject: Hello\r\n\r\ntext\r\n'

/** Tokens in their order, a new one for each that was dropped. */
function tokensInOrder(...all: readonly string[]): AccessTokens & { readonly dropped: string[] } {
  const dropped: string[] = []
  return {
    dropped,
    async get() {
      const token = all[dropped.length]
      if (token === undefined) throw new Error('More tokens were asked for than a test gives.')
      return token
    },
    drop: (token) => void dropped.push(token),
  }
}

async function open(byToken: ByToken | undefined, tokens: AccessTokens, wanted: Partial<MailboxSettings> = {}) {
  const server = await startImap(own, byToken === undefined ? {} : { byToken })
  server.deliver(mail)
  const sink = channelSink()
  const log = recordingLog()
  const settings = mailboxSettings({
    port: server.port,
    signIn: 'application',
    password: 'a client secret',
    authority: 'https://login.example',
    tenant: 'contoso.example',
    clientId,
    authorities: own.cert,
    ...wanted,
  })
  const deps = { take: sink.take, tokens, log, clock: systemClock, ids: systemIds }
  const poll = (signal = new AbortController().signal) => pollMailbox(deps, settings, signal)
  const signIns = () => server.commands.filter((command) => /^(AUTHENTICATE|LOGIN)/.test(command)).length
  return { server, log, poll, signIns }
}

async function failureOf(promise: Promise<unknown>): Promise<MailboxError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof MailboxError) return error
  throw new Error(`expected a MailboxError, got ${String(error)}`)
}

describe('a mailbox that an application signs in at', () => {
  it.each([
    ['with the token in the command, as Exchange Online has it', {}],
    ['with the token in a line of its own', { asksFirst: true }],
  ])('is read %s', async (_, kind) => {
    const tokens = tokensInOrder('good.token')
    const { server, poll, signIns } = await open({ takes: (token) => token === 'good.token', ...kind }, tokens)
    expect(await poll()).toMatchObject({ taken: 1 })
    expect(server.mails[0]?.flags.has('$TocsinTaken')).toBe(true)
    expect([signIns(), tokens.dropped]).toEqual([1, []])
    // The client secret is for the authority alone.
    expect(server.commands.join('\n')).not.toContain(Buffer.from('a client secret').toString('base64'))
    expect(server.commands.join('\n')).not.toContain('a client secret')
  })

  it('takes a new token where the kept one is refused', async () => {
    const tokens = tokensInOrder('old.token', 'new.token')
    const { poll, signIns } = await open({ takes: (token) => token === 'new.token' }, tokens)
    expect(await poll()).toMatchObject({ taken: 1 })
    expect([signIns(), tokens.dropped]).toEqual([2, ['old.token']])
  })

  it.each([
    ['at once', {}],
    ['with a reason', { tellsWhy: true }],
    ['after it was let in, by not connecting it', { takes: () => true, isConnected: () => false }],
  ])('that refuses a new token too (%s) says what to grant, and neither token is kept or told', async (_, kind) => {
    const tokens = tokensInOrder('first.token', 'second.token')
    const { poll, signIns, log } = await open({ takes: () => false, ...kind }, tokens)
    const failure = await failureOf(poll())
    expect(failure.reason).toBe('denied')
    for (const words of [
      'hub@mail.example',
      clientId,
      'IMAP.AccessAsApp',
      'New-ServicePrincipal',
      'Add-MailboxPermission',
    ])
      expect(failure.message).toContain(words)
    expect([signIns(), tokens.dropped]).toEqual([2, ['first.token', 'second.token']])
    const told = `${failure.stack}${String(failure.cause)}${JSON.stringify(failure)}${log.text()}`
    for (const token of ['first.token', 'second.token']) {
      expect(told).not.toContain(token)
      expect(told).not.toContain(Buffer.from(token).toString('base64').slice(0, 10))
    }
  })

  it('that is connected at the second try is read', async () => {
    const tokens = tokensInOrder('first.token', 'second.token')
    const answers = [false, true]
    const { poll } = await open({ takes: () => true, isConnected: () => answers.shift() ?? true }, tokens)
    expect(await poll()).toMatchObject({ taken: 1 })
    expect(tokens.dropped).toEqual(['first.token'])
  })

  it('whose server knows no tokens is named, and asked once', async () => {
    const tokens = tokensInOrder('good.token')
    const { poll, signIns } = await open({ takes: () => true, way: '' }, tokens)
    const failure = await failureOf(poll())
    expect(failure).toMatchObject({ reason: 'wrong-address', message: expect.stringContaining('XOAUTH2') })
    expect([signIns(), tokens.dropped]).toEqual([0, []])
  })

  it('that does not answer is no matter of the token', async () => {
    const tokens = tokensInOrder('good.token')
    const { poll, server } = await open({ takes: () => true }, tokens)
    server.hangUpAt('SELECT')
    expect((await failureOf(poll())).reason).toBe('unreachable')
    expect(tokens.dropped).toEqual([])
  })

  it('is not spoken to without a token', async () => {
    const refused = new Error('no token today')
    const { poll, server } = await open(
      { takes: () => true },
      { get: () => Promise.reject(refused), drop: () => undefined },
    )
    await expect(poll()).rejects.toBe(refused)
    expect(server.commands).toEqual([])
  })

  it('is not spoken to once the server stops', async () => {
    const { poll, server } = await open({ takes: () => true }, tokensInOrder('good.token'))
    expect((await failureOf(poll(AbortSignal.abort()))).reason).toBe('unreachable')
    expect(server.commands).toEqual([])
  })
})

it('a mailbox at which nobody may sign in by password says so as ever', async () => {
  const { poll } = await open({ takes: () => true }, noTokens, byPassword)
  const failure = await failureOf(poll())
  expect(failure).toMatchObject({ reason: 'denied', message: expect.stringContaining('app password') })
})

it('authorities are trusted beside those that are trusted anyway', async () => {
  const before = getCACertificates('default')
  onTestFinished(() => setDefaultCACertificates(before))
  setDefaultCACertificates([...before, own.cert])
  const authorities = (await makeCertificate(['other.example'])).cert
  const { poll } = await open(undefined, noTokens, { ...byPassword, authorities })
  expect(await poll()).toMatchObject({ taken: 1 })
})
