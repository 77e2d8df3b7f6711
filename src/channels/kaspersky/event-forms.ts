import type { Severity } from '../../core/observation.ts'

/**
 * The three ways in which Kaspersky Security Center exports an event, as a table: which field says what. A name behind
 * another is looked at when the first is missing. The structured-data form is ksc-open-api.md 7.1, CEF is 7.2; LEEF's
 * field list is not published, so its row takes LEEF's own predefined attributes and the names of the other two.
 */
export type EventForm = {
  readonly name: 'structured data' | 'CEF' | 'LEEF'
  /** The form is this one when each of these fields has one of its values. */
  readonly marks: readonly { readonly field: string; readonly values: readonly string[] }[]
  readonly type: readonly string[]
  readonly title: readonly string[]
  readonly computer: readonly string[]
  readonly text: readonly string[]
  readonly time: readonly string[]
  readonly severity: readonly string[]
  readonly severities: Readonly<Record<string, Severity | 'info'>>
}

const vendors = ['KasperskyLab', 'Kaspersky', 'Kaspersky Lab', 'AO Kaspersky Lab']
const products = ['SecurityCenter', 'Security Center', 'Kaspersky Security Center']

/** KSC's own numbers, not CEF's 0 to 10 (ksc-open-api.md 7.2). */
const ownNumbers = { '4': 'critical', '3': 'functional-failure', '2': 'warning', '1': 'info' } as const

export const eventForms: readonly EventForm[] = [
  {
    name: 'structured data',
    marks: [{ field: 'syslog.element', values: ['event@23668'] }],
    type: ['et', 'syslog.message-id'],
    title: ['etdn'],
    computer: ['hdn', 'syslog.host'],
    text: ['syslog.message', 'etdn'],
    time: [],
    severity: ['syslog.severity'],
    // Only 2 = Critical is seen in samples; the others follow syslog's own meaning (7.1, inferred). 5 and 7 count as info.
    severities: {
      '0': 'critical',
      '1': 'critical',
      '2': 'critical',
      '3': 'functional-failure',
      '4': 'warning',
      '5': 'info',
      '6': 'info',
      '7': 'info',
    },
  },
  {
    name: 'CEF',
    marks: [
      { field: 'cef.vendor', values: vendors },
      { field: 'cef.product', values: products },
    ],
    type: ['cef.id'],
    title: ['cef.name'],
    computer: ['dhost', 'dst'],
    text: ['msg', 'cef.name'],
    time: ['rt'],
    severity: ['cef.severity'],
    severities: ownNumbers,
  },
  {
    name: 'LEEF',
    marks: [
      { field: 'leef.vendor', values: vendors },
      { field: 'leef.product', values: products },
    ],
    type: ['leef.id'],
    title: ['etdn', 'name', 'cat'],
    computer: ['hdn', 'dhost', 'identHostName', 'dst'],
    text: ['msg', 'reason', 'etdn'],
    time: ['devTime', 'rt'],
    severity: ['sev'],
    severities: ownNumbers,
  },
]
