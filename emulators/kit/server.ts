// The HTTP(S) front of every emulator: node:http itself, because a vendor's state may be bound to the connection.
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Certificate, createCertificate } from './certificate.ts'
import { createEmulatorClock, type EmulatorClock } from './clock.ts'
import { createControl, type EmulatorControl } from './control.ts'
import type { EmulatorDefinition } from './definition.ts'
import { onRequest } from './exchange.ts'
import { createFaults } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'

/** How to run an emulator. */
export type EmulatorOptions = {
  /** 0 takes any free port. */
  port: number
  /** Default 127.0.0.1. */
  host?: string
  /** true makes a fresh self-signed certificate; a given one keeps the same identity over restarts. */
  tls?: boolean | Certificate
  /** The clock the definition also uses; default a movable one on the machine's. */
  clock?: EmulatorClock
  /** For fault chances; default 1. */
  seed?: number
  /** Requests the journal keeps; default 200,000. */
  journalCapacity?: number
}

/** An emulator that listens. */
export type RunningEmulator = {
  url: string
  port: number
  /** PEM, with TLS only. */
  certificate?: string
  /** SHA-256, hex pairs with colons, with TLS only. */
  fingerprint256?: string
  clock: EmulatorClock
  journal: Journal
  control: EmulatorControl
  /** Closes the port and every connection. */
  stop(): Promise<void>
}

/** Starts a vendor's emulator. Rejects when the port cannot be taken. */
export async function startEmulator(
  definition: EmulatorDefinition,
  options: EmulatorOptions,
): Promise<RunningEmulator> {
  const clock = options.clock ?? createEmulatorClock()
  const journal = createJournal(options.journalCapacity)
  const faults = createFaults(definition.vendorFaults ?? [], options.seed ?? 1)
  let handlerErrors = 0
  const control = createControl({ definition, journal, faults, clock, handlerErrors: () => handlerErrors })
  const countError = (): void => {
    handlerErrors += 1
  }
  const context = { definition, journal, faults, clock, control, countError }

  const certificate = options.tls === true ? await createCertificate() : options.tls || undefined
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    onRequest(context, request, response).catch(() => response.destroy())
  }
  const server = certificate
    ? createHttpsServer({ key: certificate.key, cert: certificate.cert }, listener)
    : createHttpServer(listener)
  // Clients of connection-bound vendors keep one idle connection for minutes.
  server.keepAliveTimeout = 300_000
  server.requestTimeout = 0
  const port = await listen(server, options.port, options.host ?? '127.0.0.1')
  return {
    url: `${certificate ? 'https' : 'http'}://${options.host ?? '127.0.0.1'}:${port}`,
    port,
    ...(certificate && { certificate: certificate.cert, fingerprint256: certificate.fingerprint256 }),
    clock,
    journal,
    control,
    stop: () => stop(server),
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} on ${host} is in use; choose another`) : error),
    )
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
