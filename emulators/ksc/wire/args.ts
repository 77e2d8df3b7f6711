import { badFormat, noSuchParameter } from '../wire/pxg-error.ts'
import { untag } from './values.ts'

/** One entry of a sort list. */
export type Order = { name: string; ascending: boolean }

/** Reads a call's arguments; each reader throws PxgError 1192 for a wrong type, `required` ones 1125 when absent. */
export type Args = {
  text(name: string): string
  required(name: string): string
  /** Absent counts as `fallback`: clients leave out zeros (ksc-open-api.md 4.3). */
  int(name: string, fallback: number): number
  texts(name: string): string[]
  order(name: string): Order[]
  /** A container, `{}` when absent or null; its values come without tags, datetimes as `Date`. */
  container(name: string): Record<string, unknown>
  /** Whether the caller gave anything but null. */
  has(name: string): boolean
}

/** Makes the reader of one request's body. */
export function createArgs(body: Record<string, unknown>): Args {
  const given = (name: string): unknown => body[name] ?? undefined
  const text = (name: string): string | undefined => {
    const value = given(name)
    if (value === undefined || typeof value === 'string') return value
    throw badFormat(`${name} must be a string`)
  }
  return {
    text: (name) => text(name) ?? '',
    required(name) {
      const value = text(name)
      if (value === undefined) throw noSuchParameter(name)
      return value
    },
    int(name, fallback) {
      const value = untag(given(name))
      if (value === undefined) return fallback
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value
      throw badFormat(`${name} must be an integer`)
    },
    texts(name) {
      const value = given(name) ?? []
      if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
      throw badFormat(`${name} must be an array of strings`)
    },
    order(name) {
      const value = given(name) ?? []
      if (!Array.isArray(value)) throw badFormat(`${name} must be an array`)
      return value.map((one) => toOrder(untag(one), name))
    },
    container(name) {
      const value = untag(given(name)) ?? {}
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
      throw badFormat(`${name} must be a container`)
    },
    has: (name) => given(name) !== undefined,
  }
}

function toOrder(value: unknown, argument: string): Order {
  const { Name, Asc = true } = (value ?? {}) as { Name?: unknown; Asc?: unknown }
  if (typeof Name !== 'string' || typeof Asc !== 'boolean')
    throw badFormat(`${argument} needs Name (string) and Asc (bool)`)
  return { name: Name, ascending: Asc }
}
