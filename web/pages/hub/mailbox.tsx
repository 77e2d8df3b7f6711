import { Badge, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Channels } from '../../api/generated/types.gen.ts'
import { Moment } from '../../ui/moment.tsx'
import { statusQuery } from '../connections/connection-kinds.ts'
import { ChannelCard } from './channel-card.tsx'
import type { MailboxDraft } from './channel-draft.ts'
import { type ChannelField, ChannelFields, isWrongIn, keysOf } from './channel-fields.tsx'
import { Folded } from './folded.tsx'
import type { ChannelsEdited } from './use-channels.ts'

const place: readonly ChannelField[] = [
  { key: 'imapHost', kind: 'text', required: true },
  { key: 'port', kind: 'number', required: true },
  { key: 'user', kind: 'text', required: true },
  { key: 'signIn', kind: 'choice', choices: ['password', 'application'] },
]
const bySignIn: Readonly<Record<MailboxDraft['signIn'], readonly ChannelField[]>> = {
  password: [{ key: 'password', kind: 'secret' }],
  application: [
    { key: 'tenant', kind: 'text', required: true },
    { key: 'clientId', kind: 'text', required: true },
    { key: 'clientSecret', kind: 'secret' },
  ],
}
const authority: ChannelField = { key: 'authority', kind: 'text', required: true }
const look: readonly ChannelField[] = [
  { key: 'encryption', kind: 'choice', choices: ['from-the-start', 'required', 'none'] },
  { key: 'folder', kind: 'text', required: true },
  { key: 'notBefore', kind: 'date', required: true },
  { key: 'everySeconds', kind: 'number', required: true },
]
const more: readonly ChannelField[] = [
  { key: 'authorities', kind: 'multiline' },
  { key: 'messageBytes', kind: 'number', required: true },
]

/** Where the mailboxes are that let applications in. */
const exchangeOnline = 'outlook.office365.com'

/** A mailbox that is looked into by IMAP. */
export function Mailbox({
  sourceId,
  edited,
  channels,
}: {
  sourceId: number
  edited: ChannelsEdited
  channels: Channels
}): ReactNode {
  const { t } = useTranslation()
  const section = edited.section('mailbox', channels)
  const { draft, errors, set } = section
  const shown = toShown(draft)
  const setShown = (next: Shown): void => set(toDraft(next.signIn === draft.signIn ? next : beginSignIn(next)))
  const wrong = {
    ...errors,
    ...(errors.host !== undefined && { imapHost: errors.host }),
    ...(errors.password !== undefined && { clientSecret: errors.password }),
  }
  const folded = draft.signIn === 'application' ? [authority, ...more] : more
  // What is stored for the other way to sign in is not kept for this one.
  const isSecretSet = channels.mailbox?.passwordSet === true && channels.mailbox.signIn === draft.signIn
  return (
    <ChannelCard section="mailbox" edited={section} isSetUp={channels.mailbox !== null} states={[]}>
      {channels.mailbox !== null && <Looked sourceId={sourceId} />}
      <ChannelFields
        fields={[...place, ...bySignIn[draft.signIn], ...look]}
        values={shown}
        errors={wrong}
        onChange={setShown}
      />
      {isSecretSet && (
        <Text size="sm">{t(draft.signIn === 'application' ? 'hub.clientSecretSet' : 'hub.passwordSet')}</Text>
      )}
      <Folded title={t('hub.more')} isWrong={isWrongIn(errors, keysOf(folded))}>
        <ChannelFields fields={folded} values={shown} errors={wrong} onChange={setShown} />
      </Folded>
    </ChannelCard>
  )
}

type Shown = Omit<MailboxDraft, 'host' | 'authorities'> & {
  readonly imapHost: string
  readonly clientSecret: string
  readonly authorities: string
}

/**
 * The same keys with words of their own: an IMAP server is called, where the listeners stand at an address of our own; and the secret
 * of a mailbox is a password or that of an application.
 */
function toShown({ host, authorities, ...draft }: MailboxDraft): Shown {
  return { ...draft, imapHost: host, clientSecret: draft.password, authorities: authorities ?? '' }
}

function toDraft({ imapHost, clientSecret, ...shown }: Shown): MailboxDraft {
  const password = shown.signIn === 'application' ? clientSecret : shown.password
  return { ...shown, host: imapHost, password }
}

/** What was typed as the secret of one way is not sent to where the other goes. */
function beginSignIn(shown: Shown): Shown {
  const imapHost = shown.signIn === 'application' && shown.imapHost === '' ? exchangeOnline : shown.imapHost
  return { ...shown, imapHost, password: '', clientSecret: '' }
}

/** When the mailbox was last looked into, and why not. */
function Looked({ sourceId }: { sourceId: number }): ReactNode {
  const { t } = useTranslation()
  const status = useQuery(statusQuery)
  const duties = status.data?.sources.find(({ id }) => id === sourceId)?.duties ?? []
  const duty = duties.find(({ kind }) => kind === 'poll-mailbox')
  if (duty === undefined) return null
  return (
    <Group gap="xs" role="status">
      <Badge color={duty.failure === null ? 'teal' : 'red'} variant="light">
        {t(duty.failure === null ? 'hub.looks' : 'hub.looksNot')}
      </Badge>
      <Text size="xs" c="dimmed" component="div">
        {t('hub.looked')} <Moment at={duty.lastGoodAt} />
      </Text>
      {duty.failure !== null && <Text size="sm">{duty.failure.message}</Text>}
    </Group>
  )
}
