// npm run tocsin -- rotate-key
import { resolve } from 'node:path'
import type { Config } from '../src/config.ts'
import { systemIds } from '../src/lib/ids.ts'
import { keyFile, promoteNextKey, readNextKey, writeNextKey } from '../src/lib/key-file.ts'
import { createSecretBox } from '../src/lib/secret-box.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { rotateKey } from '../src/usecases/rotate-key.ts'
import { askSecret } from './ask-password.ts'

/**
 * Seals all stored secrets with another key. A key in the data folder is made and kept by ourselves; one that is given as
 * TOCSIN_SECRET is the operator's, and the new one is read from standard input. Begin before the database is opened: that may
 * complete a change which was cut off, and then this one has nothing left to do. Gives the lines to print.
 */
export function runRotateKey(config: Config): (deps: Deps) => Promise<readonly string[]> {
  if (config.secret !== null) return rotateGivenKey
  const wasCutOff = readNextKey(config.dataFolder) !== null
  return (deps) => {
    if (wasCutOff && readNextKey(config.dataFolder) === null) {
      return Promise.resolve(['The change of the key that was cut off is now complete.'])
    }
    return rotateKeptKey(config.dataFolder, deps)
  }
}

async function rotateKeptKey(folder: string, deps: Deps): Promise<readonly string[]> {
  let next = ''
  const count = await rotateKey(deps, {
    from: deps.box,
    async to() {
      next = readNextKey(folder) ?? systemIds.secret(32)
      // On the disk before the database knows it: a key that only the database has seen would be lost with this process.
      await writeNextKey(folder, next)
      return createSecretBox(next)
    },
  })
  await promoteNextKey(folder, next, deps.clock.now())
  return [
    `${count} stored ${count === 1 ? 'secret is' : 'secrets are'} sealed with a new key: ${resolve(keyFile(folder))}.`,
    'The one before lies beside it as secret.until-…, and opens back-ups of then. Keep a copy of both with your back-ups.',
    'Processes on other machines need the new file in their data folder before they start.',
  ]
}

async function rotateGivenKey(deps: Deps): Promise<readonly string[]> {
  const to = createSecretBox(await askSecret('New key (openssl rand -base64 32)'))
  const count = await rotateKey(deps, { from: deps.box, to })
  return [
    `${count} stored ${count === 1 ? 'secret is' : 'secrets are'} sealed with the new key.`,
    'Set TOCSIN_SECRET to it for every process before you start them. Keep the one before: it opens back-ups of then.',
  ]
}
