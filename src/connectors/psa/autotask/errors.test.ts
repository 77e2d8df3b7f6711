import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'
import { replyToJson } from './errors.ts'

const now = new Date('2026-11-22T08:00:00Z')

/** Bodies and texts: autotask-api.md 5.3, 5.4, 8, 9. */
const errorTexts: readonly [text: string, kind: string, reason: string][] = [
  ['Picklist value [3] does not exist for priority. ; on record number [1].', 'refused', 'unknown-value'],
  ['Value does not exist for child picklist: subIssueType', 'refused', 'unknown-value'],
  ['Reference value on field: contactID of type: Contact does not exist or is invalid.', 'refused', 'unknown-value'],
  [
    'The specified AssignedResourceID and AssignedRoleID combination is not currently defined',
    'refused',
    'unknown-value',
  ],
  ['The given allocation code is not an active general allocation code', 'refused', 'unknown-value'],
  ['Unable to find projectID in the TimeEntry Entity', 'refused', 'unknown-value'],
  [
    'No message. No matching records found. The logged in Resource may not have the required permissions to delete the data.',
    'refused',
    'unknown-value',
  ],
  ['dueDateTime is required.; on record number [0].', 'refused', 'missing-value'],
  ['queueID is required', 'refused', 'missing-value'],
  ['Missing Required Field: title', 'refused', 'missing-value'],
  [
    'assignedResourceID, assignedResourceRoleID, and queueID cannot all be empty. Supply a queueID or both an assignedResourceID and assignedResourceRoleID.',
    'refused',
    'missing-value',
  ],
  [
    'Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.',
    'refused',
    'missing-value',
  ],
  ['Unexpected character encountered while parsing value: t. Path', 'refused', 'invalid-value'],
  ["Conversion failed when converting varchar 'x' to data type int", 'refused', 'invalid-value'],
  ['maxCountOfRecordsToReturn must be between 1 and 500', 'refused', 'invalid-value'],
  ['A text nobody has seen before', 'refused', 'invalid-value'],
  [
    'The logged in Resource does not have the adequate permissions to create this entity type.',
    'denied',
    'missing-right',
  ],
  ['IntegrationCode is invalid.', 'denied', 'bad-credentials'],
  ['Zone information could not be determined', 'denied', 'bad-credentials'],
  ['The Autotask API thread threshold of 3 threads has been exceeded.', 'limited', 'rate-limited'],
  ['You have exceeded the external request threshold of 10000 per hour.', 'limited', 'rate-limited'],
  [
    'Transaction (Process ID 71) was deadlocked on lock resources with another process. Rerun the transaction.',
    'later',
    'server-error',
  ],
  ['Object reference not set to an instance of an object.', 'later', 'server-error'],
]

const html = '<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body>down</body></html>'

const statuses: readonly [status: number, body: string, kind: string, reason: string, unknownForWrites: boolean][] = [
  [200, html, 'later', 'bad-reply', true],
  [200, '', 'later', 'bad-reply', true],
  [200, '{"itemId": 43', 'later', 'bad-reply', true],
  [302, '', 'later', 'server-error', true],
  [400, '{"Message":"Bad Request"}', 'refused', 'invalid-value', false],
  [400, html, 'later', 'server-error', true],
  [401, '', 'denied', 'bad-credentials', false],
  [401, html, 'denied', 'bad-credentials', false],
  [403, '{"Message":"Forbidden"}', 'denied', 'missing-right', false],
  [403, html, 'later', 'server-error', true],
  [404, html, 'later', 'wrong-address', false],
  [404, '{"Message":"No HTTP resource was found"}', 'later', 'wrong-address', false],
  [405, html, 'later', 'wrong-address', false],
  [
    405,
    '{"Message":"The requested resource does not support http method \'PATCH\'."}',
    'refused',
    'invalid-value',
    false,
  ],
  [408, '', 'later', 'server-error', true],
  [429, '', 'limited', 'rate-limited', false],
  [429, html, 'limited', 'rate-limited', false],
  [500, '', 'later', 'server-error', true],
  [500, html, 'later', 'server-error', true],
  [500, '{"errors":[]}', 'later', 'server-error', true],
  [500, '{"Message":"An error has occurred."}', 'later', 'server-error', true],
  [502, html, 'later', 'server-error', true],
  [503, '', 'later', 'server-error', true],
  [504, html, 'later', 'server-error', true],
]

describe('replyToJson', () => {
  it.each(errorTexts)('500 "%s" is %s, %s', (text, kind, reason) => {
    const failure = failureOf(500, JSON.stringify({ errors: [text] }), true)
    expect(failure).toMatchObject({ kind, reason, outcome: kind === 'later' ? 'unknown' : 'not-done' })
    if (kind === 'refused' || kind === 'denied') expect(failure.message).toContain(text)
  })

  it.each(statuses)('%i with %j is %s, %s', (status, body, kind, reason, unknownForWrites) => {
    expect(failureOf(status, body, true)).toMatchObject({
      kind,
      reason,
      outcome: unknownForWrites ? 'unknown' : 'not-done',
    })
    expect(failureOf(status, body, false)).toMatchObject({ kind, reason, outcome: 'not-done' })
  })

  it('reads errors even in a 200', () => {
    expect(failureOf(200, '{"errors":["queueID is required"]}', true)).toMatchObject({ reason: 'missing-value' })
  })

  it('gives the JSON of a good answer', () => {
    expect(replyToJson(replyOf(200, '{"itemId":null}'), asked(true))).toEqual({ itemId: null })
  })

  it('waits seconds for a thread, minutes for the hourly count', () => {
    const threads = failureOf(500, '{"errors":["thread threshold of 3 threads has been exceeded."]}', true)
    const hour = failureOf(500, '{"errors":["The external request threshold has been exceeded."]}', true)
    expect(seconds(threads)).toBeLessThanOrEqual(10)
    expect(seconds(hour)).toBeGreaterThanOrEqual(60)
  })

  it.each([
    ['17', 17],
    ['Sun, 22 Nov 2026 08:00:40 GMT', 40],
    ['Sun, 22 Nov 2026 07:00:00 GMT', 1],
    ['999999', 3_600],
    ['soon', 5],
  ])('takes Retry-After %s as %i s', (header, wanted) => {
    expect(seconds(failureOf(429, '', false, { 'retry-after': header }))).toBe(wanted)
  })

  it('names all errors of an answer and strikes secrets out of them', () => {
    const body = JSON.stringify({ errors: ['startDateTime cannot be edited.', 'Secret hush-hush was used'] })
    const { message } = failureOf(500, body, true)
    expect(message).toContain('startDateTime cannot be edited.')
    expect(message).toContain('Secret *** was used')
    expect(message).not.toContain('hush-hush')
  })

  it('quotes of a web page only its title, and of a long text only the start', () => {
    expect(failureOf(503, html, false).message).toContain('"Service Unavailable"')
    expect(failureOf(503, html, false).message).not.toContain('<')
    expect(failureOf(500, JSON.stringify({ errors: ['x'.repeat(50_000)] }), true).message.length).toBeLessThan(1_000)
  })
})

function failureOf(status: number, text: string, write: boolean, headers: Record<string, string> = {}): ConnectorError {
  try {
    replyToJson(replyOf(status, text, headers), asked(write))
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('no failure')
}

function asked(write: boolean) {
  return { write, what: 'POST Tickets', now, redact: (text: string) => text.replaceAll('hush-hush', '***') }
}

function replyOf(status: number, text: string, headers: Record<string, string> = {}): HttpReply {
  return { status, headers, text, json: () => JSON.parse(text) }
}

function seconds(failure: ConnectorError): number {
  return ((failure.until?.getTime() ?? 0) - now.getTime()) / 1_000
}
