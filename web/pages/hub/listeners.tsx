import { Badge, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Channels, ConnectorList } from '../../api/generated/types.gen.ts'
import { useMay } from '../../app/session.ts'
import { Moment } from '../../ui/moment.tsx'
import { statusQuery } from '../connections/connection-kinds.ts'
import { CertificateFields } from './certificate-fields.tsx'
import { ChannelCard } from './channel-card.tsx'
import { type ChannelField, ChannelFields } from './channel-fields.tsx'
import { CompanyRules } from './company-rules.tsx'
import { Folded } from './folded.tsx'
import { ReadRules } from './read-rules.tsx'
import { errorsOf } from './rule-list.tsx'
import { StatusPhrases } from './status-phrases.tsx'
import type { ChannelsEdited } from './use-channels.ts'

type Catalogue = ConnectorList['sources'][number]['catalogue']

const number = (key: string): ChannelField => ({ key, kind: 'number', required: true })

const door: readonly ChannelField[] = [{ key: 'host', kind: 'text', required: true }, number('port')]
const clients: ChannelField = { key: 'clientCertificates', kind: 'choice', choices: ['none', 'optional', 'required'] }
const authorities: ChannelField = { key: 'clientAuthorities', kind: 'multiline', required: true }
const syslogMore: readonly ChannelField[] = [
  { key: 'udpPort', kind: 'number', optional: true },
  { key: 'zoneMinutes', kind: 'number', required: true },
  { key: 'statusNamesAll', kind: 'boolean' },
]
const syslogLimits = ['messageBytes', 'connections', 'connectionsPerPeer', 'idleSeconds', 'waitingPerPeer'].map(number)
const smtpFields: readonly ChannelField[] = [
  ...door,
  { key: 'name', kind: 'text', required: true },
  { key: 'domains', kind: 'lines', required: true },
  { key: 'encryption', kind: 'choice', choices: ['offered', 'required', 'from-the-start', 'none'] },
]
const smtpLimits = [
  'messageBytes',
  'connections',
  'connectionsPerPeer',
  'recipients',
  'messagesPerMinutePerPeer',
  'messagesPerMinutePerRecipient',
  'idleSeconds',
].map(number)
const mailboxFields: readonly ChannelField[] = [
  { key: 'imapHost', kind: 'text', required: true },
  number('port'),
  { key: 'user', kind: 'text', required: true },
  { key: 'password', kind: 'secret' },
  { key: 'encryption', kind: 'choice', choices: ['from-the-start', 'required', 'none'] },
  { key: 'folder', kind: 'text', required: true },
  { key: 'notBefore', kind: 'date', required: true },
  number('everySeconds'),
]
const mailboxMore: readonly ChannelField[] = [{ key: 'authorities', kind: 'multiline' }, number('messageBytes')]

/** The ways in that listen or look by themselves: syslog, mail by SMTP, a mailbox. */
export function Listeners({
  sourceId,
  edited,
  channels,
  catalogue,
}: {
  sourceId: number
  edited: ChannelsEdited
  channels: Channels
  catalogue: Catalogue
}): ReactNode {
  return (
    <Stack gap="md">
      <Syslog edited={edited} channels={channels} catalogue={catalogue} />
      <Smtp edited={edited} channels={channels} />
      <Mailbox sourceId={sourceId} edited={edited} channels={channels} />
    </Stack>
  )
}

function Syslog({
  edited,
  channels,
  catalogue,
}: {
  edited: ChannelsEdited
  channels: Channels
  catalogue: Catalogue
}): ReactNode {
  const { t } = useTranslation()
  const isReadOnly = !useMay('administrator')
  const section = edited.section('syslog', channels)
  const { draft, errors, set } = section
  const states = channels.states.filter(({ channel }) => channel === 'syslog')
  return (
    <ChannelCard section="syslog" edited={section} isSetUp={channels.syslog !== null} states={states}>
      <ChannelFields
        fields={[...door, { key: 'encrypted', kind: 'boolean' }]}
        values={draft}
        errors={errors}
        onChange={set}
      />
      {draft.encrypted && (
        <>
          <CertificateFields
            stored={channels.syslog?.tls ?? null}
            draft={draft.certificate}
            errors={errorsOf(errors, 'tls')}
            onChange={(certificate) => set({ ...draft, certificate })}
          />
          <ChannelFields
            fields={draft.clientCertificates === 'none' ? [clients] : [clients, authorities]}
            values={draft}
            errors={errorsOf(errors, 'tls')}
            onChange={set}
          />
        </>
      )}
      <ChannelFields fields={[{ key: 'allowFrom', kind: 'lines' }]} values={draft} errors={errors} onChange={set} />
      <CompanyRules
        places={['host', 'certificate', 'peer', 'tag', 'field']}
        rules={draft.companyRules}
        errors={errorsOf(errors, 'companyRules')}
        isReadOnly={isReadOnly}
        onChange={(companyRules) => set({ ...draft, companyRules })}
      />
      <Folded
        title={t('hub.moreSyslog')}
        isWrong={isWrongIn(errors, ['readRules', 'statusPhrases', ...keysOf(syslogMore)])}
      >
        <ChannelFields fields={syslogMore} values={draft} errors={errors} onChange={set} />
        <ReadRules
          title={t('hub.readRules')}
          help={t('hub.readRulesHelp')}
          none={t('hub.noReadRules')}
          fieldNames={null}
          words={channels.words}
          rules={draft.readRules}
          errors={errorsOf(errors, 'readRules')}
          isReadOnly={isReadOnly}
          onChange={(readRules) => set({ ...draft, readRules })}
        />
        <StatusPhrases
          statuses={catalogue.statuses}
          phrases={draft.statusPhrases}
          error={errors.statusPhrases}
          onChange={(statusPhrases) => set({ ...draft, statusPhrases })}
        />
      </Folded>
      <Limits fields={syslogLimits} draft={draft} errors={errors} set={set} />
    </ChannelCard>
  )
}

function Smtp({ edited, channels }: { edited: ChannelsEdited; channels: Channels }): ReactNode {
  const section = edited.section('smtp', channels)
  const { draft, errors, set } = section
  const states = channels.states.filter(({ channel }) => channel === 'smtp')
  return (
    <ChannelCard section="smtp" edited={section} isSetUp={channels.smtp !== null} states={states}>
      <ChannelFields fields={smtpFields} values={draft} errors={errors} onChange={set} />
      {draft.encryption !== 'none' && (
        <CertificateFields
          stored={channels.smtp?.certificate ?? null}
          draft={draft.certificate}
          errors={{
            ...(errors.certificate && { certificate: errors.certificate }),
            ...errorsOf(errors, 'certificate'),
          }}
          onChange={(certificate) => set({ ...draft, certificate })}
        />
      )}
      <Limits fields={smtpLimits} draft={draft} errors={errors} set={set} />
    </ChannelCard>
  )
}

function Mailbox({
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
  // An IMAP server is called, where the listeners stand at an address of our own: the same key has other words.
  const { host, ...others } = draft
  const shown = { ...others, imapHost: host, authorities: draft.authorities ?? '' }
  const setShown = ({ imapHost, ...next }: typeof shown) => set({ ...next, host: imapHost })
  const wrong = { ...errors, ...(errors.host !== undefined && { imapHost: errors.host }) }
  return (
    <ChannelCard section="mailbox" edited={section} isSetUp={channels.mailbox !== null} states={[]}>
      {channels.mailbox !== null && <Looked sourceId={sourceId} />}
      <ChannelFields fields={mailboxFields} values={shown} errors={wrong} onChange={setShown} />
      {draft.passwordSet && <Text size="sm">{t('hub.passwordSet')}</Text>}
      <Folded title={t('hub.more')} isWrong={isWrongIn(errors, keysOf(mailboxMore))}>
        <ChannelFields fields={mailboxMore} values={shown} errors={wrong} onChange={setShown} />
      </Folded>
    </ChannelCard>
  )
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

function Limits<D extends { readonly limits: object }>({
  fields,
  draft,
  errors,
  set,
}: {
  fields: readonly ChannelField[]
  draft: D
  errors: Readonly<Record<string, string>>
  set(draft: D): void
}): ReactNode {
  const { t } = useTranslation()
  return (
    <Folded title={t('hub.limits')} isWrong={isWrongIn(errors, ['limits'])}>
      <Text size="sm" c="dimmed">
        {t('hub.limitsHelp')}
      </Text>
      <ChannelFields
        fields={fields}
        values={draft.limits}
        errors={errorsOf(errors, 'limits')}
        onChange={(limits) => set({ ...draft, limits })}
      />
    </Folded>
  )
}

function keysOf(fields: readonly ChannelField[]): string[] {
  return fields.map(({ key }) => key)
}

function isWrongIn(errors: Readonly<Record<string, string>>, keys: readonly string[]): boolean {
  return Object.keys(errors).some((field) => keys.some((key) => field === key || field.startsWith(`${key}.`)))
}
