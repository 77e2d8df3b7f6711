import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** Runs a program with a log and returns the lines on its standard output. */
function linesOf(level: string, program: string): Record<string, unknown>[] {
  const source = `import { createLog } from ${JSON.stringify(new URL('./pino-log.ts', import.meta.url).href)}
    const log = createLog(${JSON.stringify(level)}); ${program}`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' })
  return out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('createLog', () => {
  it('writes a line of JSON with level, time, message and fields', () => {
    const [line] = linesOf('info', `log.child({ psa: 'desk' }).warn({ ticketId: 7 }, 'tended')`)
    expect(line).toMatchObject({ level: 'warn', msg: 'tended', ticketId: 7, psa: 'desk' })
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(line).not.toHaveProperty('hostname')
  })

  it('leaves out what is below its level', () => {
    const lines = linesOf('warn', `log.debug({}, 'a'); log.info({}, 'b'); log.warn({}, 'c'); log.error({}, 'd')`)
    expect(lines.map(({ msg }) => msg)).toEqual(['c', 'd'])
  })

  it('keeps secrets out', () => {
    const secrets = `{ secret: 'S1', settings: { password: 'S2', integrationCode: 'S3' }, headers: { authorization: 'S4' }, token: 'S5' }`
    const lines = linesOf('info', `log.info(${secrets}, 'm'); log.child({ privateKey: 'S6' }).info({}, 'm')`)
    expect(JSON.stringify(lines)).not.toMatch(/S\d/)
    expect(lines[0]).toMatchObject({ secret: '[secret]', settings: { password: '[secret]' } })
  })
})
