// An answer that is JSON text already: objects for the pages of a million records cost several times their text.

const text = Symbol('written')

/** An answer given as its finished JSON text. */
export function written(json: string): Record<string, unknown> {
  return { [text]: json } as Record<string, unknown>
}

/** The JSON text of any answer. */
export function toText(answer: object): string {
  const known = (answer as { [text]?: string })[text]
  return known ?? JSON.stringify(answer)
}
