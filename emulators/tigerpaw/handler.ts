// From a request to its answer: documentation, the SOAP side, or signature, route, right and operation of the REST side.
import type { EmulatorReply, EmulatorRequest } from '../kit/definition.ts'
import { checkRight, checkSignature } from './auth/guard.ts'
import { docsPage } from './docs-pages.ts'
import { allRoutes } from './routes/all.ts'
import { type Call, createRouter, type Place, type Route } from './routes/route.ts'
import { answerSoap, soapPath } from './soap/service.ts'
import type { Store } from './store/store.ts'
import { type Answer, HttpError, plainError, RefusalError } from './wire/answers.ts'
import { readBody } from './wire/body.ts'
import { sendAnswer } from './wire/reply.ts'

const html = { 'content-type': 'text/html; charset=utf-8' }

/** Makes the function that answers requests. */
export function createHandler(store: Store): (request: EmulatorRequest, reply: EmulatorReply) => Promise<void> {
  const findPlace = createRouter(allRoutes)

  function answerRest(request: EmulatorRequest): Answer {
    try {
      checkSignature(store, request)
      const place = findPlace(request.path.slice('/api/'.length))
      if (!place) throw new HttpError(404, `No HTTP resource was found that matches the request URI '${request.path}'.`)
      const route = place.byMethod.get(request.method)
      if (!route) {
        throw new HttpError(405, `The requested resource does not support http method '${request.method}'.`)
      }
      checkLength(request)
      return runRoute(store, route, toCall(store, request, place))
    } catch (error) {
      if (error instanceof HttpError) return plainError(error.status, error.message)
      throw error
    }
  }

  return async (request, reply) => {
    const path = request.path.toLowerCase()
    if (path === soapPath) {
      const { status, type, body } = answerSoap(store, request)
      return reply.send(status, body, { 'content-type': type })
    }
    if (!path.startsWith('/api/')) {
      const host = request.headers.host ?? ''
      const page =
        request.method === 'GET' ? docsPage(path, { version: store.version, host, routes: allRoutes }) : undefined
      if (page === undefined) return reply.send(404, notFoundPage, html)
      return typeof page === 'string' ? reply.send(200, page, html) : reply.send(200, page)
    }
    sendAnswer(reply, answerRest(request), request.headers.accept, store.switches.leaveOutNulls)
  }
}

function runRoute(store: Store, route: Route, call: Call): Answer {
  try {
    checkRight(store, route.right)
    return { status: 200, root: route.root, body: route.run(store, call) }
  } catch (error) {
    if (error instanceof RefusalError) return refuse(store, route, error)
    throw error
  }
}

/** A business rule's no, in the style the switches ask for (tigerpaw-api.md 2.3 and 8). */
function refuse(store: Store, route: Route, error: RefusalError): Answer {
  const { errorStyle, missingReads } = store.switches
  const isRead = route.failure === undefined
  if (isRead && error.status === 404) {
    return missingReads === 404 ? plainError(404, error.message) : { status: 200, root: route.root, body: null }
  }
  const status = error.isFixed ? error.status : errorStyle === 'http' ? error.status : 200
  if (status !== 200) return plainError(status, error.message)
  const root = isRead ? 'Response' : route.root
  return { status, root, body: { ...route.failure, Success: false, Message: error.message } }
}

/** POST and PUT need a Content-Length (tigerpaw-api.md 2.1). */
function checkLength({ method, headers }: EmulatorRequest): void {
  if ((method === 'POST' || method === 'PUT') && headers['content-length'] === undefined) {
    throw new HttpError(411, 'Length Required')
  }
}

function toCall(store: Store, request: EmulatorRequest, { parameters }: Place): Call {
  return {
    number: (name) => Number(parameters.get(name)),
    flag(name) {
      const value = parameters.get(name)
      return value === undefined ? undefined : value === 'true'
    },
    query: request.query,
    body: () => readBody(request),
    actor: { by: 'api', rep: store.account.rep },
    lagMs: request.searchLagMs,
  }
}

const notFoundPage =
  '<!DOCTYPE html>\r\n<html><head><title>The resource cannot be found.</title></head>\r\n' +
  "<body><h1>Server Error in '/' Application.</h1><h2><i>The resource cannot be found.</i></h2></body></html>\r\n"

/** Method and path in lower case, with numbers as `:id`: paths are read without regard to case. */
export function endpointOf(method: string, path: string): string {
  return `${method} ${path.toLowerCase().replace(/\/-?\d+(?=\/|$)/g, '/:id')}`
}
