// The forms an Autotask answer takes (autotask-api.md 2 and 8).
import type { EmulatorReply } from '../kit/definition.ts'

/** An answer before it is sent. `body` is JSON or HTML text; '' is an empty body. */
export type Answer = { status: number; body: string; type: 'json' | 'html' }

/** A business rule said no: HTTP 500 with an array of texts. */
export class RefusalError extends Error {
  readonly code = 'refusal'
  override readonly name = 'RefusalError'
  readonly errors: readonly string[]

  constructor(errors: readonly string[]) {
    super(errors.join(' '))
    this.errors = errors
  }
}

const headers = {
  json: { 'content-type': 'application/json; charset=utf-8' },
  html: { 'content-type': 'text/html' },
}

/** 200 with this JSON text. */
export function ok(json: string): Answer {
  return { status: 200, body: json, type: 'json' }
}

/** 200 for a create, update or delete. */
export function itemId(id: number | null): Answer {
  return ok(`{"itemId":${id}}`)
}

/** The errors array. */
export function failed(errors: readonly string[], status = 500): Answer {
  return { status, body: JSON.stringify({ errors }), type: 'json' }
}

/** Bad credentials: 401 with nothing in it (autotask-api.md 1.3). */
export const unauthorized: Answer = { status: 401, body: '', type: 'json' }

/** The route exists, the method does not. */
export function methodNotAllowed(method: string): Answer {
  const Message = `The requested resource does not support http method '${method}'.`
  return { status: 405, body: JSON.stringify({ Message }), type: 'json' }
}

/** What the web server says of a path it does not know. */
export const notFound: Answer = {
  status: 404,
  body:
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r\n' +
    '<html xmlns="http://www.w3.org/1999/xhtml">\r\n<head>\r\n<title>404 - File or directory not found.</title>\r\n' +
    '</head>\r\n<body>\r\n<h1>Server Error</h1>\r\n<h2>404 - File or directory not found.</h2>\r\n' +
    '<h3>The resource you are looking for might have been removed, had its name changed, or is temporarily ' +
    'unavailable.</h3>\r\n</body>\r\n</html>\r\n',
  type: 'html',
}

/** Sends an answer. */
export function sendAnswer(reply: EmulatorReply, answer: Answer): void {
  if (answer.body === '') reply.send(answer.status, null)
  else reply.send(answer.status, answer.body, headers[answer.type])
}
