import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { type RealProcess, startReal } from './real-process.ts'

/** A real process of Tocsin, and its API as somebody with the first token asks it. Ended with its test at the latest. */
export type HubProcess = RealProcess & {
  readonly url: string
  /** Throws when the answer is not good. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read freely in answers
  ok(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<any>
}

/** Starts one on a database; processes that share a data folder share the key and the token. */
export async function startHubProcess(
  databaseUrl: string,
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<HubProcess> {
  const real = await startReal({
    DATABASE_URL: databaseUrl,
    TOCSIN_DATA: dataFolder,
    TOCSIN_SECRET: 'a key for tests that is long enough to be one',
    PORT: '0',
    LOG_LEVEL: 'info',
    ...env,
  })
  const url = real.address ?? ''
  const token = (await readFile(join(dataFolder, 'api-token'), 'utf8')).trim()
  return {
    ...real,
    url,
    async ok(method, path, body) {
      const answer = await request(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.body.text()
      if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`)
      return text === '' ? null : JSON.parse(text)
    },
  }
}
