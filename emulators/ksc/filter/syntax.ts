// The filter language of ksc-open-api.md 4.5: tokens and the tree they make.

/** The one error a filter text can cause; `at` is the position in the text. */
export class FilterSyntaxError extends Error {
  readonly code = 'filter-syntax'
  override readonly name = 'FilterSyntaxError'
  readonly at: number
  constructor(message: string, at: number) {
    super(`${message} at position ${at}`)
    this.at = at
  }
}

/** Comparison signs; `>=` and `<=` are not documented but seen in use (ksc-open-api.md 4.5). */
export type Operator = '=' | '<>' | '>' | '<' | '>=' | '<='

/** The right side of a comparison. */
export type Literal =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  /** `T"..."`, milliseconds since 1970, UTC. */
  | { kind: 'time'; value: number }
  /** `CURTIME(±n)`, seconds from the moment of the search. */
  | { kind: 'current-time'; offsetSeconds: number }
  | { kind: 'binary'; hex: string }

/** A parsed filter. `mask` is that of a bit test `attribute & mask <> 0`. */
export type Filter =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; part: Filter }
  | Condition

/** One comparison. */
export type Condition = { kind: 'condition'; attribute: string; mask?: number; operator: Operator; value: Literal }

/** A token with the place where it starts. */
export type Token = { at: number } & (
  | { kind: 'open' | 'close' | 'and' | 'or' | 'not' | 'end' }
  | { kind: 'name'; name: string }
  | { kind: 'operator'; operator: Operator }
  | { kind: 'literal'; literal: Literal }
)
