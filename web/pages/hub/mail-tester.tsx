import { Alert, Button, Card, Group, SimpleGrid, Stack, Table, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { tryMail } from '../../api/generated/sdk.gen.ts'
import type { MailReading, MailTried } from '../../api/generated/types.gen.ts'
import { monospace } from './channel-fields.tsx'
import { factsOf } from './reading-facts.ts'
import { useReasonWords } from './use-reason-words.ts'

/** “Paste a mail, see what Tocsin reads”: the pattern, its words, the company, and what would come of it. */
export function MailTester({
  sourceId,
  mail,
  raw,
  onRaw,
}: {
  sourceId: number
  /** How mails are read by what is not saved; null: as stored. */
  mail: MailReading | null
  raw: string
  onRaw(raw: string): void
}): ReactNode {
  const { t } = useTranslation()
  const [recipient, setRecipient] = useState('')
  const trying = useMutation({
    mutationFn: () =>
      call(tryMail({ path: { id: sourceId }, body: { raw, recipient, ...(mail !== null && { mail }) } })),
  })

  function submit(event: FormEvent): void {
    event.preventDefault()
    trying.mutate()
  }

  return (
    <Card withBorder component="section" aria-label={t('hub.tester')}>
      <Stack gap="md">
        <div>
          <Title order={2}>{t('hub.tester')}</Title>
          <Text size="sm" c="dimmed">
            {t('hub.testerHelp')}
          </Text>
        </div>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <form onSubmit={submit}>
            <Stack gap="sm">
              <Textarea
                label={t('hub.mail')}
                description={t('hub.mailHelp')}
                required
                autosize
                minRows={10}
                maxRows={24}
                spellCheck={false}
                styles={{ input: monospace }}
                value={raw}
                onChange={(event) => onRaw(event.currentTarget.value)}
              />
              <TextInput
                label={t('hub.recipient')}
                description={t('hub.recipientHelp')}
                autoComplete="off"
                spellCheck={false}
                value={recipient}
                onChange={(event) => setRecipient(event.currentTarget.value)}
              />
              <Group gap="xs">
                <Button type="submit" loading={trying.isPending} disabled={raw.trim() === ''}>
                  {t('hub.readIt')}
                </Button>
                <Text size="xs" c="dimmed">
                  {t(mail === null ? 'hub.readsStored' : 'hub.readsUnsaved')}
                </Text>
              </Group>
            </Stack>
          </form>
          <div aria-live="polite">
            {trying.error !== null && (
              <Alert color="red" role="alert">
                {trying.error.message}
              </Alert>
            )}
            {trying.data === undefined && trying.error === null && (
              <Text size="sm" c="dimmed">
                {t('hub.notTried')}
              </Text>
            )}
            {trying.data !== undefined && trying.error === null && <Tried tried={trying.data} />}
          </div>
        </SimpleGrid>
      </Stack>
    </Card>
  )
}

function Tried({ tried }: { tried: MailTried }): ReactNode {
  const { t } = useTranslation()
  const wordsOf = useReasonWords()
  const { pattern, captured, reading, asReceived, company, fields } = tried
  const isRead = reading.kind !== 'unread'
  const isRefused = isRead && asReceived.kind === 'unread'
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return (
    <Stack gap="sm">
      <Alert
        color={isRead ? (isRefused || company === null ? 'yellow' : 'teal') : 'red'}
        title={isRead ? t(`hub.read.${text(reading.kind)}`) : wordsOf(text(reading.reason))}
      >
        <Stack gap={4}>
          <Text size="sm">{pattern === null ? text(reading.detail) : t('hub.patternFits', { pattern })}</Text>
          {pattern !== null && !isRead && <Text size="sm">{text(reading.detail)}</Text>}
          {isRefused && <Text size="sm">{text(asReceived.detail)}</Text>}
          <Text size="sm">
            {company === null
              ? t('hub.companyUnknown')
              : t('hub.companyFound', { company: company.name || company.key, rule: company.rule })}
          </Text>
        </Stack>
      </Alert>
      {isRead && (
        <Facts
          title={t('hub.whatIsRead')}
          facts={factsOf(reading).map(([key, value]) => [t(`hub.facts.${key}`, { defaultValue: key }), value])}
        />
      )}
      {Object.keys(captured).length > 0 && <Facts title={t('hub.captured')} facts={Object.entries(captured)} />}
      <details>
        <summary>
          <Text span size="sm">
            {t('hub.fieldsOfMail')}
          </Text>
        </summary>
        <Facts title="" facts={fields.map(({ name, value }) => [name, value])} />
      </details>
    </Stack>
  )
}

function Facts({ title, facts }: { title: string; facts: readonly (readonly [string, string])[] }): ReactNode {
  return (
    <div>
      {title !== '' && (
        <Text size="sm" fw={600}>
          {title}
        </Text>
      )}
      <Table variant="vertical" layout="fixed" verticalSpacing={4}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={120} fw={400} c="dimmed" scope="row">
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                {value.length > longestShown ? `${value.slice(0, longestShown)} …` : value || '–'}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

const longestShown = 1_000
