// Rows of the emulator (hosts, groups, events, keys) are seen by clients through tables of attributes.

import type { WireValue } from '../wire/values.ts'
import * as wire from '../wire/values.ts'

/** How a value looks on the wire inside a container (ksc-open-api.md 3). `list` is for searching only. */
export type AttributeType = 'string' | 'int' | 'bool' | 'long' | 'datetime' | 'binary' | 'double' | 'params' | 'array'

/** What a getter gives: datetimes in milliseconds, `params` as finished wire objects; undefined = NULL, left out. */
export type AttributeValue = string | number | boolean | object | undefined

/** One attribute of a row. */
export type Attribute<Row> = {
  type: AttributeType
  get(row: Row): AttributeValue
  /** For filters where the row has several values (any ancestor group). */
  any?(row: Row): readonly (string | number)[]
  searchOnly?: boolean
}

/** All attributes of one kind of row by name. */
export type AttributeTable<Row> = ReadonlyMap<string, Attribute<Row>>

/** Makes a table from a plain object. */
export function createTable<Row>(attributes: Record<string, Attribute<Row>>): AttributeTable<Row> {
  return new Map(Object.entries(attributes))
}

/** Turns a value into its form inside a container or array. */
export function toWire(type: AttributeType, value: Exclude<AttributeValue, undefined>): WireValue {
  switch (type) {
    case 'long':
      return wire.long(value as number)
    case 'datetime':
      return wire.datetime(value as number)
    case 'double':
      return wire.double(value as number)
    case 'binary':
      return wire.binary(value as Buffer)
    case 'params':
      return wire.params(value as Record<string, WireValue>)
    default:
      return value as WireValue
  }
}

/** One record with the given fields; NULL fields are left out (ksc-open-api.md 3, rule 7). */
export function toRecord<Row>(
  table: AttributeTable<Row>,
  fields: readonly string[],
  row: Row,
): Record<string, WireValue> {
  const record: Record<string, WireValue> = {}
  for (const name of fields) {
    const attribute = table.get(name)
    const value = attribute?.get(row)
    if (attribute && value !== undefined) record[name] = toWire(attribute.type, value)
  }
  return record
}

/** String attribute. */
export const text = <Row>(get: (row: Row) => string | undefined): Attribute<Row> => ({ type: 'string', get })
/** 32-bit integer attribute. */
export const int = <Row>(get: (row: Row) => number | undefined): Attribute<Row> => ({ type: 'int', get })
/** 64-bit integer attribute. */
export const long = <Row>(get: (row: Row) => number | undefined): Attribute<Row> => ({ type: 'long', get })
/** Boolean attribute. */
export const bool = <Row>(get: (row: Row) => boolean): Attribute<Row> => ({ type: 'bool', get })
/** Datetime attribute, in ms. */
export const time = <Row>(get: (row: Row) => number | undefined): Attribute<Row> => ({ type: 'datetime', get })
