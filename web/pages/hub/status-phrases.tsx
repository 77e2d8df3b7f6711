import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConnectorList, SyslogChannel } from '../../api/generated/types.gen.ts'

type Phrase = SyslogChannel['statusPhrases'][number]

/** Words by which a console of another language names a reason, each with the status it stands for. */
export function StatusPhrases({
  statuses,
  phrases,
  error,
  onChange,
}: {
  statuses: ConnectorList['sources'][number]['catalogue']['statuses']
  phrases: readonly Phrase[]
  error: string | undefined
  onChange(phrases: Phrase[]): void
}): ReactNode {
  const { t } = useTranslation()
  const set = (place: number, change: Partial<Phrase>) =>
    onChange(phrases.map((one, n) => (n === place ? { ...one, ...change } : one)))
  return (
    <Stack gap="xs">
      <div>
        <Title order={3}>{t('hub.phrases')}</Title>
        <Text size="xs" c="dimmed">
          {t('hub.phrasesHelp')}
        </Text>
      </div>
      {phrases.map(({ phrase, statusKey }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a phrase has nothing but its place
        <Group key={place} gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            aria-label={t('hub.phraseOf', { number: place + 1 })}
            placeholder={t('hub.phrase')}
            value={phrase}
            onChange={(event) => set(place, { phrase: event.currentTarget.value })}
          />
          <Select
            flex={1}
            aria-label={t('hub.statusOf', { number: place + 1 })}
            placeholder={t('hub.status')}
            allowDeselect={false}
            data={statuses.map(({ key, title }) => ({ value: key, label: title }))}
            value={statusKey === '' ? null : statusKey}
            onChange={(next) => set(place, { statusKey: next ?? statusKey })}
          />
          <Button
            variant="subtle"
            color="red"
            px="xs"
            aria-label={t('hub.removeOf', { name: phrase })}
            onClick={() => onChange(phrases.filter((_, n) => n !== place))}
          >
            ×
          </Button>
        </Group>
      ))}
      {error !== undefined && (
        <Text size="xs" c="red" role="alert">
          {error}
        </Text>
      )}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onChange([...phrases, { phrase: '', statusKey: '' }])}
        >
          {t('hub.addPhrase')}
        </Button>
      </Group>
    </Stack>
  )
}
