/** What somebody who writes a script copies: a request of each form, as docs/HUB-REFERENCE.md describes them. Pure. */

export const forms = ['computers', 'changes', 'events', 'mailboxes'] as const
export type Form = (typeof forms)[number]

/** How a sender proves who it is. */
export type Proof = { readonly kind: 'token' } | { readonly kind: 'signature'; readonly keyId: number }

export type Example = {
  /** Where this console is reached, for example `https://tocsin.example.com`. */
  readonly origin: string
  readonly sourceId: number
  readonly form: Form
  readonly proof: Proof
  /** Of a token of one company: another one would be refused. */
  readonly company: string | null
  readonly now: Date
}

/** The body that the form takes. */
export function exampleBody({ form, company, now }: Pick<Example, 'form' | 'company' | 'now'>): object {
  const of = { company: { key: company ?? 'acme', name: company ?? 'Acme Ltd' } }
  const sequence = now.getTime()
  const at = `${now.toISOString().slice(0, 19)}Z`
  const ill = { key: 'd1f0', name: 'PC-7', level: 'warning', statuses: [{ key: 'databases-outdated' }] }
  switch (form) {
    case 'computers':
      return { ...of, sequence, computers: [ill, { key: 'd1f1', name: 'PC-8', level: 'ok', statuses: [] }] }
    case 'changes':
      return { ...of, changes: [{ sequence, computer: ill }] }
    case 'events':
      return {
        ...of,
        events: [
          {
            id: `e-${sequence}`,
            product: 'microsoft-365',
            type: 'm365-mailboxes-not-protected',
            state: 'raised',
            text: 'Connect the workspace again.',
            happenedAt: at,
          },
        ],
      }
    case 'mailboxes':
      return { ...of, protected: 42, countedAt: at }
  }
}

/** A command for a shell. The secret never stands in it: it is read from the variable `TOKEN`, or `KEY`. */
export function curlExample(example: Example): string {
  const { origin, sourceId, form, proof } = example
  // A quote in a company's key would end the shell's.
  const body = JSON.stringify(exampleBody(example), null, 2).replaceAll("'", "'\\''")
  const url = `${origin}/api/v1/hub/${sourceId}/${form}`
  if (proof.kind === 'token') {
    return [
      `curl -X POST ${url} \\`,
      '  -H "Authorization: Bearer $TOKEN" \\',
      "  -H 'Content-Type: application/json' \\",
      `  -d '${body}'`,
    ].join('\n')
  }
  return [
    `BODY='${body}'`,
    'AT=$(date +%s)',
    'SIGNED=$(printf \'%s.%s\' "$AT" "$BODY" | openssl dgst -sha256 -hmac "$KEY" -r | cut -d \' \' -f 1)',
    `curl -X POST ${url} \\`,
    `  -H 'X-Tocsin-Key: ${proof.keyId}' \\`,
    '  -H "X-Tocsin-Timestamp: $AT" \\',
    '  -H "X-Tocsin-Signature: sha256=$SIGNED" \\',
    "  -H 'Content-Type: application/json' \\",
    '  -d "$BODY"',
  ].join('\n')
}
