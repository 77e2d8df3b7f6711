/**
 * Identities: what a ticket is about, so that there is at most one open ticket for it. The level is not part of it.
 * Parts are joined by a character that no key holds.
 */

const separator = '\u001f'

/** `source` is the source's id: keys are unique only within their source. */
export function conditionIdentity(source: number, tenantKey: string, computerKey: string, statusKey: string): string {
  return ['condition', source, tenantKey, computerKey, statusKey].join(separator)
}

/** One open ticket per event type and computer; repeats become notes. */
export function eventTypeIdentity(source: number, tenantKey: string, computerKey: string, type: string): string {
  return ['event-type', source, tenantKey, computerKey, type].join(separator)
}

/** A ticket for each single event. */
export function eventIdentity(source: number, tenantKey: string, eventKey: string): string {
  return ['event', source, tenantKey, eventKey].join(separator)
}

/** What an identity is made of; null for a text that is none. */
export type IdentityParts =
  | {
      readonly kind: 'condition'
      readonly source: number
      readonly tenantKey: string
      readonly computerKey: string
      readonly statusKey: string
    }
  | {
      readonly kind: 'event-type'
      readonly source: number
      readonly tenantKey: string
      readonly computerKey: string
      readonly type: string
    }
  | { readonly kind: 'event'; readonly source: number; readonly tenantKey: string; readonly eventKey: string }

/** Takes an identity apart again. */
export function readIdentity(identity: string): IdentityParts | null {
  const [kind, number, tenantKey, first, second, ...more] = identity.split(separator)
  const source = Number(number)
  if (!Number.isSafeInteger(source) || tenantKey === undefined || first === undefined || more.length > 0) return null
  if (kind === 'event' && second === undefined) return { kind, source, tenantKey, eventKey: first }
  if (second === undefined) return null
  if (kind === 'condition') return { kind, source, tenantKey, computerKey: first, statusKey: second }
  return kind === 'event-type' ? { kind, source, tenantKey, computerKey: first, type: second } : null
}
