/** Texts cut to the lengths of a desk: those count UTF-16 units, as JavaScript's do. */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** At most `max` units long, cut between characters as a reader sees them, with an ellipsis where it was cut. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  const room = max - 1
  if (room < 0) return ''
  // A pile of marks on one letter may be longer than the whole room: then the cut only spares surrogate pairs.
  const border = graphemes.segment(text).containing(room)?.index || pairBorder(text, room)
  return `${text.slice(0, border).trimEnd()}…`
}

function pairBorder(text: string, at: number): number {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) ? at - 1 : at
}

/** One line without control characters; unpaired surrogates, which no server can store, are replaced. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
}

/** Keeps tabs and line ends, drops all other control characters. */
export function manyLines(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\t\r\n]/gu, '')
}

const cutLine = '[The text was too long for the ticket desk and ends here.]'

/** Title and description of a ticket: a title that had to be cut stands whole at the head of the description. */
export function ticketTexts(
  title: string,
  description: string,
  max: { readonly title: number; readonly description: number },
): { readonly title: string; readonly description: string } {
  const whole = oneLine(title)
  const body = manyLines(description)
  const isCut = whole.length > max.title
  return {
    title: cutText(whole, max.title),
    description: cutBody(isCut ? `${whole}\n\n${body}` : body, max.description),
  }
}

/** A note's text; its marker stands on the last line whatever had to be cut. */
export function noteText(text: string, marker: string, max: number): string {
  const ending = `\n\n${marker}`
  return `${cutBody(manyLines(text), max - ending.length)}${ending}`
}

/** At most `max` units; says so in a last line when it was cut. */
export function cutBody(text: string, max: number): string {
  if (text.length <= max) return text
  const ending = `\n\n${cutLine}`
  return `${cutText(text, max - ending.length)}${ending}`
}
