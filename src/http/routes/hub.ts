import type { FastifyRequest } from 'fastify'
import { createSourceToken } from '../../usecases/create-source-token.ts'
import { listSourceTokens } from '../../usecases/list-source-tokens.ts'
import { listUnsettled } from '../../usecases/list-unsettled.ts'
import { retryUnsettled } from '../../usecases/retry-unsettled.ts'
import { revokeSourceToken } from '../../usecases/revoke-source-token.ts'
import { setUnsettledAside } from '../../usecases/set-unsettled-aside.ts'
import { showInbox } from '../../usecases/show-inbox.ts'
import { showUnsettled } from '../../usecases/show-unsettled.ts'
import type { Sender } from '../../usecases/source-sender.ts'
import { takeChanges } from '../../usecases/take-changes.ts'
import { takeComputers } from '../../usecases/take-computers.ts'
import { takeEvents } from '../../usecases/take-events.ts'
import { takeMailboxes } from '../../usecases/take-mailboxes.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { createSenderHook, createSignatureHook } from '../hub-sender.ts'
import { IdParams, listOf } from '../schemas/common.ts'
import {
  CreateSourceToken,
  HubParams,
  HubTokenParams,
  Inbox,
  InboxQuery,
  ParcelParams,
  SetUnsettledAside,
  SourceToken,
  SourceTokenCreated,
  TakeChanges,
  TakeComputers,
  TakeEvents,
  TakeMailboxes,
  Taken,
  TakenInOrder,
  UnsettledList,
  UnsettledParcel,
  UnsettledQuery,
} from '../schemas/hub.ts'
import { ingestRefusals, ingestSecurity } from '../schemas/hub-ingest.ts'

const tags = ['Hub']
/** A list of fifty thousand computers, each with some text. */
const longestBody = 32 * 1024 * 1024

/** What sources that are never asked send to us, and who may. */
export const hubRoutes: Routes = (api, deps) => {
  const taking = {
    bodyLimit: longestBody,
    // Whoever sends has a token of the source and none of this API.
    config: { public: true },
    onRequest: createSenderHook(deps),
    preParsing: createSignatureHook(deps, longestBody),
  }
  const asSender = {
    tags: ['Hub ingest'],
    security: ingestSecurity,
    params: HubParams,
    response: answers(Taken, ingestRefusals),
  }
  api.decorateRequest('sender', null)

  api.post(
    '/api/v1/hub/:sourceId/computers',
    {
      ...taking,
      schema: {
        ...asSender,
        response: answers(TakenInOrder, ingestRefusals),
        operationId: 'take-computers',
        summary: 'The complete list of a company’s computers with all that holds on them; what it does not name ends',
        body: TakeComputers,
      },
    },
    (request) => takeComputers(deps, senderOf(request), request.body),
  )
  api.post(
    '/api/v1/hub/:sourceId/changes',
    {
      ...taking,
      schema: {
        ...asSender,
        response: answers(TakenInOrder, ingestRefusals),
        operationId: 'take-changes',
        summary: 'Changes of single computers; they end nothing on any other',
        body: TakeChanges,
      },
    },
    (request) => takeChanges(deps, senderOf(request), request.body),
  )
  api.post(
    '/api/v1/hub/:sourceId/events',
    {
      ...taking,
      schema: {
        ...asSender,
        operationId: 'take-events',
        summary: 'Events, each with an id; the same id again changes nothing',
        body: TakeEvents,
      },
    },
    (request) => takeEvents(deps, senderOf(request), request.body),
  )
  api.post(
    '/api/v1/hub/:sourceId/mailboxes',
    {
      ...taking,
      schema: {
        ...asSender,
        operationId: 'take-mailboxes',
        summary: 'How many mailboxes of a company are protected',
        body: TakeMailboxes,
      },
    },
    (request) => takeMailboxes(deps, senderOf(request), request.body),
  )

  api.get(
    '/api/v1/sources/:id/inbox',
    {
      schema: {
        operationId: 'show-inbox',
        summary: 'What a source has sent: its companies, what waits, what could not be read',
        tags,
        params: IdParams,
        querystring: InboxQuery,
        response: answers(Inbox),
      },
    },
    ({ params, query }) => showInbox(deps, { sourceId: params.id, ...query }),
  )
  api.get(
    '/api/v1/sources/:id/unsettled',
    {
      schema: {
        operationId: 'list-unsettled',
        summary: 'What was taken and could not be settled, the oldest first',
        tags,
        params: IdParams,
        querystring: UnsettledQuery,
        response: answers(UnsettledList),
      },
    },
    ({ params, query: { setAside = false, ...query } }) => {
      return listUnsettled(deps, { sourceId: params.id, setAside, ...query })
    },
  )
  api.get(
    '/api/v1/sources/:id/unsettled/:parcelId',
    {
      schema: {
        operationId: 'show-unsettled',
        summary: 'One of them with the beginning of what it holds',
        tags,
        params: ParcelParams,
        response: answers(UnsettledParcel),
      },
    },
    ({ params }) => showUnsettled(deps, { sourceId: params.id, parcelId: params.parcelId }),
  )
  api.post(
    '/api/v1/sources/:id/unsettled/:parcelId/retry',
    {
      schema: {
        operationId: 'retry-unsettled',
        summary: 'Try it again at once, also when it was set aside',
        tags,
        params: ParcelParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await retryUnsettled(as, { sourceId: params.id, parcelId: params.parcelId })
      return reply.code(204).send()
    },
  )
  api.post(
    '/api/v1/sources/:id/unsettled/:parcelId/set-aside',
    {
      schema: {
        operationId: 'set-unsettled-aside',
        summary: 'Take it out of the way of what came after it; it is kept, and can be tried again',
        tags,
        params: ParcelParams,
        body: SetUnsettledAside,
        response: noContent,
      },
    },
    async ({ params, body, as }, reply) => {
      await setUnsettledAside(as, { sourceId: params.id, parcelId: params.parcelId, ...body })
      return reply.code(204).send()
    },
  )
  api.get(
    '/api/v1/sources/:id/tokens',
    {
      schema: {
        operationId: 'list-source-tokens',
        summary: 'Who may send to a source, without the secrets',
        tags,
        params: IdParams,
        response: answers(listOf(SourceToken)),
      },
    },
    ({ params, as }) => listSourceTokens(as, { sourceId: params.id }),
  )
  api.post(
    '/api/v1/sources/:id/tokens',
    {
      schema: {
        operationId: 'create-source-token',
        summary: 'Make a token, or a key that signs, for sending to a source; it is shown once',
        tags,
        params: IdParams,
        body: CreateSourceToken,
        response: answers(SourceTokenCreated),
      },
    },
    ({ params, body, as }) => createSourceToken(as, { sourceId: params.id, ...body }),
  )
  api.delete(
    '/api/v1/sources/:id/tokens/:tokenId',
    {
      schema: {
        operationId: 'revoke-source-token',
        summary: 'Take a token back at once',
        tags,
        params: HubTokenParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await revokeSourceToken(as, { sourceId: params.id, tokenId: params.tokenId })
      return reply.code(204).send()
    },
  )
}

function senderOf(request: FastifyRequest): Sender {
  if (request.sender === null) throw new Error('The hooks let nobody pass whom they do not know.')
  return request.sender
}
