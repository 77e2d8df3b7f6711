import { insertSourceToken, type SourceToken, sealSourceToken } from '../db/source-tokens.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { tokenDigest } from './ensure-first-token.ts'
import { openPushed } from './pushed-source.ts'
import { invalidInput, RequestError } from './request-error.ts'
import { signaturePlace, sourceTokenPrefix } from './source-sender.ts'
import { writeAudit } from './write-audit.ts'

export type CreateSourceToken = {
  readonly sourceId: number
  readonly name: string
  readonly company: string | null
  readonly kind: 'token' | 'signature'
  /** From this moment on it is refused; null: it never ends. */
  readonly endsAt: Date | null
}

/** `secret` is shown this once. */
export type SourceTokenCreated = { readonly token: SourceToken; readonly secret: string }

/** Makes a token, or a key that signs, with which something may be sent to a source. Throws `RequestError`. */
export async function createSourceToken(deps: Deps, input: CreateSourceToken): Promise<SourceTokenCreated> {
  const source = await openPushed(deps, input.sourceId)
  const { name, company, kind, endsAt } = input
  const now = deps.clock.now()
  if (endsAt !== null && endsAt <= now) throw invalidInput([{ field: 'endsAt', message: 'Choose a moment to come.' }])
  const secret = `${sourceTokenPrefix}${deps.ids.secret(32)}`
  const token = await orTaken(name, () =>
    withTransaction(deps.pool, async (client) => {
      const digest = kind === 'token' ? tokenDigest(secret) : null
      const made = await insertSourceToken(client, { ...input, digest }, now)
      if (kind === 'signature') {
        await sealSourceToken(client, made.id, deps.box.seal(secret, signaturePlace(made.id)))
      }
      const subject = { kind: 'source-token', id: made.id, name }
      const after = { source: source.name, company, kind, endsAt: endsAt?.toISOString() ?? null }
      await writeAudit(deps, client, { action: 'create-source-token', subject, before: null, after })
      return made
    }),
  )
  deps.log.info({ source: source.name, name, company, kind, endsAt }, 'source token made')
  return { token, secret }
}

async function orTaken<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code !== '23505' || constraint !== 'source_tokens_source_id_name_key') throw error
    throw new RequestError('name-taken', `This source has a token named “${name}” already: choose another name.`)
  }
}
