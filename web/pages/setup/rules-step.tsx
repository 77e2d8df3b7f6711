import { Alert, Anchor, Button, Card, Checkbox, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { previewRules, recommendRules, saveRules } from '../../api/generated/sdk.gen.ts'
import type { DeskOptions, RecommendedRules } from '../../api/generated/types.gen.ts'
import { ApiError } from '../../api/problem.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { DeskForm } from '../../forms/desk-form.tsx'
import { LevelBadge } from '../../ui/level-badge.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { heldQuery } from '../integrations/integration-queries.ts'
import { OpenHeld } from '../integrations/open-held.tsx'
import { useDeskOptions } from '../integrations/use-desk-options.ts'
import { issuesByLevel, type LevelValues, openRows, placeOf, type StarterRow, starterRequest } from './starter-rules.ts'

/** The recommended rules, switched on after it was seen what they would open now. */
export function RulesStep({ integration, onSaved }: { integration: Integration; onSaved(): void }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { id, psaId } = integration
  const recommended = useQuery({
    queryKey: ['rules', id, 'recommended'],
    queryFn: () => call(recommendRules({ path: { id } })),
  })
  const options = useDeskOptions(psaId, integration.psaConnector)
  const error = recommended.error ?? options.error
  if (recommended.data === undefined || options.data === undefined) {
    return error === null ? <Loading /> : <Failed error={error} retry={() => void recommended.refetch()} />
  }
  const on = recommended.data.rows.filter(({ enabled }) => enabled).length
  return (
    <Stack gap="md">
      {on > 0 && <SwitchedOn integrationId={id} on={on} />}
      {openRows(recommended.data).length > 0 ? (
        <Starter
          key={recommended.data.version}
          integration={integration}
          recommended={recommended.data}
          options={options.data}
          onSaved={onSaved}
        />
      ) : (
        on === 0 && <Text size="sm">{t('setup.rulesDecided')}</Text>
      )}
      <Anchor component={Link} to="/ticketing" size="sm">
        {t('setup.toRules', { ...terms })}
      </Anchor>
    </Stack>
  )
}

/** What is on already, and what it leaves to be decided: tickets for what is wrong already. */
function SwitchedOn({ integrationId, on }: { integrationId: number; on: number }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const held = useQuery(heldQuery(integrationId))
  const [isOpening, setOpening] = useState(false)
  const { total = 0, clients = [] } = held.data ?? {}
  return (
    <Alert color={total === 0 ? 'teal' : 'blue'} title={t('setup.rulesOn', { count: on })} role="status">
      <Stack gap="xs" align="flex-start">
        {total > 0 && (
          <>
            <Text size="sm">
              {t('integrations.heldCount', { count: total, ...terms })}{' '}
              {t('integrations.atClients', { count: clients.length })} {t('setup.heldText', { ...terms })}
            </Text>
            <Button size="compact-sm" onClick={() => setOpening(true)}>
              {t('integrations.heldLook', { ...terms })}
            </Button>
          </>
        )}
      </Stack>
      {isOpening && <OpenHeld integrationId={integrationId} onClose={() => setOpening(false)} />}
    </Alert>
  )
}

const settleMs = 300

function Starter({
  integration,
  recommended,
  options,
  onSaved,
}: {
  integration: Integration
  recommended: RecommendedRules
  options: DeskOptions
  onSaved(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const { id } = integration
  const rows = openRows(recommended)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(rows.map(placeOf)))
  const [touched, setTouched] = useState<LevelValues>({})
  const body = starterRequest(recommended, chosen, touched)
  const [settled] = useDebouncedValue(JSON.stringify(body), settleMs)
  const preview = useQuery({
    queryKey: ['rules', id, 'preview', settled],
    queryFn: () => call(previewRules({ path: { id }, body: JSON.parse(settled) as typeof body })),
    placeholderData: keepPreviousData,
  })
  const saving = useMutation({
    mutationFn: () => call(saveRules({ path: { id }, body })),
    onSuccess: async () => {
      onSaved()
      await queries.invalidateQueries()
    },
  })
  const error = saving.error ?? preview.error
  const issues = error instanceof ApiError ? (error.problem?.errors ?? []) : []
  const wrong = issuesByLevel(recommended, issues)
  const isElsewhere = error !== null && Object.keys(wrong).length === 0
  const fields = options.ruleFields.filter(({ main, required }) => main || required)
  const { total = 0, clients = [] } = preview.data ?? {}
  const toggle = (row: StarterRow) => {
    const next = new Set(chosen)
    if (!next.delete(placeOf(row))) next.add(placeOf(row))
    setChosen(next)
  }

  return (
    <Stack gap="md">
      <Text size="sm">{t('setup.rulesLead', { ...terms })}</Text>
      {recommended.levels
        .map(({ level, fields: proposed }) => ({ level, proposed, mine: rows.filter((row) => row.level === level) }))
        .filter(({ mine }) => mine.length > 0)
        .map(({ level, proposed, mine }) => (
          <Card key={level} withBorder component="section" aria-label={t(`level.${level}`)}>
            <Stack gap="sm">
              <Group gap="xs">
                <Title order={3}>{t('setup.rulesOf')}</Title>
                <LevelBadge level={level} />
              </Group>
              <DeskForm
                fields={fields}
                choices={options.choices}
                values={touched[level] ?? proposed}
                errors={wrong[level] ?? {}}
                label={(title) => t('setup.fieldOf', { title, level: t(`level.${level}`) })}
                onChange={(values) => {
                  saving.reset()
                  setTouched({ ...touched, [level]: values })
                }}
              />
              <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xs" verticalSpacing={6}>
                {mine.map((row) => (
                  <Checkbox
                    key={placeOf(row)}
                    label={row.title}
                    description={
                      row.delayMinutes !== null && row.delayMinutes > 0
                        ? t('setup.after', { count: row.delayMinutes })
                        : undefined
                    }
                    checked={chosen.has(placeOf(row))}
                    onChange={() => toggle(row)}
                  />
                ))}
              </SimpleGrid>
            </Stack>
          </Card>
        ))}
      <Text size="xs" c="dimmed">
        {t('setup.rulesNoEvents', { ...terms })}
      </Text>
      {isElsewhere && <Failed error={error} />}
      <Card withBorder role="status" aria-label={t('setup.wouldTitle')}>
        <Text fw={600} size="lg">
          {preview.data === undefined
            ? t(preview.error === null ? 'state.loading' : 'setup.wouldNot')
            : t('setup.would', {
                ...terms,
                count: total,
                clients: t('setup.clients', { count: clients.filter(({ count }) => count > 0).length }),
              })}
        </Text>
        <Text size="sm" c="dimmed">
          {t('setup.wouldText', { ...terms })}
        </Text>
      </Card>
      <Group>
        <Button
          disabled={body.rows.length === 0 || preview.data === undefined || preview.error !== null}
          loading={saving.isPending}
          onClick={() => saving.mutate()}
        >
          {t('setup.switchOn', { count: body.rows.length })}
        </Button>
      </Group>
    </Stack>
  )
}
