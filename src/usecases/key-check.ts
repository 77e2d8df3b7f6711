import { type SecretBox, SecretBoxError } from '../lib/secret-box.ts'

/** What stands sealed in every database, so that another key is noticed before a secret is needed. */
const checked = 'tocsin'
const place = 'installation/check'

export function sealCheck(box: SecretBox): string {
  return box.seal(checked, place)
}

/** Whether the key is the one with which this was sealed. */
export function opensCheck(box: SecretBox, sealed: string): boolean {
  try {
    return box.open(sealed, place) === checked
  } catch (error) {
    if (error instanceof SecretBoxError) return false
    throw error
  }
}
