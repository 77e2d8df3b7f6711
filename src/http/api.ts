import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Deps } from '../usecases/deps.ts'
import { problemAnswer } from './problem.ts'

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

/** The good answer of a route, and the problem that any other one is. */
export function answers<S extends z.ZodType>(schema: S) {
  return { 200: { description: 'The answer', content: { 'application/json': { schema } } }, default: problemAnswer }
}

/** For routes that answer with nothing. */
export const noContent = { 204: z.undefined().describe('Done'), default: problemAnswer }
