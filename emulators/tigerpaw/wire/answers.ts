// What can be said to a caller, and the two ways of saying no (tigerpaw-api.md 2.3).
import type { Json } from './xml-write.ts'

/** An answer before it is turned into JSON or XML; `root` is the root element of the XML form. */
export type Answer = { status: number; root: string; body: Json }

/** A business rule said no: HTTP 200 with `Success: false`, or plain HTTP with `status`, as a switch has it. */
export class RefusalError extends Error {
  readonly code = 'refusal'
  override readonly name = 'RefusalError'
  /** The status when refusals are plain HTTP errors, or always when `isFixed`. */
  readonly status: number
  readonly isFixed: boolean

  constructor(message: string, { status = 400, isFixed = false }: { status?: number; isFixed?: boolean } = {}) {
    super(message)
    this.status = status
    this.isFixed = isFixed
  }
}

/** The web server or the framework said no, before any business rule; always plain HTTP. */
export class HttpError extends Error {
  readonly code = 'http'
  override readonly name = 'HttpError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A plain HTTP error as ASP.NET Web API writes one. */
export function plainError(status: number, message: string): Answer {
  return { status, root: 'Error', body: { Message: message } }
}
