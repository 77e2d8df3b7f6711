import type { Reason } from './truth.ts'

/**
 * What a hub reports, by the key of its row of rules and in the words of our tickets (kaspersky-msp-product.md 9.3, 10.1 and 11).
 * Written down once more on purpose: a row that the product mixes up must not be mixed up here too.
 */

export const hubStatusWords: Readonly<Record<string, string>> = {
  'application-not-installed': 'Security application is not installed',
  'application-not-running': 'Security application is not running',
  'protection-disabled': 'Real-time protection is disabled',
  'databases-outdated': 'Databases have not been updated in a long time',
  'not-connected': 'Not connected in a long time',
  'encryption-status': 'Invalid encryption status',
  'license-expired': 'License has expired',
  'defined-by-application': 'Status stated by the managed application',
}

/** The events of Security for Microsoft 365 that have an end, and so tickets that close by themselves. */
export const hubLastingWords: Readonly<Record<string, string>> = {
  'm365-mailboxes-not-protected': 'Mailboxes protection is not provided',
  'm365-license-issue': 'License-related issue occurred',
}

/** Other events of Security for Microsoft 365; those of computers bring words of their own. */
export const hubEventWords: Readonly<Record<string, string>> = {
  'm365-malware-detected': 'Malware detected in a mailbox',
  'm365-phishing-detected': 'Phishing detected in a mailbox',
  'm365-attachment-filtered': 'Attachment filtered',
  'm365-confidential-data': 'Confidential data detected',
  'm365-threat-in-files': 'Threat detected in OneDrive or SharePoint',
  'm365-onedrive-not-connected': 'No connection to OneDrive',
  'm365-sharepoint-not-connected': 'No connection to SharePoint Online',
  'm365-application-unavailable': 'Application is unavailable for a time',
  'm365-application-update': 'Application will be updated soon',
  'm365-license-limit-exceeded': 'More users, mailboxes or sites selected than licensed',
  'm365-workspace-deletion': 'Workspace is about to be deleted',
}

/** A status of a computer as rules and tickets call it. */
export function statusReason(key: string): Reason {
  return { key, what: hubStatusWords[key] ?? `Status “${key}”`, isEvent: false }
}
