import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { type Authority, startAuthority } from '../../test/support/authority.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { mailboxSettings } from '../../test/support/mailbox-sign-in.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { makeCertificate, startHttp, startTcp } from '../../test/support/servers.ts'
import type { MailboxSettings } from '../channels/mail/settings.ts'
import { ConnectorError } from '../connectors/failure.ts'
import { createHttpClient } from '../connectors/http-client.ts'
import { createTokenShelf } from '../lib/token-shelf.ts'
import { mailboxTokens } from './mailbox-tokens.ts'

const clientId = '11111111-2222-3333-4444-555555555555'
/** With what a form, an address and JSON each write in their own way. */
const secret = `IrxHB~P6uh_5g0Q+5'IiU"N5 2F*.3K=`
const tenant = 'contoso.example'

function register(authority: Authority): Authority {
  authority.tenants.set(tenant, [{ clientId, secrets: [secret] }])
  return authority
}

function open(authority: string) {
  const log = recordingLog()
  const clock = createFakeClock('2026-03-02T06:00:00Z')
  const deps = { httpClient: createHttpClient, log, clock, tokenShelf: createTokenShelf() }
  const of = (wanted: Partial<MailboxSettings> = {}, signal = new AbortController().signal) => {
    const application = { signIn: 'application', password: secret, authority, tenant, clientId } as const
    return mailboxTokens(deps, mailboxSettings({ ...application, ...wanted }), signal)
  }
  /** The failure of getting a token; whatever it tells holds no secret in any form. */
  async function failure(wanted: Partial<MailboxSettings> = {}, signal?: AbortSignal): Promise<ConnectorError> {
    const error = await of(wanted, signal)
      .get()
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`)
    const told = `${error.stack}${String(error.cause)}${log.text()}`
    for (const part of ['IrxHB', '5g0Q', '.3K']) expect(told).not.toContain(part)
    return error
  }
  return { of, failure, log, clock }
}

const json =
  (status: number, body: object | string, headers: Record<string, string> = {}) =>
  (to: ServerResponse) =>
    void to
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
const page = (status: number) => (to: ServerResponse) =>
  void to.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>')

test('a token is asked for as Microsoft says, and kept until five minutes before its end', async () => {
  const authority = register(await startAuthority())
  const { of, clock, log } = open(authority.url)
  const tokens = of()
  const first = await tokens.get()
  expect(authority.given).toEqual([first])
  expect(authority.asked).toEqual([
    {
      method: 'POST',
      path: `/${tenant}/oauth2/v2.0/token`,
      form: {
        client_id: clientId,
        client_secret: secret,
        scope: 'https://outlook.office365.com/.default',
        grant_type: 'client_credentials',
      },
    },
  ])
  clock.advance((3_599 - 300) * 1_000 - 1)
  expect(await tokens.get()).toBe(first)
  // Another look at the same mailbox has the same token.
  expect(await of().get()).toBe(first)
  clock.advance(1)
  expect(await tokens.get()).toBe(authority.given[1])
  expect(authority.given).toHaveLength(2)
  for (const part of [first, 'IrxHB']) expect(log.text()).not.toContain(part)
})

test('a token that is refused is forgotten, but not the one that took its place', async () => {
  const authority = register(await startAuthority())
  const tokens = open(authority.url).of()
  const first = await tokens.get()
  tokens.drop(first)
  const second = await tokens.get()
  expect(second).not.toBe(first)
  tokens.drop(first)
  expect(await tokens.get()).toBe(second)
})

test('a token that lives five minutes or less is used once', async () => {
  const authority = register(await startAuthority())
  authority.lifeSeconds = 300
  const tokens = open(authority.url).of()
  await tokens.get()
  await tokens.get()
  expect(authority.given).toHaveLength(2)
})

test('each tenant, application, secret and source has a token of its own', async () => {
  const authority = register(await startAuthority())
  const other = '99999999-2222-3333-4444-555555555555'
  authority.tenants.set('fabrikam.example', [{ clientId, secrets: [secret] }])
  authority.tenants.set(tenant, [
    { clientId, secrets: [secret, 'the next secret'] },
    { clientId: other, secrets: [secret] },
  ])
  const { of, failure } = open(authority.url)
  const all = [
    {},
    { tenant: 'fabrikam.example' },
    { clientId: other },
    { password: 'the next secret' },
    { sourceId: 7 },
  ]
  const tokens = await Promise.all(all.map((wanted) => of(wanted).get()))
  expect(new Set(tokens).size).toBe(5)
  expect(await Promise.all(all.map((wanted) => of(wanted).get()))).toEqual(tokens)
  expect(authority.asked.map(({ path }) => path.split('/')[1])).toContain('fabrikam.example')
  // Who knows no secret is not let in by what is kept.
  expect((await failure({ password: 'a guess' })).message).toContain('refused the client secret')
})

test('by TLS, with an authority that is trusted beside those of the system', async () => {
  const pair = await makeCertificate(['localhost'])
  const authority = register(await startAuthority(pair))
  const { of, failure } = open(authority.url)
  expect(await failure()).toMatchObject({ kind: 'denied', reason: 'untrusted-certificate' })
  expect(authority.asked).toEqual([])
  expect(await of({ authorities: pair.cert }).get()).toBe(authority.given[0])
})

test.each<[string, Partial<MailboxSettings>, RegExp[]]>([
  [
    'a wrong secret',
    { password: 'wrong' },
    [/^The authority refused the client secret: AADSTS7000215: Invalid client secret provided/, /not its Secret ID\.$/],
  ],
  [
    'a tenant that there is not',
    { tenant: 'nowhere.example' },
    [/does not know the tenant “nowhere\.example”: AADSTS90002/],
  ],
  [
    'an application that the tenant does not know',
    { clientId: '99999999-2222-3333-4444-555555555555' },
    [/does not let the application 99999999-.* in: AADSTS700016/, /consent\.$/],
  ],
])('%s is said in the words of the authority and with what to do', async (_, wanted, words) => {
  const { failure } = open(register(await startAuthority()).url)
  const { kind, reason, message } = await failure(wanted)
  expect([kind, reason]).toEqual(['denied', 'bad-credentials'])
  for (const some of words) expect(message).toMatch(some)
  // Marks for Microsoft's support change with each answer.
  expect(message).not.toMatch(/Trace ID|Correlation|Timestamp/)
})

const echo = `You sent ${secret} as ${new URLSearchParams({ client_secret: secret })} and ${encodeURIComponent(secret)}`
test.each<[string, (to: ServerResponse) => void, object, RegExp]>([
  [
    'a secret that is over',
    json(401, {
      error: 'invalid_client',
      error_description: 'AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: 1',
    }),
    { kind: 'denied', reason: 'bad-credentials' },
    /secret: AADSTS7000222: The provided client secret keys are expired\. Enter/,
  ],
  [
    'an answer that repeats the secret',
    json(400, { error: 'invalid_request', error_description: echo }),
    { kind: 'denied' },
    /You sent \*\*\*/,
  ],
  [
    'no Exchange Online',
    json(400, { error: 'invalid_resource', error_description: 'AADSTS500011: The resource principal was not found' }),
    { kind: 'denied' },
    /AADSTS500011: .* found\. Check that the tenant has Exchange Online/,
  ],
  [
    'a refusal without words',
    json(400, { error: 'access_denied' }),
    { kind: 'denied' },
    /gives no token: access_denied/,
  ],
  [
    'a web page instead of a token',
    page(200),
    { kind: 'later', reason: 'bad-reply' },
    /web page where a token should be/,
  ],
  ['a web page that is not found', page(404), { kind: 'denied', reason: 'wrong-address' }, /404 with a web page/],
  [
    'a redirect',
    (to) => void to.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    { kind: 'denied', reason: 'wrong-address' },
    /answered 302/,
  ],
  [
    'a token that is cut in two',
    json(200, '{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0eX'),
    { kind: 'later', reason: 'bad-reply' },
    /something else/,
  ],
  [
    'a token with a line break in it',
    json(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'eyJ0eX\r\nA1' }),
    { reason: 'bad-reply' },
    /something else/,
  ],
  [
    'a token of another kind',
    json(200, { token_type: 'mac', expires_in: 3599, access_token: 'eyJ0eX' }),
    { reason: 'bad-reply' },
    /something else/,
  ],
  ['a fault of the authority', page(503), { kind: 'later', reason: 'server-error' }, /fault of its own \(503\)/],
  [
    'a passing fault',
    json(400, { error: 'temporarily_unavailable' }),
    { kind: 'later', reason: 'server-error' },
    /asked again/,
  ],
  [
    'too many questions',
    json(429, {}, { 'retry-after': '120' }),
    { kind: 'limited', reason: 'rate-limited', until: new Date('2026-03-02T06:02:00Z') },
    /wait/,
  ],
])('%s', async (_, answer, expected, words) => {
  const authority = register(await startAuthority())
  const { of, failure } = open(authority.url)
  authority.answerNext(answer)
  const error = await failure()
  expect(error).toMatchObject({ ...expected, message: expect.stringMatching(words) })
  expect(error.message).not.toContain('eyJ0')
  // Nothing bad is kept: the next time all is well.
  expect(await of().get()).toBe(authority.given[0])
})

test('an authority that is slow is not waited for longer than ten seconds', async () => {
  const { port } = await startHttp(() => undefined)
  const begun = performance.now()
  const error = await open(`http://127.0.0.1:${port}`).failure()
  expect(error).toMatchObject({ kind: 'later', reason: 'timed-out' })
  expect(performance.now() - begun).toBeLessThan(12_000)
}, 15_000)

test('stopping does not wait for the authority', async () => {
  const stopping = new AbortController()
  const { port } = await startHttp(() => stopping.abort())
  expect(await open(`http://127.0.0.1:${port}`).failure({}, stopping.signal)).toMatchObject({ reason: 'cut-off' })
})

test.each(['http://169.254.169.254', 'https://[fd00:ec2::254]'])('%s is not asked at all', async (authority) => {
  expect(await open(authority).failure()).toMatchObject({ kind: 'denied', reason: 'wrong-address' })
})

test('a connection that breaks gives the words of any other', async () => {
  const { port } = await startTcp((socket) => socket.destroy())
  expect(await open(`http://127.0.0.1:${port}`).failure()).toMatchObject({ kind: 'later' })
})

test.each([
  ['https://login.microsoftonline.us', 'https://outlook.office365.us/.default'],
  ['https://login.partner.microsoftonline.cn/', 'https://partner.outlook.cn/.default'],
  ['https://login.microsoftonline.com/', 'https://outlook.office365.com/.default'],
])('a token of %s is for the Exchange Online of its cloud', async (authority, scope) => {
  const asked: { url: string; body: unknown; hosts: unknown }[] = []
  const tokens = mailboxTokens(
    {
      log: recordingLog(),
      clock: createFakeClock('2026-03-02T06:00:00Z'),
      tokenShelf: createTokenShelf(),
      // The way out to Microsoft itself is what a test cannot take.
      httpClient: ({ hosts }) => ({
        redact: (text) => text,
        close: async () => undefined,
        async request({ url, body }) {
          asked.push({ url, body, hosts })
          const answer = { token_type: 'Bearer', expires_in: '3599', access_token: 'token' }
          return { status: 200, headers: {}, text: JSON.stringify(answer), json: () => answer }
        },
      }),
    },
    mailboxSettings({ signIn: 'application', password: secret, authority, tenant, clientId }),
    new AbortController().signal,
  )
  expect(await tokens.get()).toBe('token')
  const { host, origin } = new URL(authority)
  expect(asked).toMatchObject([{ url: `${origin}/${tenant}/oauth2/v2.0/token`, hosts: [host] }])
  expect(new URLSearchParams(String(asked[0]?.body)).get('scope')).toBe(scope)
})
