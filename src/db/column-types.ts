import pg from 'pg'

type Parser = (text: string) => unknown

const int8Array = 1016
const dateArray = 1182
const textArray = 1009

/** The driver's own parsers; it can do more types than its declarations name. */
const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => Parser
const parseStrings = parserOf(textArray)

/**
 * How columns reach the program where the driver's way would not do. `bigint` becomes a number, and beyond 2^53 a
 * `bigint`, which fails loudly in arithmetic instead of losing digits; a `date` stays `YYYY-MM-DD`, because a `Date` at
 * this machine's midnight is another day elsewhere. `timestamptz` is a `Date`, as the driver does it.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: string): Parser => {
    if (oid === pg.types.builtins.INT8) return integer
    if (oid === int8Array) return (text) => integers(parseStrings(text))
    if (oid === pg.types.builtins.DATE) return (text) => text
    return oid === dateArray ? parseStrings : parserOf(oid, format)
  }) as pg.CustomTypesConfig['getTypeParser'],
}

function integer(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

/** An array may hold nulls and further arrays. */
function integers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(integers)
  return typeof value === 'string' ? integer(value) : value
}
