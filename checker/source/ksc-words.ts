/**
 * The reasons of `KLHST_WKS_STATUS_MASK`, bit 0 first, by the key of their row of rules and in the words of our tickets
 * (ksc-open-api.md 4.6). Written down once more on purpose: a row that the product mixes up must not be mixed up here too.
 */
const rows: readonly (readonly [key: string, words: string])[] = [
  ['unmanaged', 'Device has become unmanaged'],
  ['protection-disabled', 'Protection is disabled'],
  ['application-not-running', 'Security application is not running'],
  ['too-many-viruses', 'Too many viruses detected'],
  ['protection-level-differs', 'Real-time protection level differs from the level set by the Administrator'],
  ['application-not-installed', 'Security application is not installed'],
  ['scan-overdue', 'Malware scan has not been performed in a long time'],
  ['databases-outdated', 'Databases are outdated'],
  ['not-connected', 'Not connected in a long time'],
  ['license-expired', 'License expired or expires soon'],
  ['active-threats', 'Active threats are detected'],
  ['restart-required', 'Restart is required'],
  ['incompatible-applications', 'Incompatible applications are installed'],
  ['vulnerabilities', 'Software vulnerabilities have been detected'],
  ['updates-check-overdue', 'Check for Windows Update updates has not been performed in a long time'],
  ['encryption-status', 'Invalid encryption status'],
  ['mobile-settings', 'Mobile device settings do not comply with the policy'],
  ['incidents', 'Unprocessed incidents (security issues) detected'],
  ['defined-by-application', 'Device status defined by application'],
  ['disk-space', 'Device is out of disk space'],
]

/** Words of a status description, by bit. */
export const kscWords: readonly string[] = rows.map(([, words]) => words)

/** Key of its row of rules, by bit. */
export const kscKeys: readonly string[] = rows.map(([key]) => key)
