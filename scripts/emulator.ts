// npm run emulator -- <vendor> --port N [--devices N] [--tenants N] [--seed N] [--tls]
// Starts one vendor's emulator and prints one JSON line when it is ready; a signal stops it.
import { parseArgs } from 'node:util'
import type { StartVendor, VendorOptions } from '../emulators/kit/vendor.ts'

/** Every vendor, loaded only when asked for. */
const vendors: Record<string, () => Promise<StartVendor>> = {
  ksc: async () => (await import('../emulators/ksc/main.ts')).startKscEmulator,
  hub: async () => (await import('../emulators/kaspersky-hub/main.ts')).startKasperskyHubEmulator,
  autotask: async () => (await import('../emulators/autotask/main.ts')).startAutotaskEmulator,
  connectwise: async () => (await import('../emulators/connectwise/main.ts')).startConnectwiseEmulator,
  tigerpaw: async () => (await import('../emulators/tigerpaw/main.ts')).startTigerpawEmulator,
}

const usage = `Usage: npm run emulator -- <vendor> --port N [--devices N] [--tenants N] [--seed N] [--tls]
Vendors: ${Object.keys(vendors).join(', ')}`

/** The command line is wrong; the text says how it should be. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

function readCommandLine(argv: string[]): { vendor: string; options: VendorOptions } {
  const number = { type: 'string' } as const
  let parsed: ReturnType<typeof parse>
  const parse = () =>
    parseArgs({
      args: argv,
      allowPositionals: true,
      options: { port: number, devices: number, tenants: number, seed: number, tls: { type: 'boolean' } },
    })
  try {
    parsed = parse()
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  const [vendor, ...more] = parsed.positionals
  if (vendor === undefined) throw new UsageError('no vendor is named')
  if (more.length > 0) throw new UsageError(`one vendor at a time; "${more.join(' ')}" is too much`)
  const { port, devices, tenants, seed, tls } = parsed.values
  if (port === undefined) throw new UsageError('--port is missing (0 takes any free port)')
  return {
    vendor,
    options: {
      port: readNumber('port', port, 0, 65_535),
      ...(devices !== undefined && { devices: readNumber('devices', devices, 0, 5_000_000) }),
      ...(tenants !== undefined && { tenants: readNumber('tenants', tenants, 0, 100_000) }),
      ...(seed !== undefined && { seed: readNumber('seed', seed, 0, 2 ** 32 - 1) }),
      ...(tls !== undefined && { tls }),
    },
  }
}

function readNumber(name: string, text: string, low: number, high: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high) return value
  throw new UsageError(`--${name} must be a whole number from ${low} to ${high}, not "${text}"`)
}

async function run(): Promise<void> {
  const { vendor, options } = readCommandLine(process.argv.slice(2))
  const load = vendors[vendor]
  if (!load) throw new UsageError(`unknown vendor "${vendor}"`)
  const start = await load()
  const emulator = await start(options)
  const stop = (): void => {
    emulator.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.stdout.write(`${JSON.stringify({ vendor, url: emulator.url, ...emulator.ready })}\n`)
}

run().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(error instanceof UsageError ? `${text}\n${usage}\n` : `${text}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
})
