import type { ReadRule } from './read-rules.ts'

/** What a pattern of a mail may look at; `text` is the subject, a line break and the body. */
export const mailFields = ['subject', 'from', 'to', 'body', 'text'] as const

const microsoft365 = { product: 'microsoft-365' } as const
const aboutMicrosoft365 = {
  field: 'text',
  pattern: 'Microsoft 365|Office 365|Exchange Online|OneDrive|SharePoint',
} as const

function mailOf(name: string, pattern: string, words: Readonly<Record<string, string>>): ReadRule {
  return {
    name,
    enabled: true,
    when: [aboutMicrosoft365, { field: 'text', pattern }],
    words: { ...microsoft365, ...words },
  }
}

const lost =
  '(?:cannot|could not|can.t|failed to|unable to) connect to|(?:no|lost|problem with the) connection (?:to|with)'

/**
 * The patterns a mail source begins with; a person edits them. Which notifications there are is documented (kaspersky-cloud.md
 * section 3, KSO365 143159 and 176963; KSC Cloud Console 189656), their wording is not: each looks for the words of the
 * documented kind, and no more. Order matters: the first that fits wins.
 */
export const defaultMailPatterns: readonly ReadRule[] = [
  {
    // The text an administrator of KSC gives its notifications, see docs/HUB-MAIL.md.
    name: 'KSC notification in the text of our guide',
    enabled: true,
    when: [
      { field: 'body', pattern: '(?m)^Severity: *(?<severity>\\S.*)$' },
      { field: 'body', pattern: '(?m)^Device: *(?<computer>\\S.*)$' },
      { field: 'body', pattern: '(?m)^Event: *(?<type>\\S.*)$' },
      { field: 'body', pattern: '(?ms)^Description: *(?<text>\\S.*)' },
    ],
    words: { product: 'endpoint-security-cloud' },
  },
  {
    name: 'KSC Cloud Console: several events',
    enabled: true,
    when: [
      {
        field: 'text',
        pattern:
          '\\d+ (?<severity>critical|functional failure|warning|info|kritisch|funktionsfehler|warnung|infomeldung)\\b.{0,80}(?:events?|ereignisse)\\b.{0,40}(?:occurred|aufgetreten)',
      },
    ],
    words: { product: 'endpoint-security-cloud', type: 'ksc-several-events', title: 'Several events have occurred' },
  },
  mailOf(
    'Exchange Online is connected again',
    '(?:connection (?:to|with) Exchange Online|protection of (?:the )?mailboxes) (?:has been|was|is) (?:restored|resumed)',
    {
      type: 'm365-mailboxes-not-protected',
      title: 'Mailboxes protection is not provided',
      severity: 'critical',
      state: 'resolved',
    },
  ),
  mailOf('Exchange Online is not connected', `(?:${lost}) Exchange Online|mailboxes protection is not provided`, {
    type: 'm365-mailboxes-not-protected',
    title: 'Mailboxes protection is not provided',
    severity: 'critical',
    state: 'raised',
  }),
  mailOf('OneDrive is not connected', `(?:${lost}) OneDrive`, {
    type: 'm365-onedrive-not-connected',
    title: 'No connection to OneDrive',
    severity: 'functional-failure',
  }),
  mailOf('SharePoint is not connected', `(?:${lost}) SharePoint`, {
    type: 'm365-sharepoint-not-connected',
    title: 'No connection to SharePoint Online',
    severity: 'functional-failure',
  }),
  mailOf(
    'More selected than licensed',
    '(?:mailboxes|users|sites).{0,60}\\bexceeds?\\b.{0,40}\\b(?:limit|licen[cs]e)',
    {
      type: 'm365-license-limit-exceeded',
      title: 'More users, mailboxes or sites selected than licensed',
      severity: 'warning',
    },
  ),
  mailOf('License is right again', 'licen[cs]e (?:has been|was) (?:renewed|extended|replaced)', {
    type: 'm365-license-issue',
    title: 'License-related issue occurred',
    severity: 'critical',
    state: 'resolved',
  }),
  mailOf(
    'License expires or has expired',
    'licen[cs]e.{0,60}\\b(?:about to expire|will expire|expires|has expired|expired)|license-related issue',
    {
      type: 'm365-license-issue',
      title: 'License-related issue occurred',
      severity: 'critical',
      state: 'raised',
    },
  ),
  mailOf('Phishing', '\\bphishing\\b|malicious link', {
    type: 'm365-phishing-detected',
    title: 'Phishing detected in a mailbox',
    severity: 'critical',
  }),
  mailOf(
    'Filtered attachment',
    '\\b(?:filtered attachments?|attachments? (?:has been |was |were )?filtered|attachment filtering)\\b',
    {
      type: 'm365-attachment-filtered',
      title: 'Attachment filtered',
      severity: 'warning',
    },
  ),
  mailOf('Confidential data', '\\bconfidential data\\b', {
    type: 'm365-confidential-data',
    title: 'Confidential data detected',
    severity: 'warning',
  }),
  mailOf(
    'Threat in OneDrive or SharePoint',
    '(?:threat|malware|malicious object|virus)s?\\b.{0,120}\\b(?:OneDrive|SharePoint)',
    {
      type: 'm365-threat-in-files',
      title: 'Threat detected in OneDrive or SharePoint',
      severity: 'critical',
    },
  ),
  mailOf('Malware', '\\b(?:malware|malicious object|virus|threats? (?:has been |was |were )?(?:detected|found))', {
    type: 'm365-malware-detected',
    title: 'Malware detected in a mailbox',
    severity: 'critical',
  }),
  mailOf('Workspace is deleted', 'workspace.{0,80}\\b(?:deleted|deletion)', {
    type: 'm365-workspace-deletion',
    title: 'Workspace is about to be deleted',
    severity: 'critical',
  }),
  mailOf('Application is unavailable', '\\b(?:temporarily )?unavailable\\b', {
    type: 'm365-application-unavailable',
    title: 'Application is unavailable for a time',
    severity: 'functional-failure',
  }),
  mailOf('Application is updated', '\\b(?:will (?:soon )?be updated|upcoming update)\\b', {
    type: 'm365-application-update',
    title: 'Application will be updated soon',
    severity: 'warning',
  }),
]
