// The forms an answer takes (connectwise-api.md 3).

/** An answer before it is sent: JSON, or HTML of the web server, or nothing. */
export type Answer = { status: number; body: object | string | null; headers?: Record<string, string> }

/** One reason why a record is invalid. */
export type ValidationError = { code: string; message: string; resource: string; field: string }

/** The vendor said no; the answer is ready to be sent. */
export class RefusalError extends Error {
  readonly code = 'refusal'
  override readonly name = 'RefusalError'
  readonly answer: Answer

  constructor(status: number, code: string, message: string, errors: readonly ValidationError[] | null = null) {
    super(errors === null ? message : `${message}: ${errors.map((one) => one.message).join(' ')}`)
    this.answer = errorAnswer(status, code, message, errors)
  }
}

/** `ErrorResponseMessage`. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  errors: readonly ValidationError[] | null = null,
): Answer {
  return { status, body: { code, message, errors } }
}

/** 200 with JSON. */
export function ok(body: object): Answer {
  return { status: 200, body }
}

/** A record that breaks rules; `label` is the vendor's name of its kind. */
export function invalidObject(label: string, errors: readonly ValidationError[]): RefusalError {
  return new RefusalError(400, 'InvalidObject', `${label} object is invalid`, errors)
}

/** A condition, an order or a parameter that is not understood. */
export function badCondition(message: string): RefusalError {
  return new RefusalError(400, 'ApiFindCondition', message)
}

/** JSON that does not fit the model, in the words of the vendor's reader. */
export function badBody(message: string): RefusalError {
  return new RefusalError(400, 'ConnectWiseApi', message)
}

/** No such record. */
export function noRecord(title: string, id: number | string): RefusalError {
  return new RefusalError(404, 'NotFound', `${title} ${id} not found.`)
}

/** No such path below the API root. */
export const noRoute: Answer = errorAnswer(404, 'NotFound', 'The requested resource was not found.')

/** The path exists, the method does not. */
export function methodNotAllowed(method: string): Answer {
  return errorAnswer(405, 'MethodNotAllowed', `The requested resource does not support http method '${method}'.`)
}

/** What the web server says of a path outside the API, such as the prefix of a version that is gone. */
export const noPage: Answer = {
  status: 404,
  body:
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r\n' +
    '<html xmlns="http://www.w3.org/1999/xhtml">\r\n<head><title>404 - File or directory not found.</title></head>\r\n' +
    '<body><h1>Server Error</h1><h2>404 - File or directory not found.</h2></body>\r\n</html>\r\n',
  headers: { 'content-type': 'text/html' },
}

/** Plain HTTP where TLS is demanded (connectwise-api.md 1). */
export const sslRequired: Answer = errorAnswer(403, 'Security', 'SSL is required.')

/** The throttle's answer has a shape of its own. */
export function tooManyRequests(retryAfterSeconds: number): Answer {
  return { status: 429, body: throttleBody, headers: { 'Retry-After': String(retryAfterSeconds) } }
}

/** Body of a 429. */
export const throttleBody = {
  error: 'ConnectWiseAPI',
  message: 'Too many requests. Retry after the number of seconds in the Retry-After header.',
}
