import { createHash } from 'node:crypto'

/**
 * The key of a message (see message.ts): a digest of what it is made of, 43 characters. `parts` are kept apart, so that
 * no two lists of parts give one key by chance.
 */
export function messageKey(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('base64url')
}
