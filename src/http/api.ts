import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Deps } from '../usecases/deps.ts'
import { type expectedProblem, problemAnswer } from './problem.ts'

/** The server as routes see it: schemas are zod's, on both ways. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Registers the routes of one resource. `operationId` of each is the file name of its use case. */
export type Routes = (api: Api, deps: Deps) => void

/** The good answer of a route, the problems that a program must expect by their status, and the problem that any other answer is. */
export function answers<S extends z.ZodType>(
  schema: S,
  expected: Readonly<Record<number, ReturnType<typeof expectedProblem>>> = {},
) {
  const good = { description: 'The answer', content: { 'application/json': { schema } } }
  return { 200: good, ...expected, default: problemAnswer }
}

/** For routes that answer with nothing. */
export const noContent = { 204: z.undefined().describe('Done'), default: problemAnswer }
