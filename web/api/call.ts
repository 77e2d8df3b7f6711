import { client } from './generated/client.gen.ts'
import type { Problem } from './generated/types.gen.ts'
import { ApiError } from './problem.ts'
import { tellServerTime } from './server-clock.ts'

/** Every call of the console goes through here: the cookie goes along, and failures become `ApiError`. */

type Answer<T> = { readonly data?: T | undefined; readonly error?: unknown; readonly response?: Response | undefined }

/** Proof that a change comes from our own page; given by the server with the session. */
let csrf = ''

export function setCsrf(token: string | null): void {
  csrf = token ?? ''
}

client.setConfig({ baseUrl: '', credentials: 'same-origin' })
client.interceptors.request.use((request) => {
  if (csrf !== '' && request.method !== 'GET') request.headers.set('x-tocsin-csrf', csrf)
  return request
})

/** Unwraps an answer of the generated client. Throws `ApiError`. */
export async function call<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await asked
  } catch (cause) {
    throw offline(cause)
  }
  tellServerTime(answer.response?.headers.get('date') ?? null)
  if (answer.response?.ok === true) return answer.data as T
  if (answer.response === undefined) throw offline(answer.error)
  const problem = isProblem(answer.error) ? answer.error : null
  throw new ApiError(
    problem?.detail ?? `The server answered ${answer.response.status}.`,
    problem,
    problem?.code ?? 'internal-fault',
  )
}

function offline(cause: unknown): ApiError {
  const error = new ApiError('The server does not answer.', null)
  error.cause = cause
  return error
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
}
