import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

/**
 * Seals secrets for the database: AES-256-GCM, a data key per secret wrapped by the master key, and the place where the
 * secret belongs bound in, so that a sealed text copied to another row or field does not open.
 */
export type SecretBox = {
  /** `place` names table, row and field, for example `psas/3/secret`. */
  seal(plain: string, place: string): string
  /** Throws `SecretBoxError` when the key or the place is another, or the text was changed. */
  open(sealed: string, place: string): string
  /** A text that only the holder of the master key can make: always the same for the same purpose. */
  derive(purpose: string): string
}

export class SecretBoxError extends Error {
  readonly code = 'secret-unreadable'
}

const version = 'v1'

/** `masterKey` is any text of at least 32 characters (TOCSIN_SECRET). */
export function createSecretBox(masterKey: string): SecretBox {
  if (masterKey.length < 32) {
    throw new SecretBoxError('TOCSIN_SECRET must have at least 32 characters: make one with `openssl rand -base64 32`.')
  }
  const master = createHash('sha256').update('tocsin master key\n').update(masterKey).digest()
  return {
    seal(plain, place) {
      const dataKey = randomBytes(32)
      const wrapped = encrypt(master, dataKey, `key ${place}`)
      const body = encrypt(dataKey, Buffer.from(plain, 'utf8'), place)
      return [version, wrapped.toString('base64url'), body.toString('base64url')].join('.')
    },
    open(sealed, place) {
      const [mark, wrapped, body, ...rest] = sealed.split('.')
      if (mark !== version || wrapped === undefined || body === undefined || rest.length > 0) {
        throw new SecretBoxError(`The stored secret of ${place} has an unknown form: enter it again.`)
      }
      try {
        const dataKey = decrypt(master, decode(wrapped), `key ${place}`)
        return decrypt(dataKey, decode(body), place).toString('utf8')
      } catch (cause) {
        const message = `The stored secret of ${place} cannot be opened: TOCSIN_SECRET is not the key it was sealed with. Start with the old key, or enter the secret again.`
        throw new SecretBoxError(message, { cause })
      }
    },
    derive: (purpose) => createHmac('sha256', master).update(`derive ${purpose}`).digest('hex'),
  }
}

/** Buffer skips what is no base64url and ignores spare bits: a text that was changed in such a place is refused too. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw new Error('Not what was written.')
  return bytes
}

function encrypt(key: Uint8Array, plain: Uint8Array, place: string): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, sealed: Buffer, place: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()])
}
