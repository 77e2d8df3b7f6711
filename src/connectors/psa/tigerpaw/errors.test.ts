import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'
import { type Asked, replyToJson } from './errors.ts'

const now = new Date('2026-11-22T08:00:00Z')
const asked: Asked = {
  write: true,
  onOrder: true,
  what: 'PUT serviceorders/7',
  now,
  redact: (text) => text.replaceAll('hush', '***'),
}

describe('replyToJson', () => {
  it('gives the JSON of a good answer', () => {
    expect(replyToJson(reply(200, '{"Success":true}'), asked)).toEqual({ Success: true })
    expect(replyToJson(reply(201, '[1]'), asked)).toEqual([1])
    expect(replyToJson(reply(200, 'null'), asked)).toBeNull()
  })

  it.each<[string, string, string, string]>([
    ["Priority 'X' does not exist.", 'refused', 'unknown-value', 'not-done'],
    ['Invalid Status', 'refused', 'unknown-value', 'not-done'],
    ['AccountNumber is required.', 'refused', 'missing-value', 'not-done'],
    ['BriefDescription cannot be blank', 'refused', 'missing-value', 'not-done'],
    ['Reference is too long.', 'refused', 'invalid-value', 'not-done'],
    ['Service order 7 is locked by Kim Lee and cannot be updated.', 'later', 'locked', 'not-done'],
    ['The record is being edited by KLEE', 'later', 'locked', 'not-done'],
    ['You do not have rights to update service orders.', 'denied', 'missing-right', 'not-done'],
    ['User is not authorized to update service orders.', 'denied', 'missing-right', 'not-done'],
    ['Timeout expired. The timeout period elapsed', 'later', 'server-error', 'unknown'],
    ['Transaction was deadlocked on lock resources', 'later', 'server-error', 'unknown'],
    ['', 'refused', 'invalid-value', 'not-done'],
  ])('Success false with "%s" is %s', (Message, kind, reason, outcome) => {
    const failure = failureOf(reply(200, JSON.stringify({ Success: false, Message })))
    expect(failure).toMatchObject({ kind, reason, outcome })
    expect(failure.message).toContain(Message)
  })

  it.each<[number, string, string, string, string]>([
    [400, '{"Message":"Priority \'X\' does not exist."}', 'refused', 'unknown-value', 'not-done'],
    [409, '{"Message":"No."}', 'refused', 'invalid-value', 'not-done'],
    [422, '{"Message":"Status is required."}', 'refused', 'missing-value', 'not-done'],
    [423, '{"Message":"Service order 7 is locked."}', 'later', 'locked', 'not-done'],
    [500, '{"Message":"Service order 7 is locked."}', 'later', 'locked', 'not-done'],
    [403, '{"Message":"No."}', 'denied', 'missing-right', 'not-done'],
    [403, '<title>Forbidden</title>', 'later', 'bad-reply', 'unknown'],
    [404, '{"Message":"Service order 7 does not exist."}', 'refused', 'unknown-value', 'not-done'],
    [404, '{"Message":"No HTTP resource was found that matches"}', 'later', 'wrong-address', 'not-done'],
    [404, '<title>Not found</title>', 'later', 'wrong-address', 'not-done'],
    [405, '{"Message":"The requested resource does not support http method"}', 'later', 'wrong-address', 'not-done'],
    [408, '', 'later', 'server-error', 'unknown'],
    [500, '{"Message":"An error has occurred."}', 'later', 'server-error', 'unknown'],
    [502, '<title>Bad gateway</title>', 'later', 'server-error', 'unknown'],
    [302, '', 'later', 'bad-reply', 'unknown'],
    [200, '<title>Log in</title>', 'later', 'bad-reply', 'unknown'],
    [200, '', 'later', 'bad-reply', 'unknown'],
  ])('%i with %s is %s', (status, text, kind, reason, outcome) => {
    const failure = failureOf(reply(status, text))
    expect(failure).toMatchObject({ kind, reason, outcome })
    expect(failure.message).not.toContain('<')
  })

  it('is in no doubt about a call that only reads', () => {
    expect(failureOf(reply(500, ''), { ...asked, write: false })).toMatchObject({ outcome: 'not-done' })
    const timeout = reply(200, '{"Success":false,"Message":"Timeout expired."}')
    expect(failureOf(timeout, { ...asked, write: false })).toMatchObject({ outcome: 'not-done' })
  })

  it('takes words about a lock for one only where an order can be locked', () => {
    const text = '{"Success":false,"Message":"Account is locked by policy"}'
    expect(failureOf(reply(200, text), { ...asked, onOrder: false })).toMatchObject({ kind: 'refused' })
  })

  it('tells what ASP.NET says about single properties', () => {
    const text = '{"Message":"The request is invalid.","ModelState":{"model.TakenBy":["TakenBy is required."]}}'
    const failure = failureOf(reply(400, text))
    expect(failure).toMatchObject({ kind: 'refused', reason: 'missing-value' })
    expect(failure.message).toContain('"The request is invalid. TakenBy is required."')
  })

  it('keeps secrets and tokens that were echoed to itself, and long texts short', () => {
    const Message = `hush TSI QUFBQUFBQUE6bWFj== ${'x'.repeat(2_000)}`
    const { message } = failureOf(reply(200, JSON.stringify({ Success: false, Message })))
    expect(message).toContain('*** TSI *** xxx')
    expect(message.length).toBeLessThan(900)
  })

  it('says in a 401 how far the clocks differ, when they do', () => {
    const at = (date: string) => failureOf(reply(401, '', { date })).message
    expect(at('Sun, 22 Nov 2026 08:01:59 GMT')).not.toContain('differ')
    expect(at('Sun, 22 Nov 2026 09:00:00 GMT')).toMatch(
      /differ by 60 minutes: here it is Sun, 22 Nov 2026 08:00:00 GMT/,
    )
    expect(at('never')).toMatch(/this machine's clock/)
    const rights = '{"Message":"You do not have rights to get accounts."}'
    expect(failureOf(reply(401, rights))).toMatchObject({ kind: 'denied', reason: 'missing-right' })
  })

  it.each([
    [undefined, 30],
    ['7', 7],
    ['0', 1],
    ['Sun, 22 Nov 2026 08:02:00 GMT', 120],
    ['99999', 3_600],
    ['soon', 30],
  ])('holds back after a 429 with Retry-After %s for %i s', (header, seconds) => {
    const failure = failureOf(reply(429, '', header === undefined ? {} : { 'retry-after': header }))
    expect(failure).toMatchObject({ kind: 'limited', reason: 'rate-limited', outcome: 'not-done' })
    expect(failure.until).toEqual(new Date(now.getTime() + seconds * 1_000))
  })
})

function failureOf(answer: HttpReply, call: Asked = asked): ConnectorError {
  try {
    replyToJson(answer, call)
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('it was taken for a good answer')
}

function reply(status: number, text: string, headers: Record<string, string> = {}): HttpReply {
  return { status, headers, text, json: () => JSON.parse(text) }
}
