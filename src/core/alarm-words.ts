import type { AlarmKind, AlarmSeverity } from './alarm.ts'

/** Each kind of alarm in words: as a status description of the source “Tocsin”, with the levels that rules are set for. */
export type AlarmWords = {
  readonly title: string
  readonly levels: readonly AlarmSeverity[]
  /** One line: what to do. */
  readonly advice: string
}

export const alarmWords: Readonly<Record<AlarmKind, AlarmWords>> = {
  'source-silent': {
    title: 'A source is not being read',
    levels: ['critical'],
    advice: 'Look at the failure in the status, then at the server, the network between and the account.',
  },
  'channel-silent': {
    title: 'A source cannot listen',
    levels: ['critical'],
    advice: 'Open the channels of the source: each says why it does not listen. Senders wait, or lose what they send.',
  },
  'unread-full': {
    title: 'Too much waits that nobody could read',
    levels: ['warning', 'critical'],
    advice:
      'Open what was not read at this source: save rules or patterns that read it, give it to companies, or remove it.',
  },
  'tenant-silent': {
    title: 'A client of a source does not answer',
    levels: ['warning'],
    advice: 'Look at this virtual server in the security product: it may be stopped, or its rights may be missing.',
  },
  'tenant-vanished': {
    title: 'A mapped client is gone from its source',
    levels: ['warning'],
    advice: 'Bring it back, or unmap it; its open tickets wait for your decision.',
  },
  'psa-refusing': {
    title: 'A PSA refuses Tocsin',
    levels: ['critical'],
    advice: 'Renew the credentials or the rights of the API user, then save the connection again.',
  },
  'psa-unreachable': {
    title: 'A PSA cannot be reached',
    levels: ['critical'],
    advice: 'Look at the vendor’s status page and at the network; nothing is lost, it is delivered afterwards.',
  },
  'psa-limited': {
    title: 'A PSA has been limiting Tocsin for long',
    levels: ['warning'],
    advice: 'Find what else uses the API of this desk, or ask the vendor for a larger allowance.',
  },
  'connection-unusable': {
    title: 'The settings of a connection cannot be used',
    levels: ['critical'],
    advice: 'Open the connection, correct what it names and save it.',
  },
  'tickets-stuck': {
    title: 'Tickets are stuck',
    levels: ['warning'],
    advice: 'Open the list of stuck tickets: each says what the desk answered; correct it, then retry or give up.',
  },
  'budget-low': {
    title: 'The hourly budget of a PSA is nearly used up',
    levels: ['warning'],
    advice: 'Find what opens so many tickets, switch off rules that nobody needs, or ask the vendor for more.',
  },
  'backlog-stands': {
    title: 'The backlog of a PSA does not shrink',
    levels: ['critical'],
    advice: 'See that a worker runs and how fast the desk answers; more workers do not help beyond the desk’s limits.',
  },
  'rules-broken': {
    title: 'Rules no longer fit the desk',
    levels: ['warning'],
    advice: 'Open the rules of this integration: the marked rows name a queue or value that the desk no longer has.',
  },
  'secret-expiring': {
    title: 'A secret is about to expire',
    levels: ['warning', 'critical'],
    advice: 'Make a new one at the vendor, enter it in the connection, and set the new end date in the watch settings.',
  },
  'certificate-expiring': {
    title: 'A pinned certificate is about to expire',
    levels: ['warning', 'critical'],
    advice: 'When it is renewed on the server, enter the new fingerprint or certificate file in the connection.',
  },
  'disk-low': {
    title: 'The disk of the database is nearly full',
    levels: ['critical'],
    advice: 'Free space on this disk, enlarge it, or shorten how long history is kept.',
  },
  'clock-off': {
    title: 'The clock of a machine is wrong',
    levels: ['critical'],
    advice: 'Set the clocks by a time server (NTP): due times, certificates and signatures go by them.',
  },
  'drill-failed': {
    title: 'A drill failed',
    levels: ['critical'],
    advice: 'Read at which part it failed and why; real tickets meet the same. Run it again when it is mended.',
  },
  'webhook-failing': {
    title: 'The webhook cannot be delivered',
    levels: ['warning'],
    advice: 'Look at the receiver: it must answer with 2xx within ten seconds. Messages are kept and sent again.',
  },
  'watch-silent': {
    title: 'Nobody watches',
    levels: ['critical'],
    advice: 'Start a process with the role “all” or “worker”: without one no source is read and no ticket is tended.',
  },
}
