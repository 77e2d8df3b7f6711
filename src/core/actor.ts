/** Who does something: stands in the audit log. `system` is Tocsin itself, `command` somebody at the server's own prompt. */
export type Actor = {
  readonly kind: 'person' | 'token' | 'command' | 'system'
  /** Of the person or the token; null for the others. */
  readonly id: number | null
  readonly name: string
}

export const systemActor: Actor = { kind: 'system', id: null, name: 'Tocsin' }
