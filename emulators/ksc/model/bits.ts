// Numbers with a meaning, all from ksc-open-api.md 4.4 and 4.6.

/** `KLHST_WKS_STATUS_ID`; not in order of seriousness. */
export const statusId = { ok: 0, critical: 1, warning: 2 } as const

/** Bits of `KLHST_WKS_STATUS_MASK` by what they say. */
export const reason = {
  unmanaged: 0,
  protectionDisabled: 1,
  applicationNotRunning: 2,
  tooManyViruses: 3,
  protectionLevelDiffers: 4,
  applicationNotInstalled: 5,
  scanTooOld: 6,
  databasesOutdated: 7,
  notConnected: 8,
  licenseExpired: 9,
  activeThreats: 10,
  restartRequired: 11,
  incompatibleApplications: 12,
  vulnerabilities: 13,
  updateSearchTooOld: 14,
  encryption: 15,
  mobileSettings: 16,
  incidents: 17,
  setByApplication: 18,
  diskSpace: 19,
} as const

/** Console names of the reasons, by bit. */
export const reasonTexts: readonly string[] = [
  'Device has become unmanaged',
  'Protection is disabled',
  'Security application is not running',
  'Too many viruses detected',
  'Real-time protection level differs from the level set by the Administrator',
  'Security application is not installed',
  'Malware scan has not been performed in a long time',
  'Databases are outdated',
  'Not connected in a long time',
  'License expired; License expires soon',
  'Active threats are detected',
  'Restart is required',
  'Incompatible applications are installed',
  'Software vulnerabilities have been detected',
  'Check for Windows Update updates has not been performed in a long time',
  'Invalid encryption status',
  'Mobile device settings do not comply with the policy',
  'Unprocessed incidents (security issues) detected',
  'Device status defined by application',
  'Device is out of disk space',
]

/** Number of known reasons. */
export const reasonCount = reasonTexts.length

/** `KLHST_WKS_STATUS` bits. */
export const hostState = {
  visible: 0x001,
  managed: 0x002,
  agentInstalled: 0x004,
  agentAlive: 0x008,
  productInstalled: 0x010,
  avNotNeeded: 0x200,
} as const

/** `KLHST_WKS_RTP_STATE` values that count as real-time protection running (4 to 8). */
export const isProtectionRunning = (state: number): boolean => state >= 4 && state <= 8

/** Milliseconds. */
export const second = 1000
/** Milliseconds. */
export const hour = 3_600_000
/** Milliseconds. */
export const day = 86_400_000
