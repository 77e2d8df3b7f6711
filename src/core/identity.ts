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
