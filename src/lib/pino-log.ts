import { pino } from 'pino'
import type { Log } from './log.ts'

/** Names of fields that never reach the log, at any depth pino can see cheaply. */
const secretFields = ['secret', 'password', 'token', 'authorization', 'privateKey', 'integrationCode']

/** The program's log: one JSON object a line on standard output. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
  })
}
