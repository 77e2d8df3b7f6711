/** Where a process can be made to die: at a statement of ours, or at a request that writes at a desk. */

export type StatementPoint = {
  readonly at: 'statement'
  readonly text: RegExp
  readonly when: 'before' | 'after'
  /** Only when the statement touched a row. */
  readonly needsRow?: true
  /** Only in a transaction that did this before. */
  readonly within?: RegExp
}

export type RequestPoint = { readonly at: 'request'; readonly when: 'before' | 'committed' }

/** The named points; a run must have killed at each of them. */
export const points = {
  /** A poll has judged and not committed. */
  'inside-judgement': { at: 'statement', text: /insert into decisions/, when: 'before' },
  /** What was judged is on disk and nobody was told. */
  'after-commit': { at: 'statement', text: /^\s*commit/i, when: 'after', within: /insert into decisions/ },
  'end-of-poll': { at: 'statement', text: /update duties set lease_owner = null/, when: 'before' },
  'before-claim': { at: 'statement', text: /update tickets t set lease_owner/, when: 'before' },
  'after-claim': { at: 'statement', text: /update tickets t set lease_owner/, when: 'after', needsRow: true },
  'slot-in-hand': { at: 'statement', text: /update governor_slots set owner = \$\d/, when: 'after', needsRow: true },
  /** All is on disk and granted, and the request has not left. */
  'before-call': { at: 'request', when: 'before' },
  /** The desk has done it, and its answer has not left. */
  'after-vendor-commit': { at: 'request', when: 'committed' },
  'before-remembering': { at: 'statement', text: /update tickets t set phase = v\.phase/, when: 'before' },
  'after-remembering': { at: 'statement', text: /update tickets t set phase = v\.phase/, when: 'after' },
  'story-not-written': { at: 'statement', text: /insert into ticket_steps/, when: 'before' },
} as const satisfies Readonly<Record<string, StatementPoint | RequestPoint>>

export type PointName = keyof typeof points
export const pointNames = Object.keys(points) as readonly PointName[]

/** What a parent tells a child of a run, and what it hears. */
export type ToChild =
  | { readonly do: 'arm'; readonly point: PointName; readonly nth: number }
  | { readonly do: 'disarm' }
  | { readonly do: 'jump'; readonly aheadMs: number }
export type FromChild = { readonly ready: true; readonly address: string | null }

/** Headers by which a dying process asks the front to have its request carried out and never answered. */
export const frontHeaders = { target: 'x-prove-target', process: 'x-prove-process' } as const
