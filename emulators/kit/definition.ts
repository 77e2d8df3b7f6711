import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { FaultRule } from './faults.ts'

/** One request as a vendor handler sees it. */
export type EmulatorRequest = {
  method: string
  /** Raw path, not decoded, without the query. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** The very connection, for state that is bound to it (use a WeakMap). */
  socket: Socket
  /** When it arrived, by the emulator's clock. */
  receivedAt: Date
  /** Whether a fault (one of the kit's or of `vendorFaults`) hits this request now; asking uses up one of its `times`. */
  fault(name: string): FaultRule | undefined
  /** Milliseconds by which a search must lag behind writes now (fault `searchLagMs`), else 0. */
  searchLagMs(): number
}

/** What a reply body may be: text and bytes go out as they are, `null` is an empty body, all else becomes JSON. */
export type ReplyBody = object | string | Buffer | null

/** The one answer to a request. A second `send` throws. */
export type EmulatorReply = {
  /** Content type is JSON for objects, text/plain for text, unless `headers` says else; `gzip` compresses the body. */
  send(status: number, body: ReplyBody, headers?: Record<string, string>, options?: { gzip?: boolean }): void
}

/** Ticket counts for `/_emulator/stats`; a source of tickets has them, a security product leaves them at 0. */
export type TicketStats = { open: number; closed: number; duplicates: number }

/** An order of `POST /_emulator/act`; everything beside `act` is the vendor's. */
export type EmulatorOrder = { act: string } & Record<string, unknown>

/** What a vendor gives to the kit. */
export type EmulatorDefinition = {
  vendor: string
  /** Answers one vendor request; must call `reply.send` once. A thrown error is answered 500 and counted in stats. */
  handle(request: EmulatorRequest, reply: EmulatorReply): Promise<void>
  /** The whole state as JSON; `query` is that of `GET /_emulator/state`, for parts. */
  getState(query: URLSearchParams): unknown
  /** Replaces the state; throws `EmulatorInputError` when it is not one. */
  putState(state: unknown): void | Promise<void>
  /** Does one act; throws `EmulatorInputError` for a bad or unknown one. `clock` never comes here: the kit does it. */
  act(order: EmulatorOrder): unknown
  /** Called after an act moved the clock. */
  clockMoved?(): void
  ticketStats?(): TicketStats
  /** Groups requests for `maxInFlightByEndpoint`; default: method and path with numbers and ids shown as `:id`. */
  endpointOf?(method: string, path: string): string
  /** Names of the vendor's own faults, allowed in `PUT /_emulator/faults` and asked with `request.fault(name)`. */
  vendorFaults?: readonly string[]
  /** The vendor's own body for a 429 or 500 made by a fault; default is a plain JSON object. */
  faultReply?(status: number): { body: ReplyBody; headers?: Record<string, string> }
}
