import { X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:https'
import { onTestFinished } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import type { JournalEntry } from '../../emulators/kit/journal.ts'
import { updateSource } from '../../src/usecases/update-source.ts'
import { listenAt } from './pipes.ts'
import { makeCertificate } from './servers.ts'

/** What the server says of a computer's status; the mask as JSON text, so that it may be any number. */
export type StatusSaid = { readonly statusId: number; readonly mask: string }

/** A server before the KSC that makes it say of single computers what the emulator has no means to say. */
export type KscFront = {
  /** By display name; a computer that is not in it is as the KSC says. */
  readonly statuses: Map<string, StatusSaid>
  /** So many pages lack a computer after so many whole ones: without a word (`list`), or less than announced (`page`). */
  shorten: { of: 'list' | 'page'; after: number; times: number } | null
  /** Answers everything itself while it is set. */
  standIn: ((outgoing: ServerResponse) => void) | null
}

type Item = { value?: Record<string, unknown> }

/** Puts one between a stage and its KSC, with a certificate of its own. It goes with its test. */
export async function startKscFront(stage: Stage): Promise<KscFront> {
  const front: KscFront = { statuses: new Map(), shorten: null, standIn: null }
  const pair = await makeCertificate(['localhost'])
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  const { port, stop } = await listenAt(
    createServer(pair, (incoming, outgoing) => {
      if (front.standIn !== null) return front.standIn(outgoing)
      answer(front, agent, stage.ksc.url, incoming, outgoing).catch(() => outgoing.destroy())
    }),
  )
  onTestFinished(async () => {
    agent.destroy()
    await stop()
  })
  const { fingerprint256: fingerprint } = new X509Certificate(pair.cert)
  await updateSource(stage.app.deps, {
    id: stage.ids.sourceId,
    settings: { port, fingerprint, password: stage.ksc.ready.password },
  })
  return front
}

/** Every request that the emulated server was sent, oldest first. */
export async function kscJournal(stage: Stage): Promise<JournalEntry[]> {
  const reply = await control(stage, 'GET', 'journal')
  return JSON.parse(reply.text) as JournalEntry[]
}

/** Puts a part of the emulated server's state in the place of the present one (`PUT /_emulator/state`). */
export async function putKscState(stage: Stage, state: object): Promise<void> {
  const { status, text } = await control(stage, 'PUT', 'state', state)
  if (status !== 204) throw new Error(`The state was not taken: ${text}`)
}

async function control(stage: Stage, method: string, route: string, body?: object) {
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const url = new URL(`/_emulator/${route}`, stage.ksc.url)
    const sent = request(url, { method, rejectUnauthorized: false, agent: false }, resolve)
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
  return { status: reply.statusCode, text: (await readAll(reply)).toString('utf8') }
}

async function answer(
  front: KscFront,
  agent: Agent,
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readAll(incoming)
  const { 'accept-encoding': _, ...headers } = incoming.headers
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers, agent }, resolve)
    onward.on('error', reject)
    onward.end(body)
  })
  const text = (await readAll(reply)).toString('utf8')
  const { 'content-length': __, ...kept } = reply.headers
  outgoing.writeHead(reply.statusCode ?? 502, kept)
  outgoing.end(/GetItemsChunk$/.test(incoming.url ?? '') ? rewrite(front, text) : text)
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Masks go in as marks and become numbers in the text, since JavaScript's own numbers would round them. */
function rewrite(front: KscFront, text: string): string {
  const page = JSON.parse(text) as { PxgRetVal?: number; pChunk?: { KLCSP_ITERATOR_ARRAY?: Item[] } }
  const items = page.pChunk?.KLCSP_ITERATOR_ARRAY ?? []
  const { shorten } = front
  if (shorten !== null && shorten.after > 0) shorten.after -= 1
  else if (shorten !== null && shorten.times > 0) {
    shorten.times -= 1
    items.pop()
    if (shorten.of === 'list') page.PxgRetVal = items.length
  }
  for (const { value } of items) {
    const said = front.statuses.get(String(value?.KLHST_WKS_DN))
    if (value === undefined || said === undefined) continue
    value.KLHST_WKS_STATUS_ID = said.statusId
    value.KLHST_WKS_STATUS_MASK = `raw ${said.mask} raw`
  }
  return JSON.stringify(page).replace(/"raw ([^"]*) raw"/g, '$1')
}
