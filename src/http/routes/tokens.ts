import { createToken } from '../../usecases/create-token.ts'
import { listTokens } from '../../usecases/list-tokens.ts'
import { revokeToken } from '../../usecases/revoke-token.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { IdParams, listOf } from '../schemas/common.ts'
import { CreateToken, Token, TokenCreated } from '../schemas/people.ts'

const tags = ['Tokens']

export const tokenRoutes: Routes = (api) => {
  api.get(
    '/api/v1/tokens',
    {
      schema: {
        operationId: 'list-tokens',
        summary: 'Tokens for programs, without the tokens themselves',
        tags,
        response: answers(listOf(Token)),
      },
    },
    ({ as }) => listTokens(as),
  )
  api.post(
    '/api/v1/tokens',
    {
      schema: {
        operationId: 'create-token',
        summary: 'Make a token for a program; it is shown once',
        tags,
        body: CreateToken,
        response: answers(TokenCreated),
      },
    },
    ({ body, as }) => createToken(as, body),
  )
  api.delete(
    '/api/v1/tokens/:id',
    {
      schema: {
        operationId: 'revoke-token',
        summary: 'Take a token back at once',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await revokeToken(as, params)
      return reply.code(204).send()
    },
  )
}
