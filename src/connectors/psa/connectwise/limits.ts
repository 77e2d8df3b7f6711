/**
 * Longest texts in UTF-16 units. Summary and reference are in the vendor's model (connectwise-api.md 7); notes have no
 * limit there, so theirs is our own: nobody reads more.
 */
export const limits = { title: 100, reference: 100, text: 32_000, noteTitle: 250 } as const
