import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../../scripts/browser.ts'
import { ensureConsole } from '../../scripts/ensure-console.ts'
import type { Connection } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/tables.ts'
import { type ApiWorld, companies, createApiWorld } from './api-world.ts'

/** The console in a real Chromium, in front of a whole server that listens. */
export type ConsoleWorld = {
  readonly world: ApiWorld
  readonly address: string
  /** A browser of one's own: no cookie, no choice kept. What it complains of is collected in `complaints`. */
  visit(options?: { scheme?: 'light' | 'dark'; width?: number }): Promise<Page>
  /** Errors in pages and in their browser's console, violations of the CSP among them. */
  readonly complaints: string[]
  /** What axe finds against WCAG 2.2 AA, a line each. */
  inspect(page: Page): Promise<string[]>
  stop(): Promise<void>
}

const judgedBy = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

type AxeResult = { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }

export async function createConsoleWorld(database: Connection<Database>): Promise<ConsoleWorld> {
  if (!ensureConsole((line) => console.log(line))) throw new Error('Without the console there is nothing to test.')
  const world = await createApiWorld(database)
  const address = await world.api.listen({ host: '127.0.0.1', port: 0 })
  const browser = await launchBrowser(process.env)
  const complaints: string[] = []
  const contexts: BrowserContext[] = []

  return {
    world,
    address,
    complaints,
    async visit({ scheme = 'light', width = 1280 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: scheme,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        baseURL: address,
      })
      contexts.push(context)
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
      page.on('console', (line) => {
        // The browser itself notes every refused call; refusals are what some tests are about.
        if (line.type() === 'error' && !/status of 4\d\d/.test(line.text()))
          complaints.push(`${page.url()}: ${line.text()}`)
      })
      return page
    },
    async inspect(page) {
      await page.evaluate(axe.source)
      const result = (await page.evaluate(
        `axe.run(document, { runOnly: ${JSON.stringify(judgedBy)}, resultTypes: ['violations'] })`,
      )) as AxeResult
      return result.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${new URL(page.url()).pathname} ${id}: ${html} ${failureSummary}`),
      )
    },
    async stop() {
      for (const context of contexts) await context.close()
      await browser.close()
      await world.stop()
    },
  }
}

/** Maps the first client, switches every rule on, and lets one of its computers fall ill: there is a ticket. */
export async function openTicket(world: ApiWorld, computer: string): Promise<{ id: number; title: string }> {
  const { ok, psaId, integrationId } = world
  const path = `/api/v1/integrations/${integrationId}`
  const { items } = await ok('GET', '/api/v1/tenants')
  const tenant = items.find(({ key }: { key: string }) => key !== 'main')
  const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
  const accountId = accounts.find(({ name }: { name: string }) => name === companies[0]).id
  await ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, { integrationId, accountId })
  const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
  const priority = choices.priority.find(({ label }: { label: string }) => label === 'High').value
  const { version, sections } = await ok('GET', `${path}/rules`)
  const fields = { ...sections.warning[0].fields, priority }
  const rows = ['warning', 'critical'].map((section) => ({ section, key: 'databases-outdated', enabled: true, fields }))
  await ok('PUT', `${path}/rules`, { version, rows })
  const now = world.clock.now().getTime()
  const day = 86_400_000
  const order = {
    act: 'addHost',
    name: computer,
    createdAt: new Date(now - 30 * day).toISOString(),
    vserver: tenant.key,
  }
  const { id } = (await world.ksc.control.act(order)) as { id: string }
  await later(world, 5)
  const changes = { databasesAt: new Date(now - 4 * day).toISOString() }
  await world.ksc.control.act({ act: 'setHost', host: id, changes })
  await later(world, 5)
  const tickets = await ok('GET', `/api/v1/tickets?computer=${computer}`)
  return tickets.items[0]
}

async function later(world: ApiWorld, minutes: number): Promise<void> {
  world.clock.advance(minutes * 60_000)
  await world.work()
}
