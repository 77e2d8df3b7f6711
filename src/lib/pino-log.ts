import { type LoggerOptions, pino } from 'pino'
import type { Log } from './log.ts'

/** Names of fields that never reach the log, at any depth pino can see cheaply. */
const secretFields = ['secret', 'password', 'token', 'authorization', 'privateKey', 'integrationCode']

/** The program's log: one JSON object a line on standard output, or in a file. */
export function createLog(level: string, file?: string): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
  }
  return file === undefined ? pino(options) : pino(options, pino.destination({ dest: file, sync: true }))
}
