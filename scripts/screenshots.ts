// Makes docs/screens/*.png: every screen of the console as the demo's story fills it. `node scripts/screenshots.ts`.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createDemoPerson, type DemoPerson } from '../demo/demo-person.ts'
import { play } from '../demo/play.ts'
import { createStoryWorld } from '../demo/run.ts'
import { idOf } from '../demo/set-up.ts'
import { story } from '../demo/story.ts'
import { hub } from '../demo/story-hub.ts'
import { launchBrowser } from './browser.ts'
import { ensureConsole } from './ensure-console.ts'

/** In the middle of the story, when something is wrong at several clients. */
const days = 17
const stepMinutes = 60
/** For what comes after the page's own heading: data, charts, fonts. */
const settleMs = 1_500

const screens = [
  'tickets',
  'conditions',
  'events',
  'accounts',
  'ticketing',
  'integrations',
  'connections',
  'setup',
  'people',
  'audit',
  'settings',
] as const

async function shootAll(address: string, person: DemoPerson, hubId: number, folder: string): Promise<void> {
  const browser = await launchBrowser(process.env)
  const visit = async (colorScheme: 'light' | 'dark', width: number, height: number) => {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
      baseURL: address,
    })
    return context.newPage()
  }
  const shoot = async (page: Page, name: string) => {
    await page.waitForTimeout(settleMs)
    await page.screenshot({ path: join(folder, `${name}.png`) })
    console.log(`docs/screens/${name}.png`)
  }
  try {
    const page = await visit('light', 1280, 800)
    await page.goto('/')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await shoot(page, 'sign-in')
    await signIn(page, person)
    await shoot(page, 'overview')
    for (const screen of screens) {
      await page.goto(`/${screen}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await shoot(page, screen)
    }
    await page.goto(`/connections/source/${hubId}/hub`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await shoot(page, 'hub')
    await page.goto('/conditions')
    await page.getByRole('button', { name: 'Why is there' }).first().click()
    await shoot(page, 'why')
    await page.goto('/tickets?state=done')
    await page.getByRole('row').getByRole('link').first().click()
    await shoot(page, 'ticket')
    for (const [name, scheme, width, height] of [
      ['overview-dark', 'dark', 1280, 800],
      ['overview-phone', 'light', 390, 844],
    ] as const) {
      const other = await visit(scheme, width, height)
      await other.goto('/')
      await signIn(other, person)
      await shoot(other, name)
    }
  } finally {
    await browser.close()
  }
}

async function signIn(page: Page, { email, password }: DemoPerson): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
}

const folder = join(import.meta.dirname, '../docs/screens')
await mkdir(folder, { recursive: true })
if (!ensureConsole((line) => console.log(line))) process.exit(1)
const dataFolder = await mkdtemp(join(tmpdir(), 'tocsin-screens-'))
// As root, PostgreSQL runs as an ordinary user who must get there.
await chmod(dataFolder, 0o711)
try {
  const world = await createStoryWorld(stepMinutes, { dataFolder, demo: true })
  try {
    console.log(`Playing ${days} days of the story ...`)
    await play(world, { ...story, days }, { stepMinutes })
    const person = await createDemoPerson(world.app.deps)
    await shootAll(await world.serve(), person, idOf(world.ids.sources, hub.id), folder)
  } finally {
    await world.stop()
  }
} finally {
  await rm(dataFolder, { recursive: true, force: true, maxRetries: 10 })
}
