/** When a state of our own becomes an alarm. All times in minutes unless the name says otherwise. */
export type WatchThresholds = {
  readonly sourceSilentMinutes: number
  readonly tenantSilentMinutes: number
  readonly psaRefusingMinutes: number
  readonly psaUnreachableMinutes: number
  readonly psaLimitedMinutes: number
  readonly ticketsStuckMinutes: number
  /** Of the rolling hour. */
  readonly budgetPercent: number
  readonly backlogMinutes: number
  readonly diskFreeMegabytes: number
  readonly clockSeconds: number
  /** Before the end of a secret or a certificate. */
  readonly secretDays: number
  readonly webhookMinutes: number
  /** Longest time that a whole drill may take. */
  readonly drillMinutes: number
}

type Bounds = { readonly usual: number; readonly least: number; readonly most: number; readonly help: string }

/** The usual value and the bounds of each, with words for the API and the console. */
export const thresholdBounds: Readonly<Record<keyof WatchThresholds, Bounds>> = {
  sourceSilentMinutes: { usual: 30, least: 5, most: 10_080, help: 'no good poll of a source' },
  tenantSilentMinutes: { usual: 60, least: 5, most: 10_080, help: 'a mapped client does not answer or is gone' },
  psaRefusingMinutes: { usual: 5, least: 0, most: 1_440, help: 'a PSA refuses us' },
  psaUnreachableMinutes: { usual: 15, least: 0, most: 1_440, help: 'a PSA cannot be reached' },
  psaLimitedMinutes: { usual: 60, least: 5, most: 1_440, help: 'a PSA limits us' },
  ticketsStuckMinutes: { usual: 15, least: 0, most: 1_440, help: 'tickets of a PSA are stuck' },
  budgetPercent: { usual: 80, least: 10, most: 100, help: 'used of the hourly budget, per cent' },
  backlogMinutes: { usual: 30, least: 5, most: 1_440, help: 'tickets are due for so long and do not become fewer' },
  diskFreeMegabytes: { usual: 2_048, least: 100, most: 1_000_000, help: 'free on the disk of the embedded database' },
  clockSeconds: { usual: 30, least: 5, most: 3_600, help: 'difference of a clock' },
  secretDays: { usual: 14, least: 1, most: 90, help: 'before a secret or a pinned certificate ends' },
  webhookMinutes: { usual: 15, least: 1, most: 1_440, help: 'a message waits for the webhook' },
  drillMinutes: { usual: 15, least: 2, most: 240, help: 'longest time of a whole drill' },
}

export const usualThresholds = Object.fromEntries(
  Object.entries(thresholdBounds).map(([name, { usual }]) => [name, usual]),
) as WatchThresholds
