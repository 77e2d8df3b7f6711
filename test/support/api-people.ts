import { createSecretBox } from '../../src/lib/secret-box.ts'
import { setupCodeOf } from '../../src/usecases/setup-code.ts'
import type { ApiAnswer, ApiBench, ApiRequest } from './api-bench.ts'

/** Somebody who is signed in, with what the browser would keep. */
export type SignedIn = {
  readonly id: number
  readonly email: string
  readonly password: string
  readonly cookie: string
  readonly csrf: string
  /** Asks as this person, as our own page would. */
  ask(method: ApiRequest['method'], url: string, body?: object, headers?: Record<string, string>): Promise<ApiAnswer>
}

export const goodPassword = 'seven violet tractors hum'

export const setupCode = (bench: ApiBench): string =>
  setupCodeOf({
    box: createSecretBox('a key for tests that is long enough to be one'),
    installation: bench.deps.installation,
  })

/** The value of the session's cookie that an answer sets; null when it sets none. */
export function cookieOf(answer: ApiAnswer): string | null {
  const text = String(answer.headers['set-cookie'] ?? '')
  return /tocsin_session=[a-z2-7]+/.exec(text)?.[0] ?? null
}

export function signedInBy(bench: ApiBench, answer: ApiAnswer, email: string, password: string): SignedIn {
  const cookie = cookieOf(answer)
  if (answer.status !== 200 || cookie === null) throw new Error(`Nobody was signed in: ${answer.text}`)
  const csrf = String(answer.body.csrf)
  return {
    id: Number(answer.body.person.id),
    email,
    password,
    cookie,
    csrf,
    ask: (method, url, body, headers) =>
      bench.send({
        method,
        url,
        body,
        headers: { cookie, ...(method !== 'GET' && { 'x-tocsin-csrf': csrf }), ...headers },
      }),
  }
}

/** Makes the first administrator. */
export async function firstAdministrator(bench: ApiBench, email = 'ada@example.com'): Promise<SignedIn> {
  const body = { setupCode: setupCode(bench), name: 'Ada', email, password: goodPassword }
  return signedInBy(bench, await bench.send({ method: 'POST', url: '/api/v1/first-start', body }), email, goodPassword)
}

/** Invites somebody and accepts. */
export async function newcomer(bench: ApiBench, by: SignedIn, role: string, email: string): Promise<SignedIn> {
  const invited = await by.ask('POST', '/api/v1/invitations', { email, name: email.split('@')[0] ?? email, role })
  const code = String(invited.body.path).split('#')[1]
  const body = { code, password: goodPassword }
  const answer = await bench.send({ method: 'POST', url: '/api/v1/invitations/accept', body })
  return signedInBy(bench, answer, email, goodPassword)
}

export function signIn(
  bench: Pick<ApiBench, 'send'>,
  email: string,
  password: string,
  more: { code?: string; address?: string } = {},
): Promise<ApiAnswer> {
  const { code, address } = more
  return bench.send({
    method: 'POST',
    url: '/api/v1/session',
    body: { email, password, ...(code !== undefined && { code }) },
    ...(address !== undefined && { remoteAddress: address }),
  })
}
