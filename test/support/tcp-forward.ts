import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Place = { readonly host: string; readonly port: number }

/** Hands every connection at `from` on to `to`, both ways, until it is stopped. */
export async function forward(from: Place, to: Place): Promise<{ stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to.port, to.host)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await once(server.listen(from.port, from.host), 'listening')
  return {
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
