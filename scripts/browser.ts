import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe']
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Where a Chromium is on this machine: `CHROME_PATH`, the search path, the usual places; null when there is none. */
export function findBrowser(env: NodeJS.ProcessEnv): string | null {
  if (env.CHROME_PATH !== undefined && env.CHROME_PATH !== '') {
    if (isProgram(env.CHROME_PATH)) return env.CHROME_PATH
    throw new Error(`CHROME_PATH is “${env.CHROME_PATH}”, which is no program.`)
  }
  const searched = (env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...searched, ...usualPlaces].find(isProgram) ?? null
}

/** Finds a Chromium, or installs Debian's when we are root and apt is there. Throws with what to do when neither helps. */
export function ensureBrowser(env: NodeJS.ProcessEnv): string {
  const found = findBrowser(env)
  if (found !== null) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing chromium for the browser tests (apt-get) ...')
    const apt = (...command: string[]): boolean =>
      spawnSync('apt-get', ['-q', ...command], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status === 0
    const installed = apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium')
    const browser = installed ? findBrowser(env) : null
    if (browser !== null) return browser
  }
  throw new Error('The browser tests need Chromium or Chrome: install one, or name its program in CHROME_PATH.')
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A browser without a window that speaks with nobody but our own server. */
export function launchBrowser(env: NodeJS.ProcessEnv): Promise<Browser> {
  return chromium.launch({
    executablePath: ensureBrowser(env),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
