/** What a person or a token may do: each role may all that the ones before it may. */
export const roles = ['read-only', 'operator', 'administrator'] as const

export type Role = (typeof roles)[number]

/** Whether `role` may do what `needed` may. */
export function mayAct(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}
