import type { DeskReading } from './desk-reading.ts'

/** Autotask (autotask-api.md 5): status 5 closes, and the resolution is the ticket's own field. */
export const autotask: DeskReading = {
  title: 'title',
  titleLimit: 255,
  description: 'description',
  account: 'companyID',
  shared: new Set(['status', 'resolution']),
}
