import type { Log } from '../../src/lib/log.ts'

/** One line that was logged, fields and message together. */
export type LogLine = { readonly level: string; readonly message: string; readonly fields: object }

/** A log that keeps its lines, for tests that read them or look for secrets in them. */
export function recordingLog(): Log & { readonly lines: readonly LogLine[]; text(): string } {
  const lines: LogLine[] = []
  const writer = (level: string, bound: object) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...bound, ...fields } })
  }
  const at = (bound: object): Log => ({
    debug: writer('debug', bound),
    info: writer('info', bound),
    warn: writer('warn', bound),
    error: writer('error', bound),
    child: (fields) => at({ ...bound, ...fields }),
  })
  return { ...at({}), lines, text: () => JSON.stringify(lines) }
}
