import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { frontHeaders } from './points.ts'

/** Carries out the last request of a process at its desk, and kills the process before the answer can leave. */
export type LastFront = { readonly url: string; stop(): Promise<void> }

export async function openLastFront(): Promise<LastFront> {
  const server = createServer((incoming) => {
    carryOut(incoming).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function carryOut(incoming: IncomingMessage): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const { [frontHeaders.target]: target, [frontHeaders.process]: pid, host: _, ...headers } = incoming.headers
  const url = new URL(String(target))
  const onward = request(url, { method: incoming.method, headers: { ...headers, host: url.host }, agent: false })
  const kill = () => killProcess(Number(pid))
  onward.on('response', (answer) => {
    kill()
    answer.resume()
  })
  // A fault of the desk may cut this one too: then it is a death with the outcome unknown, and as good.
  onward.on('error', kill)
  onward.end(Buffer.concat(chunks))
}

/** Another fault may have been quicker. */
function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
