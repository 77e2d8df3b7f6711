import type { LatencyBand, VendorUsage } from '../../../core/budget.ts'
import { type Context, call } from './client.ts'
import { ThresholdInformation } from './wire.ts'

/** What Autotask adds to each call from half and from three quarters of its threshold on (autotask-api.md 9). */
export const latencyBands = [
  { fromShare: 0.5, addedMs: 500 },
  { fromShare: 0.75, addedMs: 1_000 },
] as const satisfies readonly LatencyBand[]

/** Autotask's own count over all programs of the database (autotask-api.md 9); the call itself counts. */
export async function readUsage(context: Context): Promise<VendorUsage> {
  const request = { method: 'GET', path: 'ThresholdInformation', write: false } as const
  const { externalRequestThreshold, requestThresholdTimeframe, currentTimeframeRequestCount } = await call(
    context,
    request,
    ThresholdInformation,
  )
  return {
    used: currentTimeframeRequestCount,
    allowed: externalRequestThreshold,
    windowMinutes: requestThresholdTimeframe ?? 60,
    bands: latencyBands,
  }
}
