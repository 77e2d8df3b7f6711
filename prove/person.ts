import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { realSleep } from './run-clock.ts'

/** A person at the console: asks whichever server answers, and asks again when one died meanwhile. */
export type Person = {
  /** Throws `AnswerError` for an answer of 400 and above that asking again would not mend. */
  ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T>
}

export class AnswerError extends Error {
  readonly code = 'answer'
  readonly status: number
  constructor(status: number, words: string) {
    super(words)
    this.name = 'AnswerError'
    this.status = status
  }
}

const patienceMs = 60_000
const answerMs = 6_000
const pauseMs = 150

/** Trying again helps: the desk or the database could not be asked just now. */
const passing = new Set([500, 502, 503])

export function createPerson(dataFolder: string, addresses: () => readonly string[]): Person {
  let token: string | null = null
  let turn = 0
  async function tokenText(): Promise<string> {
    token ??= (await readFile(join(dataFolder, 'api-token'), 'utf8')).trim()
    return token
  }
  return {
    async ask(method, path, body) {
      const deadline = Date.now() + patienceMs
      let last = 'no server is up'
      while (Date.now() < deadline) {
        const all = addresses()
        turn += 1
        const address = all[turn % Math.max(1, all.length)]
        if (address !== undefined) {
          try {
            const answer = await fetch(`${address}/api/v1${path}`, {
              method,
              headers: {
                authorization: `Bearer ${await tokenText()}`,
                ...(body !== undefined && { 'content-type': 'application/json' }),
              },
              ...(body !== undefined && { body: JSON.stringify(body) }),
              signal: AbortSignal.timeout(answerMs),
            })
            const text = await answer.text()
            if (answer.ok) return (text === '' ? null : JSON.parse(text)) as never
            last = `${answer.status} ${text.slice(0, 600)}`
            if (!passing.has(answer.status)) throw new AnswerError(answer.status, `${method} ${path}: ${last}`)
          } catch (error) {
            if (error instanceof AnswerError) throw error
            last = error instanceof Error ? error.message : String(error)
          }
        }
        await realSleep(pauseMs)
      }
      throw new Error(`${method} ${path} had no good answer within ${patienceMs / 1_000} s: ${last}`)
    },
  }
}
