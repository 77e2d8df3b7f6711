/** One measurement, as it is printed: one JSON line. What was not measured in its row is left out. */
export type Measurement = {
  readonly thing: string
  readonly version?: string
  readonly row: string
  /** Counts from 1. */
  readonly run: number
  readonly conditions?: number
  readonly opensPerSecond?: number
  readonly closesPerSecond?: number
  readonly requests?: number
  /** Requests the desk got for each step (open or close) that was asked for. */
  readonly requestsPerStep?: number
  /** Steps that never came. */
  readonly lost?: number
  /** Tickets opened for what had an open ticket. */
  readonly doubled?: number
  /** Tickets that stayed open after a kill. */
  readonly neverClosed?: number
  /** From the moment the urgent condition was there to its ticket at the desk. */
  readonly urgentSeconds?: number
  readonly peakInFlight?: number
  /** Proportional set size of all its processes, looked at twice a second. */
  readonly peakMemoryBytes?: number
  /** Seconds of a core that all its processes used, from the first condition on. */
  readonly cpuSeconds?: number
  /** Of a poll: its time over that of the least program that parses and stores the same data. */
  readonly timesParseCopy?: number
  /** Of polls every five minutes. */
  readonly percentOfOneCore?: number
  /** From the first condition to the last step; of a poll, its time. */
  readonly seconds?: number
  /** Load average of the last minute when it began: above 1 means that other work was measured too. */
  readonly loadAtStart: number
  /** Why there are no figures. */
  readonly failed?: string
}

/** The figures that the tables know. */
export type Figure =
  | 'opensPerSecond'
  | 'closesPerSecond'
  | 'requests'
  | 'requestsPerStep'
  | 'lost'
  | 'doubled'
  | 'neverClosed'
  | 'urgentSeconds'
  | 'peakInFlight'
  | 'peakMemoryBytes'
  | 'cpuSeconds'
  | 'timesParseCopy'
  | 'percentOfOneCore'
  | 'seconds'
