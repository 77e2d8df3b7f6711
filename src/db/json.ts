/**
 * JSON for a parameter. PostgreSQL's jsonb can hold neither NUL nor half of a surrogate pair, and vendors send both: one
 * such text would fail every poll that carries it.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value)
  // Both are always written as an escape by number, and hardly anything else is.
  return text.includes('\\u') ? JSON.stringify(value, storable) : text
}

function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value
}
