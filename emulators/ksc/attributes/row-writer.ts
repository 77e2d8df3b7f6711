import type { AttributeTable } from './attribute.ts'
import { toWire } from './attribute.ts'

/** Tagged times by their second: devices that are well report at the same few thousand seconds, search after search. */
const times = new Map<number, string>()
const cachedTimes = 100_000

function writeTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000)
  const known = times.get(second)
  if (known !== undefined) return known
  if (times.size >= cachedTimes) times.clear()
  const text = JSON.stringify(toWire('datetime', milliseconds))
  times.set(second, text)
  return text
}

/**
 * Makes a function that writes one row as the tagged container `{"type":"params","value":{...}}`, character for character
 * what `JSON.stringify(params(toRecord(table, fields, row)))` gives, in a third of the time: a fleet may have a million rows.
 */
export function createRowWriter<Row>(table: AttributeTable<Row>, fields: readonly string[]): (row: Row) => string {
  const columns = [...new Set(fields)].flatMap((name) => {
    const attribute = table.get(name)
    return attribute ? [{ start: `${JSON.stringify(name)}:`, attribute }] : []
  })
  return (row) => {
    let text = ''
    for (const { start, attribute } of columns) {
      const value = attribute.get(row)
      if (value === undefined) continue
      if (text !== '') text += ','
      text += start
      if (attribute.type === 'int' || attribute.type === 'bool') text += String(value)
      else if (attribute.type === 'datetime') text += writeTime(value as number)
      else text += JSON.stringify(toWire(attribute.type, value))
    }
    return `{"type":"params","value":{${text}}}`
  }
}
