import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../usecases/deps.ts'
import { RequestError, type RequestFacts, type RequestProblem } from '../usecases/request-error.ts'
import { named } from './schemas/common.ts'

/** Problems that have no use case behind them. */
type TransportProblem =
  | 'unauthorized'
  | 'foreign-page'
  | 'no-such-route'
  | 'bad-json'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'database-unavailable'
  | 'internal-fault'

/** All ways in which an answer may go wrong: status and title of each. The only such list. */
export const problems: Readonly<Record<RequestProblem | TransportProblem, readonly [status: number, title: string]>> = {
  'invalid-input': [400, 'Something in the request is wrong'],
  'bad-json': [400, 'The body is not JSON'],
  unauthorized: [401, 'A sign-in or a valid token is needed'],
  'wrong-credentials': [401, 'The sign-in failed'],
  'code-needed': [401, 'A second factor is needed'],
  'not-allowed': [403, 'Your role does not allow this'],
  'forged-message': [403, 'The message is not from the desk'],
  'foreign-page': [403, 'The request does not come from our own page'],
  'not-found': [404, 'There is no such thing'],
  'no-such-route': [404, 'There is no such address'],
  'name-taken': [409, 'The name is taken'],
  'account-taken': [409, 'The account is mapped already'],
  'in-use': [409, 'It is still used'],
  'changed-meanwhile': [409, 'Somebody else changed it meanwhile'],
  'count-changed': [409, 'It is no longer what the preview showed'],
  'ticket-done': [409, 'The ticket is done'],
  'ticket-busy': [409, 'The ticket is being worked on'],
  'already-set-up': [409, 'There are people already'],
  'last-administrator': [409, 'It is the last administrator'],
  'secret-unreadable': [409, 'A stored secret cannot be opened'],
  'body-too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'rule-problems': [422, 'Some rules do not fit the desk'],
  'check-failed': [422, 'The connection does not work'],
  'too-many-attempts': [429, 'Too many attempts'],
  'inbox-full': [429, 'The inbox is full'],
  'too-many-screens': [429, 'Too many screens are open'],
  'internal-fault': [500, 'A fault of Tocsin'],
  'connection-failed': [502, 'The other side could not be asked'],
  'connection-limited': [503, 'The other side must not be asked now'],
  'database-unavailable': [503, 'The database does not answer'],
}

const Place = z.object({ section: z.string(), key: z.string() })

/** RFC 9457, with a stable `code` and facts for programs. */
const Problem = named(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problems) as [keyof typeof problems, ...(keyof typeof problems)[]]),
    detail: z.string().describe('what is wrong and what to do'),
    requestId: z.string().describe('stands in the log too'),
    errors: z
      .array(
        z.object({
          field: z.string(),
          message: z.string(),
          section: z.string().optional(),
          key: z.string().optional(),
        }),
      )
      .optional(),
    openTickets: z.int().optional(),
    integrations: z.array(z.string()).optional(),
    version: z.int().optional(),
    changed: z.array(Place).optional(),
    removed: z.array(Place).optional(),
    changedBy: z.array(z.string()).optional(),
    total: z.int().optional(),
    failure: z.object({ kind: z.string(), reason: z.string() }).optional(),
    until: z.date().optional(),
  }),
)

/** For the schemas of routes: every other answer is a problem. */
export const problemAnswer = {
  description: 'What went wrong',
  content: { 'application/problem+json': { schema: Problem } },
} as const

/**
 * For the schemas of routes: a problem that a program must expect by its status, what it means there, and the headers that come with
 * it (JSON schemas by name).
 */
export function expectedProblem(description: string, headers?: Readonly<Record<string, object>>) {
  return { ...problemAnswer, description, ...(headers && { headers }) }
}

/** Ends a request with a problem. */
export function sendProblem(
  reply: FastifyReply,
  requestId: string,
  code: keyof typeof problems,
  detail: string,
  facts: RequestFacts = {},
): FastifyReply {
  const [status, title] = problems[code]
  if (facts.until !== undefined) {
    const seconds = Math.max(1, Math.ceil((facts.until.getTime() - Date.now()) / 1_000))
    reply.header('retry-after', String(seconds))
  }
  const body = { type: `urn:tocsin:problem:${code}`, title, status, code, detail, requestId, ...facts }
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
}

/** Makes the one place where errors become answers. What is not meant for a person is only logged. */
export function createErrorHandler(deps: Pick<Deps, 'log'>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { id } = request
    if (error instanceof RequestError) return sendProblem(reply, id, error.code, error.message, error.facts)
    const known = transportProblem(error)
    if (known !== null) return sendProblem(reply, id, ...known)
    const route = request.routeOptions.schema?.operationId ?? 'unknown'
    deps.log.error({ err: error, requestId: id, route }, 'request failed')
    if (isDatabaseLoss(error)) {
      return sendProblem(reply, id, 'database-unavailable', 'Try again in a moment; /readyz tells when it is back.')
    }
    const detail = `This should not happen. The log has the details under the request id ${id}.`
    return sendProblem(reply, id, 'internal-fault', detail)
  }
}

/** What Fastify itself refuses. */
function transportProblem(error: unknown): [TransportProblem | 'invalid-input', string] | null {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return ['body-too-large', 'Send less at once.']
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return ['unsupported-media-type', 'Send JSON with the header Content-Type: application/json.']
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return ['bad-json', 'The body cannot be read as JSON: correct it and send it again.']
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return ['invalid-input', 'The body has another length than its header says.']
  }
  if (error instanceof SyntaxError && statusCode === 400) {
    return ['bad-json', 'The body cannot be read as JSON: correct it and send it again.']
  }
  return null
}

/** The driver's errors for a server that is gone (SQLSTATE classes 08 and 57P), or that lets nobody in in time. */
function isDatabaseLoss(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && /^(08|57P|ECONN|EPIPE|ETIMEDOUT)/.test(code)) return true
  return typeof message === 'string' && /Connection terminated|timeout exceeded when trying to connect/.test(message)
}
