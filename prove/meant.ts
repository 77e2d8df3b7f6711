import type { IntegrationEvidence, MappingSpan, RuleSpan, SilenceSpan, Trouble } from '../checker/evidence.ts'

/** What people meant and what was broken, told as it happens: the half of the evidence that no emulator knows. */

type Row = Pick<RuleSpan, 'section' | 'key' | 'enabled' | 'fields' | 'delayMinutes' | 'lifetimeHours'>

/** When somebody asked for a change, and when its answer came: it took effect somewhere between. */
export type Asked = { readonly from: number; readonly to: number }

export type Meant = {
  rule(integration: string, row: Row, asked: Asked): void
  /** Null ends the mapping. */
  mapping(integration: string, tenant: string, account: string | null, asked: Asked): void
  pause(integration: string, on: boolean, asked: Asked): void
  trouble(trouble: Trouble): void
  /** Tells of a trouble from now until the function that it gives is called. */
  begin(trouble: Trouble): (at: number) => void
  integrations(): IntegrationEvidence[]
  troubles(): readonly Trouble[]
}

type Open<T> = { -readonly [Key in keyof T]: T[Key] }
type Book = {
  readonly of: Omit<IntegrationEvidence, 'rules' | 'mappings' | 'silences'>
  readonly rules: Open<RuleSpan>[]
  readonly mappings: Open<MappingSpan>[]
  readonly silences: Open<SilenceSpan>[]
}

export function createMeant(
  pairings: readonly { readonly name: string; readonly source: string; readonly desk: string }[],
): Meant {
  const troubles: Open<Trouble>[] = []
  const books = new Map(
    pairings.map(({ name, source, desk }): [string, Book] => [
      name,
      { of: { id: name, source, desk, repeats: 'note', removedAt: null }, rules: [], mappings: [], silences: [] },
    ]),
  )
  function bookOf(name: string): Book {
    const book = books.get(name)
    if (book === undefined) throw new Error(`There is no pairing “${name}”.`)
    return book
  }
  /** While a change is under way nobody may count on either side of it. */
  function unsure(book: Book, tenant: string | null, { from, to }: Asked): void {
    book.silences.push({ tenant, computer: null, from, to })
  }

  return {
    rule(integration, row, asked) {
      const book = bookOf(integration)
      const before = book.rules.find(
        ({ section, key, to }) => section === row.section && key === row.key && to === null,
      )
      if (before !== undefined) before.to = asked.from
      book.rules.push({ ...row, from: asked.from, to: null })
      unsure(book, null, asked)
    },
    mapping(integration, tenant, account, asked) {
      const book = bookOf(integration)
      const before = book.mappings.find((mapping) => mapping.tenant === tenant && mapping.to === null)
      // Until the answer came, a ticket may go to either.
      if (before !== undefined) before.to = asked.to
      if (account !== null) book.mappings.push({ tenant, account, from: asked.from, to: null })
      unsure(book, tenant, asked)
    },
    pause(integration, on, asked) {
      const { silences } = bookOf(integration)
      const running = silences.find(({ tenant, to }) => tenant === null && to === null)
      if (on && running === undefined) silences.push({ tenant: null, computer: null, from: asked.from, to: null })
      if (!on && running !== undefined) running.to = asked.to
    },
    trouble: (trouble) => void troubles.push(trouble),
    begin(trouble) {
      const told: Open<Trouble> = { ...trouble, to: null }
      troubles.push(told)
      return (at) => {
        told.to = at
      }
    },
    integrations: () =>
      [...books.values()].map(({ of, rules, mappings, silences }) => ({ ...of, rules, mappings, silences })),
    troubles: () => troubles,
  }
}
