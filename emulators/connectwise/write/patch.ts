// PATCH bodies: `[{op, path, value}]` with bare field names (connectwise-api.md 7).
import { badBody, invalidObject, RefusalError, type ValidationError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { Store } from '../store/store.ts'
import { type Draft, emptyDraft, memberOf, setField } from './draft.ts'

/**
 * Reads a patch. Field names are case-sensitive; an object is replaced as a whole, so a path inside one changes nothing
 * and is answered 200 all the same (switch `innerPath`). Throws `RefusalError`.
 */
export function readPatch(store: Store, entity: Entity, body: unknown): Draft {
  if (!Array.isArray(body)) throw badBody('A patch takes a JSON array of operations with op, path and value.')
  const draft = emptyDraft()
  const errors: ValidationError[] = []
  for (const operation of body as unknown[]) readOperation(store, entity, operation, draft, errors)
  if (errors.length > 0) throw invalidObject(entity.label, errors)
  return draft
}

function readOperation(
  store: Store,
  entity: Entity,
  operation: unknown,
  draft: Draft,
  errors: ValidationError[],
): void {
  const { op, path, value } = (typeof operation === 'object' && operation !== null ? operation : {}) as {
    op?: unknown
    path?: unknown
    value?: unknown
  }
  if (typeof op !== 'string' || !/^(?:add|replace|remove)$/i.test(op)) {
    throw badBody('op must be add, replace or remove.')
  }
  if (typeof path !== 'string' || path === '') throw badBody('path must be the name of a field.')
  if (path.startsWith('/') && !store.switches.leadingSlash) throw badPath(path)
  const name = path.replace(/^\//, '')
  const [head = '', ...inner] = name.split('/')
  const field = memberOf(entity, head)
  if (field && field.name !== head) throw badPath(path)
  if (inner.length > 0) {
    if (store.switches.innerPath === 'rejected') throw badPath(path)
    return
  }
  if (field) setField(entity, draft, field, op.toLowerCase() === 'remove' ? null : value, errors)
}

function badPath(path: string): RefusalError {
  return new RefusalError(400, 'InvalidPatch', `The path ${path} is not valid; it must be the bare name of a field.`)
}
