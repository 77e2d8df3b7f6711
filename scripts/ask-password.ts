import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Reads a new password from standard input: typed twice and not shown on a terminal, else its first line. */
export function askPassword(who: string): Promise<string> {
  return ask(`New password of ${who}`, 'password')
}

/** The same for a key. */
export function askSecret(question: string): Promise<string> {
  return ask(question, 'key')
}

async function ask(question: string, what: string): Promise<string> {
  const isTerminal = process.stdin.isTTY === true
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal })
  try {
    if (!isTerminal) return await firstLine(lines, what)
    const answer = await typed(lines, `${question}: `)
    if ((await typed(lines, 'Once more: ')) !== answer)
      throw new Error('These two are not the same: nothing was changed.')
    return answer
  } finally {
    lines.close()
  }
}

async function typed(lines: ReturnType<typeof createInterface>, question: string): Promise<string> {
  process.stderr.write(question)
  const answer = await lines.question('')
  process.stderr.write('\n')
  return answer
}

async function firstLine(lines: ReturnType<typeof createInterface>, what: string): Promise<string> {
  for await (const line of lines) return line
  throw new Error(`There is no ${what} on standard input.`)
}
