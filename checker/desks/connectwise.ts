import type { DeskReading } from './desk-reading.ts'

/** ConnectWise PSA (connectwise-api.md 7): a status of its board closes; texts of a new ticket become notes. */
export const connectwise: DeskReading = {
  title: 'summary',
  titleLimit: 100,
  description: null,
  account: 'company',
  shared: new Set(['status', 'closedFlag', 'closedDate', 'closedBy', 'dateResolved', 'resolvedBy', 'resolution']),
}
