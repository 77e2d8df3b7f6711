import type { DeskReading } from './desk-reading.ts'

/** Tigerpaw (tigerpaw-api.md 2.4, 2.6): a status of the kind that closes, a date, and the resolutions. */
export const tigerpaw: DeskReading = {
  title: 'BriefDescription',
  titleLimit: 100,
  description: 'WorkRequested',
  account: 'AccountNumber',
  shared: new Set([
    'Status',
    'DateTimeClosed',
    'DateTimeOpened',
    'Resolutions',
    'Symptoms',
    'WorkPerformed',
    'ServiceOrderLock',
    'openTasks',
  ]),
}
