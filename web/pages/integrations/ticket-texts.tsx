import { Card, Code, Grid, Group, Select, Stack, Text, Textarea, TextInput, Title, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { previewTicketText } from '../../api/generated/sdk.gen.ts'
import type { ConnectorList, Integration } from '../../api/generated/types.gen.ts'
import { fieldErrors } from '../../api/problem.ts'

export type Templates = Pick<Integration, 'titleTemplate' | 'descriptionTemplate'>

/** The templates of title and description, with the blanks that may stand in them and what a ticket would read like. */
export function TicketTexts({
  integration,
  connectors,
  values,
  errors,
  disabled,
  onChange,
}: {
  integration: Integration
  connectors: ConnectorList
  values: Templates
  errors: Readonly<Record<string, string>>
  disabled: boolean
  onChange(change: Partial<Templates>): void
}): ReactNode {
  const { t } = useTranslation()
  const title = useRef<HTMLInputElement>(null)
  const description = useRef<HTMLTextAreaElement>(null)
  /** Where the last cursor was: there a blank goes. */
  const [place, setPlace] = useState<keyof Templates>('descriptionTemplate')
  const preview = usePreview(integration, values)
  const refused = fieldErrors(preview.error)
  const errorOf = (field: keyof Templates) => errors[field] ?? refused[field]

  function insert(key: string): void {
    const element = place === 'titleTemplate' ? title.current : description.current
    const text = values[place]
    const from = element?.selectionStart ?? text.length
    const to = element?.selectionEnd ?? text.length
    const blank = `{{${key}}}`
    onChange({ [place]: text.slice(0, from) + blank + text.slice(to) })
    element?.focus()
    requestAnimationFrame(() => element?.setSelectionRange(from + blank.length, from + blank.length))
  }

  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="sm">
          <TextInput
            ref={title}
            label={t('integrations.titleTemplate')}
            required
            disabled={disabled}
            value={values.titleTemplate}
            error={errorOf('titleTemplate')}
            onFocus={() => setPlace('titleTemplate')}
            onChange={(event) => onChange({ titleTemplate: event.currentTarget.value })}
          />
          <Textarea
            ref={description}
            label={t('integrations.descriptionTemplate')}
            required
            disabled={disabled}
            rows={12}
            value={values.descriptionTemplate}
            error={errorOf('descriptionTemplate')}
            onFocus={() => setPlace('descriptionTemplate')}
            onChange={(event) => onChange({ descriptionTemplate: event.currentTarget.value })}
          />
          {!disabled && (
            <div>
              <Text size="sm" mb={4}>
                {t('integrations.blanks')}
              </Text>
              <Group gap={6}>
                {connectors.templates.fields.map(({ key, help }) => (
                  <UnstyledButton key={key} title={help} aria-label={`${key}: ${help}`} onClick={() => insert(key)}>
                    <Code>{`{{${key}}}`}</Code>
                  </UnstyledButton>
                ))}
              </Group>
            </div>
          )}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Preview integration={integration} connectors={connectors} preview={preview} />
      </Grid.Col>
    </Grid>
  )
}

const settleMs = 400

function usePreview(integration: Integration, values: Templates) {
  const [settled] = useDebouncedValue(values, settleMs)
  const [example, setExample] = useState<string | null>(null)
  const [level, setLevel] = useState<'warning' | 'critical'>('critical')
  const of = example === null ? {} : exampleToInput(example)
  const { titleTemplate, descriptionTemplate } = settled
  const query = useQuery({
    queryKey: ['preview-text', integration.id, titleTemplate, descriptionTemplate, example, level],
    queryFn: () =>
      call(
        previewTicketText({
          body: { integrationId: integration.id, titleTemplate, descriptionTemplate, level, ...of },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return { ...query, example, setExample, level, setLevel }
}

function exampleToInput(example: string): { statusKey: string } | { eventType: string } {
  const [kind, ...rest] = example.split(':')
  return kind === 'event' ? { eventType: rest.join(':') } : { statusKey: rest.join(':') }
}

function Preview({
  integration,
  connectors,
  preview: { data, example, setExample, level, setLevel },
}: {
  integration: Integration
  connectors: ConnectorList
  preview: ReturnType<typeof usePreview>
}): ReactNode {
  const { t } = useTranslation()
  const catalogue = connectors.sources.find(({ id }) => id === integration.sourceConnector)?.catalogue
  const statuses = (catalogue?.statuses ?? []).map(({ key, title }) => ({ value: `status:${key}`, label: title }))
  const events = (catalogue?.eventTypes ?? []).map(({ key, title }) => ({ value: `event:${key}`, label: title }))
  return (
    <Stack gap="sm">
      <Group gap="sm" grow preventGrowOverflow={false}>
        <Select
          label={t('integrations.example')}
          searchable
          allowDeselect={false}
          limit={100}
          data={[
            { group: t('integrations.exampleStates'), items: statuses },
            { group: t('integrations.exampleEvents'), items: events },
          ]}
          value={example ?? statuses[0]?.value ?? null}
          onChange={setExample}
        />
        <Select
          label={t('integrations.exampleLevel')}
          w={140}
          allowDeselect={false}
          disabled={example?.startsWith('event:') === true}
          data={(['critical', 'warning'] as const).map((value) => ({ value, label: t(`level.${value}`) }))}
          value={level}
          onChange={(next) => setLevel(next === 'warning' ? 'warning' : 'critical')}
        />
      </Group>
      <Card withBorder role="status" aria-label={t('integrations.preview')}>
        <Title order={3}>{data?.title ?? '…'}</Title>
        {data?.titleIsCut === true && (
          <Text size="xs" c="dimmed">
            {t('integrations.titleIsCut', { count: data.longestTitle })}
          </Text>
        )}
        <Text size="sm" mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {data?.description ?? ''}
        </Text>
      </Card>
    </Stack>
  )
}
