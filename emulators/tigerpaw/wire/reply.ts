// Answers in the form the caller accepts; JSON unless XML comes first in `Accept` (tigerpaw-api.md 2.1).
import type { EmulatorReply } from '../../kit/definition.ts'
import type { Answer } from './answers.ts'
import { writeXml } from './xml-write.ts'

const types = new Set(['application/json', 'text/json', 'application/xml', 'text/xml'])

/** The media type an answer gets for this `Accept` header. */
export function chooseType(accept: string | undefined): string {
  const wishes = (accept ?? '*/*').split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase())
    const quality = parameters.find((one) => one.startsWith('q='))
    return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) }
  })
  const known = wishes.filter(({ type, quality }) => quality > 0 && (types.has(type) || type.endsWith('/*')))
  known.sort((a, b) => b.quality - a.quality)
  const best = known[0]?.type ?? 'application/json'
  return types.has(best) ? best : best === 'text/*' ? 'text/xml' : 'application/json'
}

/** Sends an answer. `leaveOutNulls` shortens JSON; XML never has what is unset. */
export function sendAnswer(
  reply: EmulatorReply,
  answer: Answer,
  accept: string | undefined,
  leaveOutNulls: boolean,
): void {
  const type = chooseType(accept)
  const headers = { 'content-type': `${type}; charset=utf-8` }
  const skip = leaveOutNulls ? (_: string, value: unknown) => value ?? undefined : undefined
  const text = type.endsWith('xml')
    ? writeXml(answer.root, answer.body)
    : (JSON.stringify(answer.body ?? null, skip) ?? 'null')
  reply.send(answer.status, text, headers)
}
