import type { TroubleLevel } from '../../../core/observation.ts'
import type { Catalogue, StatusDescription } from '../../source.ts'
import { eventTypes } from './event-types.ts'

const levels: readonly TroubleLevel[] = ['warning', 'critical']

/** Reason of a computer that is Warning or Critical although its mask names none. */
export const unspecified = 'unspecified'

/** Bit of the reason whose text the application itself writes (`KLHST_WKS_STATUS_HSDP`). */
export const definedByApplication = 'defined-by-application'

/**
 * The reasons of `KLHST_WKS_STATUS_MASK`, bit 0 first, worded as the console of KSC words them (ksc-open-api.md 4.6).
 * The same bits serve Warning and Critical.
 */
const reasons: readonly (readonly [key: string, title: string, advice: string])[] = [
  [
    'unmanaged',
    'Device has become unmanaged',
    'The device is on the network but its Network Agent does not answer: restart the agent service, or install it again.',
  ],
  [
    'protection-disabled',
    'Protection is disabled',
    'Switch real-time protection on again and find out who or which policy switched it off.',
  ],
  [
    'application-not-running',
    'Security application is not running',
    'Start the security application on the device; if it stops again, repair it or install it anew.',
  ],
  [
    'too-many-viruses',
    'Too many viruses detected',
    'Look at the detections, run a full scan, then reset the virus counter of the device in KSC.',
  ],
  [
    'protection-level-differs',
    'Real-time protection level differs from the level set by the Administrator',
    'Compare the policy with the settings on the device and apply the policy again.',
  ],
  [
    'application-not-installed',
    'Security application is not installed',
    'Install the security application with a remote installation task, or check why the last one failed.',
  ],
  [
    'scan-overdue',
    'Malware scan has not been performed in a long time',
    'Run a full scan, and check that the scan task is scheduled for times when the device is on.',
  ],
  [
    'databases-outdated',
    'Databases are outdated',
    'Run the update task on the device, and check that it reaches its update source.',
  ],
  [
    'not-connected',
    'Not connected in a long time',
    'Check whether the device is still in use; if so, check its network and its Network Agent, if not, remove it from KSC.',
  ],
  [
    'license-expired',
    'License expired or expires soon',
    'Renew the license, or add a valid key to the device with a key installation task.',
  ],
  [
    'active-threats',
    'Active threats are detected',
    'Treat the unprocessed objects on the device (advanced disinfection, restart), then run a full scan.',
  ],
  ['restart-required', 'Restart is required', 'Restart the device at a time that suits its user.'],
  [
    'incompatible-applications',
    'Incompatible applications are installed',
    'Remove the other security product from the device with an uninstallation task.',
  ],
  [
    'vulnerabilities',
    'Software vulnerabilities have been detected',
    'Look at the vulnerabilities of the device in KSC and install the fixes.',
  ],
  [
    'updates-check-overdue',
    'Check for Windows Update updates has not been performed in a long time',
    'Run the task that finds vulnerabilities and required updates on the device.',
  ],
  [
    'encryption-status',
    'Invalid encryption status',
    'Compare the encryption policy with the state of the drives of the device; the user may have to restart or enter a password.',
  ],
  [
    'mobile-settings',
    'Mobile device settings do not comply with the policy',
    'Ask the user to apply the settings the policy demands, or adapt the policy.',
  ],
  [
    'incidents',
    'Unprocessed incidents (security issues) detected',
    'Open the incidents of the device in KSC and mark those that are dealt with as processed.',
  ],
  [
    definedByApplication,
    'Device status defined by application',
    'Read the text of the status: the application on the device itself says what is wrong.',
  ],
  [
    'disk-space',
    'Device is out of disk space',
    'Free space on the system drive; without it, updates of the databases fail too.',
  ],
]

/** Keys by bit of the mask. */
export const statusKeys: readonly string[] = reasons.map(([key]) => key)

/**
 * The reasons that are recommended to begin with: each means that a computer is not protected, and each ends by itself once
 * it is put right. Minutes of delay keep out what a restart or an update mends anyway. No event is among them, since none ends.
 */
const starters: Readonly<Record<string, StatusDescription['starter']>> = {
  'protection-disabled': { levels, delayMinutes: 15 },
  'application-not-running': { levels, delayMinutes: 30 },
  'application-not-installed': { levels: ['critical'], delayMinutes: 60 },
  'too-many-viruses': { levels: ['critical'], delayMinutes: 0 },
  'active-threats': { levels, delayMinutes: 0 },
  'databases-outdated': { levels, delayMinutes: 60 },
  'license-expired': { levels, delayMinutes: 0 },
  'not-connected': { levels: ['critical'], delayMinutes: 0 },
  'encryption-status': { levels: ['critical'], delayMinutes: 60 },
  'disk-space': { levels: ['critical'], delayMinutes: 30 },
}

const statuses: readonly StatusDescription[] = [
  ...reasons.map(([key, title, advice]) => {
    const starter = starters[key]
    return { key, title, levels, advice, ...(starter !== undefined && { starter }) }
  }),
  {
    key: unspecified,
    title: 'Reason not named by Kaspersky Security Center',
    levels,
    advice: 'Open the properties of the device in KSC: its status is not OK, but the server names no reason for it.',
  },
]

const statusesByKey = new Map(statuses.map((status) => [status.key, status]))

/** Everything KSC can report. */
export const catalogue: Catalogue = {
  statuses,
  severities: [
    { severity: 'critical', title: 'Critical' },
    { severity: 'functional-failure', title: 'Functional failure' },
    { severity: 'warning', title: 'Warning' },
  ],
  eventTypes,
}

/** Words for any status key, also for a bit that no document names. */
export function describeStatus(key: string): StatusDescription {
  const known = statusesByKey.get(key)
  if (known !== undefined) return known
  const bit = /^unknown-(\d+)$/.exec(key)?.[1]
  return {
    key,
    title: bit === undefined ? key : `Unknown reason (bit ${bit})`,
    levels,
    advice:
      'Open the properties of the device in KSC: this version of the server names a reason that is new to Tocsin.',
  }
}
