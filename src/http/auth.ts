import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkToken } from '../usecases/check-token.ts'
import type { Deps } from '../usecases/deps.ts'
import { sendProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token. */
    public?: boolean
  }
  interface FastifyRequest {
    /** Name of the token that the request came with; empty on public routes. */
    tokenName: string
  }
}

/** Makes the hook that lets only requests with a token pass, also to addresses that do not exist. */
export function createAuthHook(deps: Deps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (request.routeOptions.config.public === true) return undefined
    const token = /^Bearer ([^\s]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
    const name = token === undefined ? null : await checkToken(deps, token)
    if (name !== null) {
      request.tokenName = name
      return undefined
    }
    reply.header('www-authenticate', 'Bearer realm="tocsin"')
    const detail =
      'Send the header “Authorization: Bearer <token>”. The first token stands in the data folder, in api-token.'
    return sendProblem(reply, request.id, 'unauthorized', detail)
  }
}
