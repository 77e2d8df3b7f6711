/**
 * Why the embedded PostgreSQL could not be used: `platform` no binaries run here, `data-folder` it cannot be read or
 * written, `locked` another Tocsin uses it, `not-a-database` / `version` what lies there is not ours to open,
 * `initdb` / `start` / `stop` PostgreSQL itself failed (its own words are in the message), `port` the asked port is
 * taken, `occupied` a PostgreSQL that does not answer to us holds the folder.
 */
export type EmbeddedPostgresFailure =
  | 'platform'
  | 'data-folder'
  | 'locked'
  | 'not-a-database'
  | 'version'
  | 'initdb'
  | 'start'
  | 'stop'
  | 'port'
  | 'occupied'

/** Thrown by everything in this folder; the message names the folder and says what to do. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresFailure

  constructor(code: EmbeddedPostgresFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedPostgresError'
    this.code = code
  }
}

/** The message of whatever was thrown, for putting a cause into a sentence. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The `code` of a system or driver error (`ENOENT`, `28P01`), or undefined. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
