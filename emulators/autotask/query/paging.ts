// The cursor inside next and previous page URLs (autotask-api.md 3.1).
import { RefusalError } from '../answers.ts'

/** `previousIds`: ids after which the pages so far began; `nextIds`: the last id of the page the URL was given with. */
export type Cursor = { pageSize: number; previousIds: number[]; nextIds: number[] }

/** Reads a cursor. Throws `RefusalError` when it is none. */
export function readCursor(text: string | null): Cursor {
  const cursor = parse(text ?? '')
  const { pageSize, previousIds, nextIds } = cursor as Record<string, unknown>
  if (typeof pageSize === 'number' && pageSize > 0 && isIds(previousIds) && isIds(nextIds)) {
    return { pageSize, previousIds, nextIds }
  }
  throw new RefusalError(['The paging parameter is not valid.'])
}

/** The address of another page. `search` is carried along only by queries made with GET. */
export function pageUrl(base: string, direction: 'next' | 'previous', cursor: Cursor, search: string | null): string {
  const url = `${base}/${direction}?paging=${encode(JSON.stringify(cursor))}`
  return search === null ? url : `${url}&search=${encode(search)}`
}

/** Percent-encodes as .NET does: lower-case hex, a space as a plus sign. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/%[0-9A-F]{2}/g, (sign) => sign.toLowerCase())
    .replaceAll('%20', '+')
    .replaceAll("'", '%27')
    .replaceAll('~', '%7e')
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'number')
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
