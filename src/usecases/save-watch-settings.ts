import { dropMessages, hurryMessages, insertMessages } from '../db/alarm-messages.ts'
import { hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { holdingAlarms, loadWatch, saveWatchSettings as storeSettings } from '../db/watch.ts'
import { alarmMessage, webhookKey } from './alarm-message.ts'
import type { Deps } from './deps.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'
import { showWatchSettings, type WatchSettingsView } from './show-watch-settings.ts'
import {
  maskedAddress,
  readWatchSettings,
  readWebhook,
  toStoredSettings,
  type WatchSettings,
  webhookSecretPlace,
} from './watch-settings.ts'
import { writeAudit } from './write-audit.ts'

export type SaveWatchSettings = Omit<WatchSettings, 'webhook'> & {
  /** `secret`: null or absent keeps it, an empty text clears it. It is kept only for the address it was entered for. */
  readonly webhook: WatchSettings['webhook'] & { readonly secret?: string | null | undefined }
}

/**
 * Saves the settings of self-watch as a whole; the answer says whom no alarm could reach. A webhook that is switched on is told
 * of all that holds now. Throws `RequestError`.
 */
export async function saveWatchSettings(deps: Deps, input: SaveWatchSettings): Promise<WatchSettingsView> {
  const { secret, ...webhook } = input.webhook
  const settings: WatchSettings = { ...input, webhook }
  const now = deps.clock.now()
  await refuseUnknownEnds(deps, settings)
  await withTransaction(deps.pool, async (client) => {
    const row = await loadWatch(client, { lock: true })
    const before = readWebhook(deps.box, row)
    const moved = row.webhookSecret !== null && before.url !== webhook.url
    const sealed = secretAfter(deps, row.webhookSecret, secret, { enabled: webhook.enabled, moved })
    await storeSettings(client, toStoredSettings(deps.box, settings), sealed)
    if (!webhook.enabled) await dropMessages(client)
    else {
      await hurryMessages(client, now)
      if (!before.enabled) {
        const holding = await holdingAlarms(client)
        await insertMessages(
          client,
          holding.map((alarm) => alarmMessage(deps, { what: 'began', alarm }, now)),
          now,
        )
      }
    }
    await hurryDuty(client, 'watch-self', 0, now)
    await hurryDuty(client, 'tell-webhook', 0, now)
    const subject = { kind: 'settings', id: 'watch', name: 'Self-watch' }
    const secretWords = sealed === row.webhookSecret ? {} : { webhookSecret: '(changed)' }
    // Two addresses may differ only in what is masked.
    const urlWords = before.url === webhook.url ? {} : { webhookAddress: '(changed)' }
    const masked = (one: WatchSettings['webhook']) => ({ ...one, url: maskedAddress(one.url) })
    await writeAudit(deps, client, {
      action: 'save-watch-settings',
      subject,
      before: { ...readWatchSettings(row), webhook: masked(before) },
      after: { ...settings, webhook: masked(webhook), ...urlWords, ...secretWords },
    })
  })
  const { enabled, allowLinkLocal } = webhook
  deps.log.info(
    { webhook: { enabled, allowLinkLocal }, secretEnds: settings.secretEnds.length },
    'watch settings saved',
  )
  return showWatchSettings(deps, { whole: true })
}

function secretAfter(
  deps: Pick<Deps, 'box'>,
  stored: string | null,
  secret: string | null | undefined,
  { enabled, moved }: { enabled: boolean; moved: boolean },
): string | null {
  const field = 'webhook.secret'
  const issues: FieldIssue[] = []
  if (secret != null && secret !== '' && webhookKey(secret) === null) {
    const message =
      'A secret is “whsec_” and 24 to 64 bytes in base64: make one with echo "whsec_$(openssl rand -base64 32)".'
    issues.push({ field, message })
  } else if (moved && secret == null) {
    issues.push({ field, message: 'Enter the secret again, because the address changed.' })
  } else if (enabled && (secret === '' || (secret == null && stored === null))) {
    const message =
      'Enter a secret, with which the receiver can tell our messages: echo "whsec_$(openssl rand -base64 32)".'
    issues.push({ field, message })
  }
  if (issues.length > 0) throw invalidInput(issues)
  if (secret == null) return stored
  return secret === '' ? null : deps.box.seal(secret, webhookSecretPlace)
}

/** An end date for what does not exist would never be told. */
async function refuseUnknownEnds(deps: Deps, { secretEnds }: WatchSettings): Promise<void> {
  const issues: FieldIssue[] = []
  for (const [n, { of, id }] of secretEnds.entries()) {
    const table = of === 'source' ? 'sources' : 'psas'
    const row = await deps.db.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst()
    if (row === undefined) issues.push({ field: `secretEnds.${n}.id`, message: `There is no ${of} ${id}.` })
  }
  if (issues.length > 0) throw invalidInput(issues)
}
