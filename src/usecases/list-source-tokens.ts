import { type SourceToken, tokensOfSource } from '../db/source-tokens.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'

/** Who may send to a source, without the secrets. Throws `RequestError`. */
export async function listSourceTokens(deps: Deps, input: { sourceId: number }): Promise<readonly SourceToken[]> {
  await openPushed(deps, input.sourceId)
  return tokensOfSource(deps.pool, input.sourceId)
}
