import type { Clock } from './clock.ts'
import type { RunningEmulator } from './server.ts'

/** What `scripts/emulator.ts` gives to every vendor; each vendor has sensible defaults for what is left out. */
export type VendorOptions = {
  /** 0 takes any free port. */
  port: number
  devices?: number
  tenants?: number
  seed?: number
  tls?: boolean
  clock?: Clock
}

/** A running vendor; `ready` is what a client needs beside `vendor` and `url`, printed by the command line. */
export type StartedVendor = RunningEmulator & { ready: Record<string, unknown> }

/** The one export of `emulators/<vendor>/main.ts`, named `start<Vendor>Emulator`. */
export type StartVendor = (options: VendorOptions) => Promise<StartedVendor>
