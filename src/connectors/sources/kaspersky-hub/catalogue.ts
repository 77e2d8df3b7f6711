import type { Severity, TroubleLevel } from '../../../core/observation.ts'
import type { Catalogue, EventTraits, EventType, StatusDescription } from '../../source.ts'

/** The two products of a hub. Ticketing is set up for each by itself (kaspersky-msp-product.md 10.1). */
export const endpointSecurityCloud = 'endpoint-security-cloud'
export const microsoft365 = 'microsoft-365'
export type Product = typeof endpointSecurityCloud | typeof microsoft365

const levels: readonly TroubleLevel[] = ['warning', 'critical']

/** The eight descriptions of Endpoint Security Cloud, in the vendor's order (kaspersky-msp-product.md 9.3). */
const descriptions: readonly (readonly [key: string, title: string, advice: string])[] = [
  [
    'application-not-installed',
    'Security application is not installed',
    'Install the security application on the device, or check in the console why the last installation failed.',
  ],
  [
    'application-not-running',
    'Security application is not running',
    'Start the security application on the device; if it stops again, repair it or install it anew.',
  ],
  [
    'protection-disabled',
    'Real-time protection is disabled',
    'Switch real-time protection on again and find out who or which security profile switched it off.',
  ],
  [
    'databases-outdated',
    'Databases have not been updated in a long time',
    'Start an update on the device, and check that it reaches the Internet.',
  ],
  [
    'not-connected',
    'Not connected in a long time',
    'Check whether the device is still in use; if so, check its network, if not, delete it in the console.',
  ],
  [
    'encryption-status',
    'Invalid encryption status',
    'Compare the encryption settings of the profile with the drives of the device; the user may have to restart it.',
  ],
  ['license-expired', 'License has expired', 'Renew the license of the company in Kaspersky Business Hub.'],
  [
    'defined-by-application',
    'Status stated by the managed application',
    'Read the text of the status: usually the security settings do not fit the version on the device.',
  ],
]

const statuses: readonly StatusDescription[] = descriptions.map(([key, title, advice]) => ({
  key,
  title,
  levels,
  advice,
  product: endpointSecurityCloud,
}))

/** Types of this product begin with it, whether the catalogue lists them or not. */
const microsoft365Prefix = 'm365-'
const endpointPrefix = 'esc-'

const malware = 'Look at the object and the user in the event, isolate the device if needed, and run a full scan.'
const mail = 'Look at the message in the console of Security for Microsoft 365, and warn the user who was to get it.'
const connection = 'Sign in to the workspace and grant the application its access to Microsoft 365 again.'
const licence = 'Compare the protected mailboxes with the licence, and renew or enlarge it.'

/** Severities of Microsoft 365 events are ours: the vendor's pages name none (kaspersky-msp-product.md 11). */
const named: readonly (readonly [key: string, title: string, severity: Severity, advice: string])[] = [
  ['m365-malware-detected', 'Malware detected in a mailbox', 'critical', mail],
  ['m365-phishing-detected', 'Phishing detected in a mailbox', 'critical', mail],
  ['m365-attachment-filtered', 'Attachment filtered', 'warning', mail],
  [
    'm365-confidential-data',
    'Confidential data detected',
    'warning',
    'Check with the user whether this data may be kept or sent there.',
  ],
  ['m365-threat-in-files', 'Threat detected in OneDrive or SharePoint', 'critical', malware],
  ['m365-onedrive-not-connected', 'No connection to OneDrive', 'functional-failure', connection],
  ['m365-sharepoint-not-connected', 'No connection to SharePoint Online', 'functional-failure', connection],
  [
    'm365-application-unavailable',
    'Application is unavailable for a time',
    'functional-failure',
    'Wait for the vendor; look at the notice in the console for the times.',
  ],
  [
    'm365-application-update',
    'Application will be updated soon',
    'warning',
    'Look at the notice in the console for the time, and tell those who work there.',
  ],
  ['m365-license-limit-exceeded', 'More users, mailboxes or sites selected than licensed', 'warning', licence],
  [
    'm365-workspace-deletion',
    'Workspace is about to be deleted',
    'critical',
    'Renew the licence in time, or save what is still needed from the workspace.',
  ],
]

/** The two events of Microsoft 365 whose tickets close by themselves (kaspersky-msp-product.md 3). */
const lasting: readonly (readonly [key: string, title: string, severity: Severity, advice: string])[] = [
  ['m365-mailboxes-not-protected', 'Mailboxes protection is not provided', 'critical', connection],
  ['m365-license-issue', 'License-related issue occurred', 'critical', licence],
]

/** Events of devices that are common enough to have advice of their own; all others are taken by their severity too. */
const ofDevices: readonly (readonly [key: string, title: string, severity: Severity, advice: string])[] = [
  ['GNRL_EV_VIRUS_FOUND', 'Malicious object detected', 'critical', malware],
  ['GNRL_EV_OBJECT_NOTCURED', 'Object cannot be disinfected', 'critical', malware],
  ['GNRL_EV_VIRUS_OUTBREAK', 'Virus outbreak', 'critical', malware],
  [
    'GNRL_EV_ATTACK_DETECTED',
    'Network attack detected',
    'critical',
    'Find the attacking address in the event; if it is one of your own devices, isolate and scan it.',
  ],
  [
    'GNRL_EV_WEB_URL_BLOCKED',
    'Web address blocked',
    'warning',
    'Check whether the user needs what was blocked; adapt the profile, or talk to the user.',
  ],
  [
    'KLSRV_HOST_OUT_CONTROL',
    'Device has become unmanaged',
    'critical',
    'Restart the Network Agent on the device, or install it again.',
  ],
]

const eventTypes: readonly EventType[] = [
  ...lasting.map((row) => toEventType(row, microsoft365, true)),
  ...named.map((row) => toEventType(row, microsoft365, false)),
  ...ofDevices.map((row) => toEventType(row, endpointSecurityCloud, false)),
]

function toEventType(
  [key, title, usualSeverity, advice]: readonly [string, string, Severity, string],
  product: Product,
  hasEnd: boolean,
): EventType {
  return { key, title, usualSeverity, advice, product, hasEnd }
}

/** Everything a hub can report. */
export const catalogue: Catalogue = {
  products: [
    { key: endpointSecurityCloud, title: 'Kaspersky Endpoint Security Cloud', hasSeverities: true },
    { key: microsoft365, title: 'Kaspersky Security for Microsoft 365', hasSeverities: false },
  ],
  statuses,
  severities: [
    { severity: 'critical', title: 'Critical' },
    { severity: 'functional-failure', title: 'Functional failure' },
    { severity: 'warning', title: 'Warning' },
  ],
  eventTypes,
}

const statusesByKey = new Map(statuses.map((status) => [status.key, status]))
const eventTypesByKey = new Map(eventTypes.map((type) => [type.key, type]))

/** Words for any status key that a channel named, and for events with an end, which hold as a status does. */
export function describeStatus(key: string): StatusDescription {
  const known = statusesByKey.get(key)
  if (known !== undefined) return known
  const event = eventTypesByKey.get(key)
  if (event !== undefined) return { key, title: event.title, levels: [], advice: event.advice }
  const advice = 'Open the properties of the device in the console: it names a status that is new to Tocsin.'
  return { key, title: `Status “${key}”`, levels, advice, product: endpointSecurityCloud }
}

/** What decides about tickets of an event type, also of one that the catalogue does not list. */
export function describeEvent(type: string): EventTraits {
  const product = type.startsWith(microsoft365Prefix) ? microsoft365 : endpointSecurityCloud
  const known = eventTypesByKey.get(type)
  // Events of Microsoft 365 are set up by their names: the rows of severities are the other product's.
  return { product, hasEnd: known?.hasEnd === true, followsSeverity: product === endpointSecurityCloud }
}

/** The key of a type as a channel names it: that of the catalogue, or the vendor's own code kept apart by product. */
export function eventTypeKey(product: Product, type: string): string {
  if (product === microsoft365) return type.startsWith(microsoft365Prefix) ? type : `${microsoft365Prefix}${type}`
  return type.startsWith(microsoft365Prefix) ? `${endpointPrefix}${type}` : type
}
