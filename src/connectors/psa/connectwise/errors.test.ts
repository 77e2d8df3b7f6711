import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'
import { replyToJson } from './errors.ts'

const now = new Date('2026-11-22T08:00:00Z')
const html = '<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body>x</body></html>'
const secret = 'hush-hush'

type Case = readonly [status: number, body: string, kind: string, reason: string, doubtful?: true]

/** Bodies and statuses: connectwise-api.md 3. */
const cases: readonly Case[] = [
  [200, html, 'later', 'bad-reply', true],
  [200, '', 'later', 'bad-reply', true],
  [201, '{"id": 43', 'later', 'bad-reply', true],
  [302, '', 'later', 'wrong-address', true],
  [400, invalidObject('MissingRequiredField', 'company is required.'), 'refused', 'missing-value'],
  [400, invalidObject('NotFound', 'Service Status X not found for Service Board 3.'), 'refused', 'unknown-value'],
  [400, invalidObject('InvalidField', 'Service Board Old is inactive.'), 'refused', 'unknown-value'],
  [400, invalidObject('InvalidField', 'Please choose where to display the notes.'), 'refused', 'invalid-value'],
  [400, invalidObject('MaxLength', 'The field summary must be ...'), 'refused', 'invalid-value'],
  [400, '{"code":"ApiFindCondition","message":"foo is not a recognized name."}', 'refused', 'invalid-value'],
  [400, '{"code":"ConnectWiseApi","message":"Could not find member \'x\'"}', 'refused', 'invalid-value'],
  [400, '{"code":"InvalidObject","message":"x","errors":[null,"text",7]}', 'refused', 'invalid-value'],
  [400, html, 'later', 'server-error', true],
  [401, '', 'denied', 'bad-credentials'],
  [401, html, 'denied', 'bad-credentials'],
  [403, '{"code":"Security","message":"SSL is required.","errors":null}', 'denied', 'wrong-address'],
  [403, '{"code":"Security","message":"The clientId header is missing."}', 'denied', 'bad-credentials'],
  [403, '{"code":"Security","message":"No permission."}', 'denied', 'missing-right'],
  [403, html, 'later', 'server-error', true],
  [404, html, 'later', 'wrong-address'],
  [404, '', 'later', 'wrong-address'],
  [404, '{"code":"NotFound","message":"Not here."}', 'denied', 'bad-credentials'],
  [405, html, 'later', 'wrong-address'],
  [405, '{"message":"no such method"}', 'refused', 'invalid-value'],
  [408, '', 'later', 'server-error', true],
  [409, '{"code":"Conflict","message":"in use"}', 'later', 'locked'],
  [415, '{"message":"multipart wanted"}', 'refused', 'invalid-value'],
  [429, '{"error":"ConnectWiseAPI","message":"Too many requests."}', 'limited', 'rate-limited'],
  [500, '{"code":"ConnectWiseApi","message":"undefined"}', 'later', 'server-error', true],
  [502, html, 'later', 'server-error', true],
  [503, '', 'later', 'server-error', true],
]

describe('replyToJson', () => {
  it.each(cases.map((one) => ({ one })))('$one', ({ one: [status, body, kind, reason, doubtful] }) => {
    const written = failureOf({ status, body }, { write: true })
    expect(written).toMatchObject({ kind, reason, outcome: doubtful ? 'unknown' : 'not-done' })
    expect(written.message.length).toBeGreaterThan(20)
    expect(written.message).not.toContain('<')
    expect(failureOf({ status, body }, { write: false })).toMatchObject({ kind, reason, outcome: 'not-done' })
  })

  it('gives the JSON of a good answer', () => {
    expect(replyToJson(toReply({ status: 201, body: '{"id":7}' }), asked({}))).toEqual({ id: 7 })
    expect(replyToJson(toReply({ status: 200, body: 'null' }), asked({}))).toBeNull()
  })

  it('leaves open whether a record is missing or the address is wrong', () => {
    const failure = failureOf(
      { status: 404, body: '{"code":"NotFound","message":"Ticket 7 not found."}' },
      { onRecord: true },
    )
    expect(failure).toMatchObject({ kind: 'later', reason: 'wrong-address', outcome: 'not-done' })
    expect(failure.message).toContain('"Ticket 7 not found."')
  })

  it.each([
    [undefined, 30],
    ['45', 45],
    ['0', 1],
    ['Sun, 22 Nov 2026 08:02:00 GMT', 120],
    ['999999', 3_600],
    ['soon', 30],
  ])('waits after Retry-After %s for %i seconds', (retryAfter, seconds) => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
    const { until } = failureOf({ status: 429, body: '', headers }, {})
    expect(until?.getTime()).toBe(now.getTime() + seconds * 1_000)
  })

  it('quotes every fault with its field, shortly and without secrets', () => {
    const body = JSON.stringify({
      code: 'InvalidObject',
      message: 'ticket object is invalid',
      errors: [
        { code: 'NotFound', message: `Type ${secret} not found.`, resource: 'ticket', field: 'type/id' },
        { code: 'X', message: 'y'.repeat(5_000), resource: 'ticket', field: 'summary' },
      ],
    })
    const { message } = failureOf({ status: 400, body }, {})
    expect(message).toContain('"ticket object is invalid | Type *** not found. (type/id) | yyy')
    expect(message).not.toContain(secret)
    expect(message.length).toBeLessThan(1_000)
  })
})

function invalidObject(code: string, message: string): string {
  const errors = [{ code, message, resource: 'ticket', field: 'board/id' }]
  return JSON.stringify({ code: 'InvalidObject', message: 'ticket object is invalid', errors })
}

function asked(change: { write?: boolean; onRecord?: boolean }) {
  const redact = (text: string): string => text.replaceAll(secret, '***')
  return { write: false, onRecord: false, what: 'POST service/tickets', now, redact, ...change }
}

function toReply({
  status,
  body,
  headers = {},
}: {
  status: number
  body: string
  headers?: Record<string, string>
}): HttpReply {
  return { status, headers, text: body, json: () => JSON.parse(body) }
}

function failureOf(reply: Parameters<typeof toReply>[0], change: Parameters<typeof asked>[0]): ConnectorError {
  try {
    replyToJson(toReply(reply), asked(change))
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('The answer was taken, but is none.')
}
