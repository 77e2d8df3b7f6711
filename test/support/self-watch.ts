import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import { saveStageRules } from '../../demo/set-up.ts'
import type { Stage } from '../../demo/stage.ts'
import { createIntegration } from '../../src/usecases/create-integration.ts'
import { createSource } from '../../src/usecases/create-source.ts'
import type { Deps } from '../../src/usecases/deps.ts'
import { listAccounts } from '../../src/usecases/list-accounts.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { mapTenant } from '../../src/usecases/map-tenant.ts'
import { saveWatchSettings } from '../../src/usecases/save-watch-settings.ts'
import { WatchSettingsInput } from '../../src/usecases/watch-settings.ts'

/** What the scenarios about self-watch share: tickets of our own, and a receiver for the webhook. */

/** A company of the stage's desk, by name. */
export async function accountAt(stage: Stage, name: string): Promise<string> {
  const found = (await listAccounts(stage.app.deps, { psaId: stage.ids.psaId })).find((one) => one.name === name)
  if (found === undefined) throw new Error(`The desk has no company “${name}”.`)
  return found.id
}

/** Has every alarm opened as a ticket at the desk, at the company `Alder`. Returns the integration. */
export async function ticketsForAlarms(stage: Stage): Promise<{ integrationId: number; sourceId: number }> {
  const { deps } = stage.app
  const { connection } = await createSource(deps, { connector: 'tocsin', name: 'Tocsin', settings: {} })
  await stage.work()
  const sourceId = connection.id
  const { psaId } = stage.ids
  const titleTemplate = 'Tocsin itself: {{what}} ({{computer}})'
  const { id: integrationId } = await createIntegration(deps, { name: 'Self', sourceId, psaId, titleTemplate })
  const { items } = await listTenants(deps, { sourceId, limit: 10 })
  await mapTenant(deps, { tenantId: items[0]?.id ?? 0, integrationId, accountId: await accountAt(stage, 'Alder') })
  const fields = { priority: 'Critical', queue: 'Security' }
  const rules = (['warning', 'critical'] as const).map((section): StageRule => ({ section, what: 'all', fields }))
  await saveStageRules(deps, { integrationId, psaId }, rules)
  return { integrationId, sourceId }
}

type Saved = Omit<Parameters<typeof WatchSettingsInput.parse>[0] & object, never>

/** Saves the settings of self-watch, judged as the API judges them. */
export async function setWatch(deps: Deps, settings: Saved) {
  return saveWatchSettings(deps, WatchSettingsInput.parse(settings))
}

export const webhookSecret = `whsec_${Buffer.from('a secret of the tests, 32 bytes!').toString('base64')}`

export type Heard = {
  readonly id: string
  readonly at: Date
  readonly body: { type: string; timestamp: string; installation: string; data: Record<string, unknown> }
  /** By the receiver’s own reckoning. */
  readonly signed: boolean
}

export type Receiver = {
  readonly url: string
  /** All that arrived whole, also what was answered badly. */
  readonly heard: Heard[]
  /** How it answers from now on; `hang`: not at all. */
  answer: number | 'hang' | { readonly redirect: string }
  /** No longer listens, or again, at the same port. */
  listen(on: boolean): Promise<void>
}

/** A receiver as a customer would write it from docs/WATCH.md: it shares no code with Tocsin. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    hear(request).then(
      (heard) => {
        receiver.heard.push(heard)
        reply(response)
      },
      () => response.destroy(),
    )
  })
  function reply(response: ServerResponse): void {
    const { answer } = receiver
    if (answer === 'hang') return
    if (typeof answer === 'number') response.writeHead(answer).end('whatever')
    else response.writeHead(307, { location: answer.redirect }).end()
  }
  let port = 0
  const receiver: Receiver & { url: string } = {
    url: '',
    heard: [],
    answer: 200,
    async listen(on) {
      if (on) await once(server.listen(port, '127.0.0.1'), 'listening')
      else {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }
  await receiver.listen(true)
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  receiver.url = `http://127.0.0.1:${port}/hooks/7f3a9c1e5b2d48f6a0`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return receiver
}

async function hear(request: IncomingMessage): Promise<Heard> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts).toString('utf8')
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': given } = request.headers
  const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64')
  const wanted = `v1,${createHmac('sha256', key)
    .update(`${String(id)}.${String(seconds)}.${body}`)
    .digest('base64')}`
  const signed =
    String(given).length === wanted.length && timingSafeEqual(Buffer.from(String(given)), Buffer.from(wanted))
  return { id: String(id), at: new Date(Number(seconds) * 1_000), body: JSON.parse(body) as Heard['body'], signed }
}
