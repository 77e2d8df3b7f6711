import { z } from 'zod'
import { thresholdBounds, usualThresholds, type WatchThresholds } from '../core/watch-thresholds.ts'
import type { WatchRow } from '../db/watch.ts'
import { isLinkLocal } from '../lib/link-local.ts'

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
    .describe('also send to link-local and metadata addresses; leave it off unless the receiver really is there'),
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
    if (!allowLinkLocal && isLinkLocal(host)) {
      const message =
        'This is a link-local or metadata address, which belongs to the machine itself or to its cloud: enter another, or allow it.'
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

/** Stored settings; what no longer fits (an older version wrote it) has its usual value. */
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
