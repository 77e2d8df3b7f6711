// Web requests as docs/HUB.md describes them, with a token or signed.
import { createHmac } from 'node:crypto'
import { request } from 'undici'
import type { Channel, OutMessage, SendResult } from '../outbox.ts'

export type HttpTarget = {
  /** Where Tocsin answers. */
  url: string
  sourceId: number
  /** Either a token, or a key that signs. */
  token?: string | undefined
  key?: { id: number; secret: string } | undefined
}

type Batch = { path: string; body: object; messages: readonly OutMessage[] }

/** Makes the channel. `now` dates signatures. */
export function createHttpChannel(target: HttpTarget, now: () => Date): Channel {
  async function post(path: string, body: object): Promise<{ status: number; text: string; retryAfterMs: number }> {
    const text = JSON.stringify(body)
    const answer = await request(`${target.url}/api/v1/hub/${target.sourceId}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorize(target, text, now()) },
      body: text,
    })
    const seconds = Number(answer.headers['retry-after'] ?? '1')
    return { status: answer.statusCode, text: await answer.body.text(), retryAfterMs: seconds * 1_000 }
  }

  return {
    name: 'http',
    carries: () => true,
    async send(messages): Promise<SendResult> {
      let sent = 0
      for (const { path, body, messages: some } of toBatches(messages)) {
        let answer: Awaited<ReturnType<typeof post>>
        try {
          answer = await post(path, body)
        } catch {
          // Nobody knows whether it arrived: it is sent again, and that must change nothing.
          return { sent, refused: null, retryAfterMs: 1_000 }
        }
        const { status, text, retryAfterMs } = answer
        if (status === 429 || status >= 500) return { sent, refused: null, retryAfterMs }
        if (status !== 200) return { sent, refused: `${status}: ${text}`, retryAfterMs: null }
        sent += some.length
      }
      return { sent, refused: null, retryAfterMs: null }
    },
    close: () => Promise.resolve(),
  }
}

function authorize({ token, key }: HttpTarget, body: string, at: Date): Record<string, string> {
  if (key === undefined) return { authorization: `Bearer ${token ?? ''}` }
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const digest = createHmac('sha256', key.secret).update(`${timestamp}.${body}`).digest('hex')
  return {
    'x-tocsin-key': String(key.id),
    'x-tocsin-timestamp': timestamp,
    'x-tocsin-signature': `sha256=${digest}`,
  }
}

/** Neighbours of one kind and one company go together; the order stays. */
function toBatches(messages: readonly OutMessage[]): Batch[] {
  const batches: Batch[] = []
  for (let start = 0; start < messages.length; ) {
    const first = messages[start]
    if (first === undefined) break
    let end = start + 1
    while (end < messages.length && goesWith(first, messages[end])) end += 1
    const some = messages.slice(start, end)
    batches.push({ ...toRequest(first, some), messages: some })
    start = end
  }
  return batches
}

function goesWith(first: OutMessage, next: OutMessage | undefined): boolean {
  if (next === undefined || next.company.key !== first.company.key) return false
  const isChange = ({ kind }: OutMessage) => kind === 'change' || kind === 'removal'
  return (first.kind === 'event' && next.kind === 'event') || (isChange(first) && isChange(next))
}

function toRequest(first: OutMessage, some: readonly OutMessage[]): { path: string; body: object } {
  const { company } = first
  switch (first.kind) {
    case 'list':
      return { path: 'computers', body: { company, sequence: first.sequence, computers: first.computers } }
    case 'mailboxes':
      return { path: 'mailboxes', body: { company, protected: first.count, countedAt: first.countedAt } }
    case 'event':
      return { path: 'events', body: { company, events: some.flatMap(toEvent) } }
    default:
      return { path: 'changes', body: { company, changes: some.flatMap(toChange) } }
  }
}

function toEvent(message: OutMessage): object[] {
  if (message.kind !== 'event') return []
  const { kind: _, company: __, ...event } = message
  return [event]
}

function toChange(message: OutMessage): object[] {
  if (message.kind === 'change') return [{ sequence: message.sequence, computer: message.computer }]
  return message.kind === 'removal' ? [{ sequence: message.sequence, removed: message.computer }] : []
}
