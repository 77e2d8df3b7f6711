/** Replaces every secret in a text by `***`. */
export type Redact = (text: string) => string

/** Shorter texts are no secret that could be kept, and replacing them would make every message unreadable. */
const shortest = 3

/**
 * Makes the function that takes a connection's secrets out of any text: as they are, base64, base64url, URL-encoded,
 * form-encoded and as they stand inside JSON. Secrets of fewer than 3 characters are left alone.
 */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < shortest) continue
    for (const form of secretForms(secret)) if (form.length >= shortest) forms.add(form)
  }
  if (forms.size === 0) return (text) => text
  // Longest first, or a secret that begins with another one would leave its tail behind.
  const pattern = [...forms]
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  const anySecret = new RegExp(pattern.join('|'), 'g')
  return (text) => text.replace(anySecret, '***')
}

function secretForms(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64')
  const encoded = encodeURIComponent(secret.toWellFormed())
  return [
    secret,
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret, 'utf8').toString('base64url'),
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    encodeURI(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
  ]
}
