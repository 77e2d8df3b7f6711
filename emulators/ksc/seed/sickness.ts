import type { Random } from '../../kit/random.ts'
import { day } from '../model/bits.ts'
import type { HostState } from '../model/types.ts'

/** What a sick device has; about half of it Critical by the default settings, half Warning. */
const sicknesses: ((now: number) => Partial<HostState>)[] = [
  (now) => ({ databasesAt: now - 5 * day }),
  (now) => ({ databasesAt: now - 12 * day }),
  (now) => ({ lastConnected: now - 9 * day, lastVisible: now - 9 * day, databasesAt: now - 9 * day }),
  (now) => ({ rtpState: 1, rtpSince: now - day }),
  () => ({ productRunning: false, rtpState: 0 }),
  () => ({ productInstalled: false, productRunning: false, rtpState: 0 }),
  () => ({ virusCount: 3 }),
  () => ({ uncuredCount: 1, virusCount: 1 }),
  (now) => ({ lastFullScan: now - 20 * day }),
  (now) => ({ restartRequiredSince: now - 3 * day, restartReason: 1 }),
  () => ({ vulnerability: 2 }),
  () => ({ freeDiskMb: 700 }),
  () => ({ incidents: 1 }),
  () => ({ hsdp: { level: 'warning', text: 'Device was isolated by the application' } }),
]

/** A healthy state made sick in one of the usual ways. */
export function makeSick(state: HostState, random: Random, now: number): HostState {
  return { ...state, ...random.pick(sicknesses)(now) }
}
