import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createTransport } from 'nodemailer'
import { request } from 'undici'

/** Those who send to a hub in the row about ingest: as fast as they are let. */

/** The name in the server's certificate, and what companies' addresses end with. */
export const benchDomain = 'hub.bench.example'

export type Target = { readonly url: string; readonly sourceId: number; readonly token: string }

/**
 * Posts events, so many a request, over several connections at once; what is pushed back is sent again. Gives how often that was
 * and how long each answer took, in ms. Every answer says that its events are on disk.
 */
export async function postEvents(
  { url, sourceId, token }: Target,
  plan: { readonly count: number; readonly each: number; readonly senders: number; readonly name: string },
): Promise<{ pushedBack: number; answersMs: number[] }> {
  const { count, each, senders, name } = plan
  const answersMs: number[] = []
  let [next, pushedBack] = [0, 0]
  async function sender(): Promise<void> {
    while (next < count) {
      const from = next
      next += each
      const body = JSON.stringify(batch(name, from, Math.min(each, count - from)))
      for (let isTaken = false; !isTaken; ) {
        const begun = performance.now()
        const answer = await request(`${url}/api/v1/hub/${sourceId}/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body,
        })
        const text = await answer.body.text()
        isTaken = answer.statusCode === 200
        if (isTaken) answersMs.push(performance.now() - begun)
        else if (answer.statusCode !== 429) throw new Error(`The ingest answered ${answer.statusCode}: ${text}`)
        else {
          pushedBack += 1
          await new Promise((resolve) => setTimeout(resolve, Number(answer.headers['retry-after'] ?? 1) * 1_000))
        }
      }
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
  return { pushedBack, answersMs }
}

function batch(name: string, from: number, count: number): object {
  const happenedAt = new Date().toISOString()
  const events = Array.from({ length: count }, (_, n) => ({
    id: `${name}-${from + n}`,
    product: 'endpoint-security-cloud',
    type: 'GNRL_EV_WEB_URL_BLOCKED',
    severity: 'warning',
    computer: { key: `pc-${(from + n) % 500}`, name: `PC-${(from + n) % 500}` },
    text: 'Web address https://shop.example/offer was blocked for user ann.',
    happenedAt,
  }))
  return { company: { key: name, name }, events }
}

/** Writes syslog lines of Kaspersky Security Center over one connection; resolves when the other side has read all. */
export async function writeSyslog(
  port: number,
  { count, name, trust }: { readonly count: number; readonly name: string; readonly trust: string | null },
): Promise<void> {
  const socket = trust === null ? connect(port, '127.0.0.1') : tlsTo(port, trust)
  await once(socket, trust === null ? 'connect' : 'secureConnect')
  const closed = once(socket, 'close')
  socket.resume()
  for (let n = 0; n < count; n += 1) {
    const line = lineOf(name, n)
    if (!socket.write(`${Buffer.byteLength(line)} ${line}`)) await once(socket, 'drain')
  }
  socket.end()
  await closed
}

function tlsTo(port: number, ca: string): Socket {
  return connectTls({ host: '127.0.0.1', port, ca, servername: benchDomain })
}

function lineOf(name: string, n: number): string {
  const type = 'GNRL_EV_WEB_URL_BLOCKED'
  const data = `[event@23668 et="${type}" etdn="Web address blocked" hdn="PC-${n % 500}" gn="Managed devices/${name}"]`
  const text = `Web address https://shop.example/offer-${n} was blocked for user ann.`
  return `<12>1 ${new Date().toISOString()} PC-${n % 500} 1093|1.0.0.0 - ${type} ${data} ${text}`
}

/** Sends mails over several connections at once; each was accepted when its promise resolves, and is on disk then. */
export async function sendMails(port: number, plan: { readonly count: number; readonly to: string }): Promise<void> {
  const maxConnections = 4
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, pool: true, maxConnections })
  const mail = (n: number) => ({
    from: 'notify@vendor.example',
    to: plan.to,
    subject: 'Microsoft 365: malware detected in a message',
    text: `Message ${n} to ann held malware.`,
    messageId: `<${n}@bench.example>`,
  })
  try {
    await Promise.all(Array.from({ length: plan.count }, (_, n) => transport.sendMail(mail(n))))
  } finally {
    transport.close()
  }
}
