import { z } from 'zod'
import { thresholdBounds, usualThresholds, type WatchThresholds } from '../core/watch-thresholds.ts'
import type { WatchRow } from '../db/watch.ts'
import { isLinkLocal, isMetadata } from '../lib/link-local.ts'
import type { SecretBox } from '../lib/secret-box.ts'

/** The settings of self-watch as they are stored and judged. What is absent has its usual value. */

const Thresholds = z.strictObject(
  Object.fromEntries(
    Object.entries(thresholdBounds).map(([name, { least, most, usual, help }]) => [
      name,
      z.int().min(least).max(most).default(usual).describe(help),
    ]),
  ) as { [Name in keyof WatchThresholds]: z.ZodDefault<z.ZodInt> },
)

function isReceiver(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

const webhookFields = {
  enabled: z.boolean().default(false),
  url: z
    .string()
    .trim()
    .max(2_000)
    .refine(
      (text) => text === '' || isReceiver(text),
      'Write the whole address, for example https://hooks.example.com/tocsin, without user and password.',
    )
    .default(''),
  allowLinkLocal: z
    .boolean()
    .default(false)
    .describe(
      'also send to link-local addresses, never to metadata services; leave it off unless the receiver really is there',
    ),
  caPem: z
    .string()
    .trim()
    .max(100_000)
    .refine(
      (text) => text === '' || text.includes('-----BEGIN CERTIFICATE-----'),
      'Paste the certificate as PEM text, beginning with -----BEGIN CERTIFICATE-----.',
    )
    .default('')
    .describe('PEM text of the receiver’s certificate or its authority; empty: those that this machine trusts'),
}

const Webhook = z.strictObject(webhookFields)

const WebhookInput = z
  .strictObject({
    ...webhookFields,
    secret: z
      .string()
      .max(200)
      .nullish()
      .describe(
        '“whsec_” and 24 to 64 bytes in base64; null or absent keeps it for the same address, an empty text clears it',
      ),
  })
  .superRefine(({ enabled, url, allowLinkLocal }, refinement) => {
    if (enabled && url === '') {
      refinement.addIssue({ code: 'custom', path: ['url'], message: 'Enter the address of the receiver.' })
    }
    const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''
    if (isMetadata(host) || (!allowLinkLocal && isLinkLocal(host))) {
      const message =
        'This is a link-local or metadata address, which belongs to the machine itself or to its cloud: enter another one. Link-local ones can be allowed, metadata services never.'
      refinement.addIssue({ code: 'custom', path: ['url'], message })
    }
  })

const SecretEnd = z.strictObject({
  of: z.enum(['source', 'psa']),
  id: z.int().min(1),
  what: z.string().trim().min(1).max(100).describe('which secret, in words'),
  endsAt: z.iso.datetime({ offset: true }).describe('ISO 8601 with a time zone, for example 2026-11-22T00:00:00Z'),
})

/** What `save-watch-settings` takes; every part has its usual value when absent. */
export const WatchSettingsInput = z.strictObject({
  thresholds: Thresholds.prefault({}),
  webhook: WebhookInput.prefault({}),
  secretEnds: z.array(SecretEnd).max(200).default([]),
})

export type WatchSettings = {
  readonly thresholds: WatchThresholds
  readonly webhook: z.infer<typeof Webhook>
  readonly secretEnds: readonly z.infer<typeof SecretEnd>[]
}

/** Stored settings but for the webhook's address, which is sealed (`readWebhook`); what no longer fits (an older version wrote it) has its usual value. */
export function readWatchSettings(row: Pick<WatchRow, 'settings'>): WatchSettings {
  const { thresholds, webhook, secretEnds } = row.settings
  return {
    thresholds: or(Thresholds.safeParse(thresholds ?? {}), usualThresholds),
    webhook: or(Webhook.safeParse(webhook ?? {}), Webhook.parse({})),
    secretEnds: or(z.array(SecretEnd).safeParse(secretEnds ?? []), []),
  }
}

function or<T>(parsed: { readonly success: boolean; readonly data?: T | undefined }, usual: T): T {
  return parsed.success && parsed.data !== undefined ? parsed.data : usual
}

/** Where the webhook's secret belongs, bound into its sealed form. */
export const webhookSecretPlace = 'watch/webhook/secret'

/** Where the webhook's address belongs: such addresses often hold a token, and whoever has it can write to the receiver. */
export const webhookUrlPlace = 'watch/webhook/url'

/** How settings are stored: the address of the webhook sealed beside them. */
export function toStoredSettings(box: SecretBox, settings: WatchSettings): object {
  const { url, ...webhook } = settings.webhook
  const sealed = url === '' ? {} : { webhookUrl: box.seal(url, webhookUrlPlace) }
  return { ...settings, webhook, ...sealed }
}

/** The stored webhook with its address. Throws `SecretBoxError`. */
export function readWebhook(box: SecretBox, row: Pick<WatchRow, 'settings'>): WatchSettings['webhook'] {
  const { webhook } = readWatchSettings(row)
  const { webhookUrl } = row.settings
  // Versions before this one stored it as it is.
  return typeof webhookUrl === 'string' ? { ...webhook, url: box.open(webhookUrl, webhookUrlPlace) } : webhook
}

/** An address as it may be told to those who may not send there: without what may be a token in it. */
export function maskedAddress(address: string): string {
  const url = URL.parse(address)
  if (url === null) return ''
  return url.pathname === '/' && url.search === '' && url.hash === '' ? url.origin : `${url.origin}/…`
}
