/**
 * Kinds of things that screens show, each with a counter in the database that moves when one of them changed
 * (`changes_of_<kind>`, migrations). Screens are told the kind and read again what they show of it.
 */
export const changeKinds = [
  'tickets',
  'conditions',
  'events',
  /** Tenants, their mappings, and who is left out. */
  'tenants',
  /** Sources and PSAs: their settings and lists. */
  'connections',
  /** Duties, holds, alarms, drills: how everything is doing. */
  'status',
  /** Integrations and their rules. */
  'integrations',
  /** People, invitations, sessions, tokens. */
  'people',
  'audit',
] as const

export type ChangeKind = (typeof changeKinds)[number]
