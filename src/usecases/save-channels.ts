import { type ChannelsRow, listChannels, loadChannels } from '../db/source-channels.ts'
import { withTransaction } from '../db/transaction.ts'
import { changedOnly } from './audit-words.ts'
import { certificatesInWords } from './certificate-words.ts'
import {
  channelSecretFields,
  channelSecretPlace,
  channelSecrets,
  noChannels,
  type SaveChannels,
  type StoredChannels,
} from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { channelIssues, takenPortIssues } from './judge-channels.ts'
import { mergeChannels } from './merge-channels.ts'
import { openPushed } from './pushed-source.ts'
import { invalidInput, RequestError } from './request-error.ts'
import { type ChannelsView, showChannels } from './show-channels.ts'
import { storeChannels } from './store-channels.ts'
import { writeAudit } from './write-audit.ts'

/** Saves channels of a source; listeners follow within seconds. Throws `RequestError`; then nothing is changed. */
export async function saveChannels(
  deps: Deps,
  { sourceId, version, ...input }: SaveChannels & { readonly sourceId: number },
): Promise<ChannelsView> {
  const source = await openPushed(deps, sourceId)
  const before = await loadChannels<StoredChannels>(deps.pool, sourceId)
  const present: Pick<ChannelsRow<StoredChannels>, 'sourceId' | 'version' | 'settings' | 'secrets'> = before ?? {
    ...{ sourceId, version: 0, settings: noChannels, secrets: {} },
  }
  if (present.version !== version) throw savedMeanwhile(source.name, present.version)
  const now = deps.clock.now()
  const { settings, plain, fresh, lacking } = await mergeChannels(deps, present, input, now)
  const others = (await listChannels<StoredChannels>(deps.pool)).filter((other) => other.sourceId !== sourceId)
  const issues = [...channelIssues(sourceId, settings, plain, lacking), ...takenPortIssues(settings, others)]
  if (issues.length > 0) throw invalidInput(issues)
  const kept = channelSecrets.filter(
    (field) => plain[field] !== undefined || (lacking.includes(field) && field in present.secrets),
  )
  const secrets = Object.fromEntries(
    kept.map((field) => [
      field,
      fresh.has(field) || present.secrets[field] === undefined
        ? deps.box.seal(plain[field] ?? '', channelSecretPlace(sourceId, field))
        : present.secrets[field],
    ]),
  )
  await withTransaction(deps.pool, async (client) => {
    const locked = await loadChannels<StoredChannels>(client, sourceId, { lock: true })
    if ((locked?.version ?? 0) !== version) throw savedMeanwhile(source.name, locked?.version ?? 0)
    await storeChannels(client, { sourceId, version: version + 1, settings, secrets }, now)
    const change = changedOnly(toAudit(present.settings), toAudit(settings))
    const entered = Object.fromEntries([...fresh].map((field) => [channelSecretFields[field], '(changed)']))
    await writeAudit(deps, client, {
      action: 'save-channels',
      subject: { kind: 'source', id: sourceId, name: source.name },
      before: change.before,
      after: { ...change.after, ...entered },
    })
  })
  deps.log.info({ source: source.name, id: sourceId, channels: Object.keys(input) }, 'channels saved')
  return showChannels(deps, { sourceId })
}

/** A field each, so that one change is one line; certificates by their fingerprints. */
function toAudit({ mail, ...channels }: StoredChannels): Record<string, unknown> {
  const flat: Record<string, unknown> = {}
  const add = (name: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) flat[name] = certificatesInWords(value)
    else for (const [key, part] of Object.entries(value)) add(`${name}.${key}`, part)
  }
  for (const [name, value] of Object.entries({ mail, ...channels })) add(name, value)
  return flat
}

function savedMeanwhile(name: string, version: number): RequestError {
  const message = `The channels of “${name}” were saved by somebody else meanwhile: read them again and repeat your change.`
  return new RequestError('changed-meanwhile', message, { version })
}
