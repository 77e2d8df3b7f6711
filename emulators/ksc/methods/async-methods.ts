import { randomUUID } from 'node:crypto'
import { type AsyncRequest, openResultSet, type ResultRows, type ResultSetKind } from '../result-sets.ts'
import { notFound, PxgError, toErrorInfo, unavailable } from '../wire/pxg-error.ts'
import type { Call, MethodTable } from './call.ts'

/** Starts an asynchronous search: the work is done now, the outcome shown after the server's `asyncSeconds`. */
export function startAsync(call: Call, kind: ResultSetKind, lifetimeSeconds: number, work: () => ResultRows): string {
  const id = randomUUID()
  let outcome: ResultRows | PxgError
  try {
    outcome = work()
  } catch (error) {
    if (!(error instanceof PxgError)) throw error
    outcome = error
  }
  const readyAt = call.now + call.world.server.asyncSeconds * 1000
  call.session.requests.set(id, { kind, readyAt, lifetimeSeconds, outcome })
  return id
}

/** Turns a finished asynchronous search into a result set. Throws PxgError 1186, 1195, or the search's own failure. */
export function finishAsync(call: Call, kind: ResultSetKind, id: string): { id: string; count: number } {
  const request = findRequest(call, id)
  if (request.kind !== kind) throw notFound('Request', id)
  if (call.now < request.readyAt) throw unavailable('The result of the request')
  call.session.requests.delete(id)
  if (request.outcome instanceof PxgError) throw request.outcome
  const accessor = openResultSet(call.session, kind, request.outcome, request.lifetimeSeconds, call.now)
  return { id: accessor, count: request.outcome.count }
}

/** Forgets an asynchronous search. Throws PxgError 1186. */
export function cancelAsync(call: Call, id: string): void {
  findRequest(call, id)
  call.session.requests.delete(id)
}

function findRequest(call: Call, id: string): AsyncRequest {
  const request = call.session.requests.get(id)
  if (!request) throw notFound('Request', id)
  return request
}

/** `AsyncActionStateChecker.CheckActionState` (ksc-open-api.md 4.2; `bSuccededFinalized` is spelt so). */
export const asyncMethods: MethodTable = {
  'AsyncActionStateChecker.CheckActionState': (call) => {
    const { readyAt, outcome } = findRequest(call, call.args.required('wstrActionGuid'))
    const bFinalized = call.now >= readyAt
    const failed = outcome instanceof PxgError
    return {
      bFinalized,
      bSuccededFinalized: bFinalized && !failed,
      lStateCode: bFinalized && !failed ? 1 : 0,
      pStateData: bFinalized && failed ? toErrorInfo(outcome) : {},
      lNextCheckDelay: bFinalized ? 0 : Math.min(1000, readyAt - call.now),
    }
  },
}
