import { allTokens, type Token } from '../db/tokens.ts'
import type { Deps } from './deps.ts'

/** All tokens for programs, without the tokens themselves. */
export function listTokens(deps: Deps): Promise<readonly Token[]> {
  return allTokens(deps.pool)
}
