import { isDeepStrictEqual } from 'node:util'
import { type ChannelsRow, listChannels, loadChannels } from '../db/source-channels.ts'
import type { Client } from '../db/sql.ts'
import {
  type ChannelSecret,
  channelSecretFields,
  channelSecrets,
  noChannels,
  type StoredChannels,
} from './channel-settings.ts'
import { readFileChannels } from './channels-file.ts'
import type { SourceEntry } from './config-file.ts'
import type { Deps } from './deps.ts'
import { collect, type MissingSecret } from './import-connections.ts'
import { channelIssues, takenPortIssues } from './judge-channels.ts'
import { mergeChannels } from './merge-channels.ts'
import { openSecret } from './open-channels.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'
import { storeChannels } from './store-channels.ts'

type Plan = {
  readonly name: string
  readonly present: Omit<ChannelsRow<StoredChannels>, 'sourceName'>
  readonly settings: StoredChannels
  readonly missing: readonly ChannelSecret[]
}

/**
 * Makes the channels of sources those of the document; of a source that names none they stay. The sources must be written, and
 * those that go be gone. Returns the secrets that must be entered. Throws `RequestError` naming all that is wrong.
 */
export async function writeChannels(
  deps: Pick<Deps, 'box' | 'sources'>,
  client: Client,
  entries: readonly SourceEntry[],
  now: Date,
): Promise<MissingSecret[]> {
  const issues: FieldIssue[] = []
  const plans: Plan[] = []
  for (const entry of entries) {
    await collect(placeOf(entry), issues, async () => {
      const plan = await planChannels(deps, client, entry, now)
      if (plan !== null) plans.push(plan)
    })
  }
  // Only now: what one source gives up another may have.
  issues.push(...(await doubledPorts(client, plans)))
  if (issues.length > 0) throw invalidInput(issues)
  for (const { present, settings } of plans) {
    if (isDeepStrictEqual(present.settings, settings)) continue
    const needed = neededSecrets(settings)
    const kept = Object.entries(present.secrets).filter(([field]) => needed.some((one) => one === field))
    const { sourceId, version } = present
    await storeChannels(client, { sourceId, version: version + 1, settings, secrets: Object.fromEntries(kept) }, now)
  }
  return plans.flatMap(({ name, settings, missing }) => {
    const isByApplication = settings.mailbox?.signIn === 'application'
    return missing.map((secret) => ({
      table: 'sources' as const,
      connection: name,
      field: `channels.${channelSecretFields[secret]}`,
      title: secret === 'mailboxPassword' && isByApplication ? applicationSecret : secretTitles[secret],
    }))
  })
}

const secretTitles: Readonly<Record<ChannelSecret, string>> = {
  syslogKey: 'Private key of the syslog listener’s certificate',
  smtpKey: 'Private key of the mail server’s certificate',
  mailboxPassword: 'Password of the mailbox',
}
const applicationSecret = 'Client secret of the application that signs in at the mailbox'

function placeOf({ name }: Pick<SourceEntry, 'name'>): string {
  return `sources.${name}.channels`
}

/** Null where nothing is said of channels. */
async function planChannels(
  deps: Pick<Deps, 'box' | 'sources'>,
  client: Client,
  { name, connector, channels }: SourceEntry,
  now: Date,
): Promise<Plan | null> {
  if (channels === undefined) return null
  if (deps.sources.get(connector)?.pushed === undefined) {
    const message = `“${name}” is asked by Tocsin and listens to nothing: leave its channels out.`
    throw invalidInput([{ field: '', message }])
  }
  const file = readFileChannels(channels)
  const { rows } = await client.query<{ id: number }>('select id from sources where name = $1', [name])
  const sourceId = rows[0]?.id
  if (sourceId === undefined) throw new Error(`The source “${name}” was not stored.`)
  const present: Plan['present'] = (await loadChannels<StoredChannels>(client, sourceId, { lock: true })) ?? {
    ...{ sourceId, version: 0, settings: noChannels, secrets: {} },
  }
  const readable = channelSecrets.filter(
    (field) => field in present.secrets && openSecret(deps, present, field).problem === null,
  )
  const secrets = Object.fromEntries(readable.map((field) => [field, present.secrets[field] ?? '']))
  const { settings, plain } = await mergeChannels(deps, { ...present, secrets }, file, now)
  const missing = neededSecrets(settings).filter((field) => plain[field] === undefined)
  const issues = channelIssues(sourceId, settings, plain, missing)
  if (issues.length > 0) throw invalidInput(issues)
  return { name, present, settings, missing }
}

function neededSecrets({ syslog, smtp, mailbox }: StoredChannels): ChannelSecret[] {
  const needs: Readonly<Record<ChannelSecret, boolean>> = {
    syslogKey: syslog?.tls != null,
    smtpKey: smtp?.certificate != null,
    mailboxPassword: mailbox !== null,
  }
  return channelSecrets.filter((field) => needs[field])
}

async function doubledPorts(client: Client, plans: readonly Plan[]): Promise<FieldIssue[]> {
  const stored = await listChannels<StoredChannels>(client)
  const planned = new Map(
    plans.map(({ name, present, settings }) => [present.sourceId, { sourceName: name, settings }]),
  )
  const all = new Map(stored.map(({ sourceId, sourceName, settings }) => [sourceId, { sourceName, settings }]))
  for (const [sourceId, plan] of planned) all.set(sourceId, plan)
  return plans.flatMap((plan) => {
    const others = [...all].flatMap(([sourceId, other]) => (sourceId === plan.present.sourceId ? [] : [other]))
    return takenPortIssues(plan.settings, others).map(({ field, message }) => ({
      field: `${placeOf(plan)}.${field}`,
      message,
    }))
  })
}
