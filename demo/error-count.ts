import type { Log } from '../src/lib/log.ts'

/** A log that also remembers what a person would have to look at. */
export type CountingLog = Log & {
  /** Messages of level error, in order. */
  errors(): readonly string[]
}

export function countErrors(log: Log, errors: string[] = []): CountingLog {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error(fields, message) {
      const { err } = fields as { err?: unknown }
      errors.push(err instanceof Error ? `${message}: ${err.message}` : message)
      log.error(fields, message)
    },
    child: (fields) => countErrors(log.child(fields), errors),
    errors: () => errors,
  }
}
