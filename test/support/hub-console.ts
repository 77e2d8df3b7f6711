import type { Page } from 'playwright-core'
import type { Connection } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/tables.ts'
import { firstAdministrator, newcomer, type SignedIn } from './api-people.ts'
import { type ConsoleWorld, createConsoleWorld } from './console-world.ts'

/** People of the three roles, by the names that browser tests of a hub give them. */
export type HubPerson = 'ada' | 'olga' | 'rita'

export type HubConsole = ConsoleWorld & {
  /** Ada administers, Olga operates, Rita may only look; whose session has ended is signed in again by the test. */
  readonly people: Record<HubPerson, SignedIn>
  /** A page of somebody who is signed in. */
  visitAs(name: HubPerson, options?: Parameters<ConsoleWorld['visit']>[0]): Promise<Page>
  /** Makes a hub; gives its number. */
  newHub(): Promise<number>
}

/** A console for browser tests of a hub; there is no hub yet. */
export async function createHubConsole(database: Connection<Database>): Promise<HubConsole> {
  const console_ = await createConsoleWorld(database)
  const { world, address } = console_
  const ada = await firstAdministrator(world)
  const olga = await newcomer(world, ada, 'operator', 'olga@example.com')
  const rita = await newcomer(world, ada, 'read-only', 'rita@example.com')
  const people: HubConsole['people'] = { ada, olga, rita }
  return {
    ...console_,
    people,
    async visitAs(name, options = {}) {
      const page = await console_.visit(options)
      const [cookie = '', value = ''] = people[name].cookie.split('=')
      await page.context().addCookies([{ name: cookie, value, url: address }])
      return page
    },
    async newHub() {
      const body = { connector: 'kaspersky-hub', name: 'Hub', settings: {} }
      return Number((await world.ok('POST', '/api/v1/sources', body)).connection.id)
    },
  }
}

/** Every answer of the API that a page is given from now on, as text; of one that was left the text is gone, and nobody saw it. */
export function answersTo(page: Page): Promise<string>[] {
  const answers: Promise<string>[] = []
  page.on('response', (response) => {
    if (!response.url().includes('/api/v1/') || response.url().endsWith('/live')) return
    answers.push(response.text().catch(() => ''))
  })
  return answers
}
