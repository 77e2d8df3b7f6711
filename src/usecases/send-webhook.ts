import { ConnectorError } from '../connectors/failure.ts'
import type { HttpClient } from '../connectors/http.ts'
import type { WatchRow } from '../db/watch.ts'
import { isLinkLocal, isMetadata } from '../lib/link-local.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import { signedHeaders, webhookKey } from './alarm-message.ts'
import type { Deps } from './deps.ts'
import { openGate } from './open-connection.ts'
import { readWebhook, type WatchSettings, webhookSecretPlace } from './watch-settings.ts'

/** Whole time allowed for a delivery, in ms. */
const deliveryMs = 10_000
const longestReply = 64 * 1024

export type Receiver = {
  /** Null when the receiver took it (2xx); else why not, in words without a secret. */
  deliver(message: { readonly id: string; readonly body: string }): Promise<string | null>
  close(): Promise<void>
}

/** Opens the way to the receiver as it is stored. Throws `ConnectorError` (denied) when address or secret cannot be used. */
export function openReceiver(deps: Deps, row: WatchRow, signal: AbortSignal): Receiver {
  const { webhook, secret } = openSealed(deps, row)
  const key = webhookKey(secret)
  if (key === null) throw new ConnectorError('denied', 'invalid-value', 'The webhook has no valid secret: enter one.')
  const http = deps.httpClient({
    trust: webhook.caPem === '' ? { by: 'system' } : { by: 'ca', pem: webhook.caPem },
    proxy: null,
    timeoutMs: deliveryMs,
    maxReplyBytes: longestReply,
    gate: openGate,
    // The address may hold a token of the receiver.
    secrets: [secret, key.toString('base64'), ...pathSecrets(webhook.url)],
    log: deps.log.child({ webhook: true }),
    signal,
    hosts: [URL.parse(webhook.url)?.host ?? ''],
    refusesAddress: webhook.allowLinkLocal ? isMetadata : isLinkLocal,
  })
  return {
    deliver: (message) => deliver(deps, http, webhook.url, key, message),
    close: () => http.close(),
  }
}

function openSealed(deps: Pick<Deps, 'box'>, row: WatchRow): { webhook: WatchSettings['webhook']; secret: string } {
  try {
    const secret = row.webhookSecret === null ? '' : deps.box.open(row.webhookSecret, webhookSecretPlace)
    return { webhook: readWebhook(deps.box, row), secret }
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error
    throw new ConnectorError('denied', 'invalid-value', error.message, { cause: error })
  }
}

/** Long parts of path and query. */
function pathSecrets(address: string): string[] {
  const url = URL.parse(address)
  if (url === null) return []
  return [...url.pathname.split('/'), ...url.searchParams.values()].filter((part) => part.length >= 16)
}

async function deliver(
  deps: Pick<Deps, 'clock'>,
  http: HttpClient,
  url: string,
  key: Buffer,
  { id, body }: { id: string; body: string },
): Promise<string | null> {
  try {
    const headers = signedHeaders(key, id, body, deps.clock.now())
    const { status } = await http.request({ method: 'POST', url, headers, body, endpoint: 'webhook' })
    if (status >= 200 && status < 300) return null
    if (status >= 300 && status < 400) {
      return `The receiver answered ${status}, a redirect; none is followed. Enter the address that it leads to.`
    }
    return `The receiver answered ${status} instead of 2xx.`
  } catch (error) {
    if (error instanceof ConnectorError) return error.message
    throw error
  }
}
