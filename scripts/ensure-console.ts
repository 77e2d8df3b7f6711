// Builds the console when web/dist is missing or older than what it is made from: before `npm start` and the demo.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from './project-files.ts'

const project = join(import.meta.dirname, '..')

/** Whether `web/dist` is there and younger than everything it is made from. */
export function isConsoleBuilt(root: string): boolean {
  const built = join(root, 'web/dist/index.html')
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  const sources = listFiles(root).filter(
    (file) => file.startsWith('web/') || file === 'docs/api/openapi.json' || file === 'package-lock.json',
  )
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= mtimeMs)
}

/** Gives whether the console can be served. Without vite, as in an installation for use alone, it is left as it is. */
export function ensureConsole(say: (line: string) => void, root = project): boolean {
  if (isConsoleBuilt(root)) return true
  if (!existsSync(join(root, 'node_modules/vite/package.json'))) {
    const isThere = existsSync(join(root, 'web/dist/index.html'))
    if (!isThere) say('The console is not built, and vite is not installed to build it: there will be the API alone.')
    return isThere
  }
  say('Building the console (some seconds, once after each change of it) ...')
  // In a process of its own, so that the bundler's memory is given back.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build-console.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    // A test's NODE_ENV would make it React for developers.
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (status !== 0) say('The console could not be built, see above; “npm run build” tries again.')
  return status === 0
}

if (import.meta.main) ensureConsole((line) => console.log(line))
