import { createServer as createHttps } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import { createCertificate } from '../emulators/kit/certificate.ts'

/** A gate before a KSC: bytes go through untouched, or to an impostor that shows another certificate. */
export type KscGate = {
  readonly port: number
  /** True: from now on the other certificate is shown, and what was connected is cut. */
  showOther(other: boolean): void
  /** Connections that the impostor has had. */
  impostorCount(): number
  stop(): Promise<void>
}

export async function openKscGate(target: number): Promise<KscGate> {
  const certificate = await createCertificate()
  const impostor = createHttps({ key: certificate.key, cert: certificate.cert }, (_, response) => {
    response.writeHead(503).end()
  })
  let count = 0
  impostor.on('connection', () => {
    count += 1
  })
  const impostorPort = await listening(impostor)
  const sockets = new Set<Socket>()
  let other = false
  const gate = createServer((near) => {
    const far = connect(other ? impostorPort : target, '127.0.0.1')
    for (const [one, twin] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => twin.destroy())
      one.on('close', () => {
        sockets.delete(one)
        twin.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: await listening(gate),
    showOther(wanted) {
      other = wanted
      cutAll()
    },
    impostorCount: () => count,
    async stop() {
      cutAll()
      impostor.closeAllConnections()
      await Promise.all([gate, impostor].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
