import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLog } from './lib/pino-log.ts'

/** `npm start`: reads the configuration, builds the app, starts its role, stops on a signal. */
async function main(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  const app = await createApp({
    config,
    log,
    onDatabaseLost: (error) => {
      log.error({ err: error }, 'the embedded database ended; stopping')
      process.exit(1)
    },
    onUnfit: (error) => {
      log.error({ err: error }, 'the key for secrets was changed while this server ran; stopping')
      process.exit(1)
    },
  })
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Ctrl-C under npm arrives twice; stopping takes its time either way.
      if (stopping) return
      stopping = true
      log.info({ signal }, 'stopping')
      app.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed')
          process.exit(1)
        },
      )
    })
  }
  const address = await app.start()
  log.info({ address, role: config.role }, 'Tocsin is running')
}

main().catch((error: unknown) => {
  // The configuration and the database say in words what to do; a stack would only hide them.
  process.stderr.write(`Tocsin could not start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
