// The Authorization header with every quirk seen in real clients (ksc-open-api.md 2.1).

/** What a client presents. `other` schemes (NTLM, KSCWT, KSCGW) are known but not served. */
export type Credentials =
  | { scheme: 'basic'; user: string; password: string; domain: string }
  | { scheme: 'token'; token: string }
  | { scheme: 'other' }

/** Parses the header; undefined when it is malformed. Attributes come in any order, quoted or not. */
export function parseAuthorization(header: string): Credentials | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(header) ?? []
  if (scheme === 'KSCT') return rest === '' ? undefined : { scheme: 'token', token: rest.trim() }
  if (scheme !== 'KSCBasic') return scheme === '' ? undefined : { scheme: 'other' }
  const attributes = new Map<string, string>()
  for (const part of rest.matchAll(/([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]*))/g)) {
    attributes.set((part[1] ?? '').toLowerCase(), part[2] ?? part[3] ?? '')
  }
  const user = fromBase64(attributes.get('user'))
  const password = fromBase64(attributes.get('pass'))
  if (user === undefined || password === undefined) return undefined
  return { scheme: 'basic', user, password, domain: attributes.get('domain') ?? '' }
}

/** Strict base64 of UTF-8; undefined for anything else. */
export function fromBase64(text: string | undefined): string | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes.toString('utf8') : undefined
}
