import { Alert, Box, Button, Flex, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { showOptions } from '../../api/generated/sdk.gen.ts'
import { type Integration, useCurrentIntegration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { LeaveGuard } from '../../forms/leave-guard.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { useFilters } from '../../ui/search-params.ts'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { connectorsQuery } from '../connections/connection-kinds.ts'
import { optionsQuery } from '../integrations/integration-queries.ts'
import { useDeskOptions } from '../integrations/use-desk-options.ts'
import { type GeneralDraft, generalChanges } from './general-draft.ts'
import { GeneralSection } from './general-section.tsx'
import { PaneList } from './pane-list.tsx'
import { RulesSection } from './rules-section.tsx'
import { panesOf } from './sections.ts'
import { useDrafts } from './use-drafts.ts'

/** What gets a ticket, and what ticket: general settings, and the rules for events and computer statuses. */
export function TicketingPage(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { current, isPending } = useCurrentIntegration()
  const title = t('nav.ticketing', { ...terms })
  if (isPending || terms === null)
    return (
      <Page title={title}>
        <Loading />
      </Page>
    )
  return current === null ? (
    <Page title={title}>
      <Empty title={t('ticketing.noIntegration')}>{t('ticketing.noIntegrationText')}</Empty>
    </Page>
  ) : (
    <Ticketing integration={current} title={title} />
  )
}

function Ticketing({ integration, title }: { integration: Integration; title: string }): ReactNode {
  const { t } = useTranslation()
  const { all } = useCurrentIntegration()
  const [filters, setFilters] = useFilters()
  const drafts = useDrafts(integration.id)
  const catalogue = useCatalogue(integration)
  const saved = drafts.draft?.saved ?? null
  const panes = useMemo(() => panesOf(catalogue, saved), [catalogue, saved])
  // An address that names no product means the first one that has such a section.
  const pane =
    panes.find(({ id }) => id === filters.section) ??
    panes.find(({ kind }) => kind === filters.section) ??
    panes.find(({ kind }) => kind === 'warning')
  const options = useDeskOptions(integration.psaId, integration.psaConnector)
  const [generals, setGenerals] = useState<ReadonlyMap<number, GeneralDraft>>(new Map())
  const fresh = { seen: integration.general, values: integration.general }
  const kept = generals.get(integration.id)
  const general = kept === undefined || isUntouched(kept) ? fresh : kept
  const unsaved = new Map(drafts.unsaved)
  for (const [id, draft] of generals) {
    unsaved.set(id, (unsaved.get(id) ?? 0) + Object.keys(generalChanges(draft)).length)
  }
  const elsewhere = all.filter(({ id }) => id !== integration.id && (unsaved.get(id) ?? 0) > 0)
  const { draft } = drafts
  const isReady = draft !== null && options.data !== undefined

  return (
    <Page
      title={title}
      lead={t('ticketing.lead', { name: integration.name })}
      actions={<Lists psaId={integration.psaId} />}
    >
      <LeaveGuard unsaved={[...unsaved.values()].reduce((sum, count) => sum + count, 0)} />
      {elsewhere.map(({ id, name }) => (
        <Alert key={id} color="yellow" p="xs">
          {t('ticketing.elsewhere', { name, count: unsaved.get(id) ?? 0 })}
        </Alert>
      ))}
      <Flex direction={{ base: 'column', md: 'row' }} gap="md">
        <PaneList
          panes={panes}
          current={pane?.id ?? ''}
          draft={draft}
          general={general}
          onChoose={(id) => setFilters({ section: id })}
          problems={integration.problems.length}
        />
        <Box flex={1} miw={0}>
          {!isReady && drafts.error === null && options.error === null && <Loading />}
          {draft === null && drafts.error !== null && <Failed error={drafts.error} retry={drafts.again} />}
          {options.data === undefined && options.error !== null && (
            <Failed error={options.error} retry={() => void options.refetch()} />
          )}
          {draft !== null && options.data !== undefined && pane?.kind === 'general' && (
            <GeneralSection
              key={integration.id}
              integration={integration}
              options={options.data}
              defaults={draft.saved.defaults.general}
              draft={general}
              onDraft={(next) => setGenerals((before) => new Map(before).set(integration.id, next))}
            />
          )}
          {draft !== null && options.data !== undefined && pane !== undefined && pane.kind !== 'general' && (
            <RulesSection
              key={`${integration.id} ${pane.id}`}
              integrationId={integration.id}
              pane={pane}
              desk={options.data}
              draft={draft}
              isOvertaken={drafts.isOvertaken}
              change={drafts.change}
            />
          )}
        </Box>
      </Flex>
    </Page>
  )
}

/** What the source can report, by its products where it has several. */
function useCatalogue({ sourceConnector }: Integration) {
  const { data } = useQuery(connectorsQuery)
  return data?.sources.find(({ id }) => id === sourceConnector)?.catalogue
}

function isUntouched(draft: GeneralDraft): boolean {
  return Object.keys(generalChanges(draft)).length === 0
}

/** How old the desk's lists are, and reading them again: a queue that was made a minute ago is not in them. */
function Lists({ psaId }: { psaId: number }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data } = useQuery(optionsQuery(psaId))
  const reading = useMutation({
    mutationFn: () => call(showOptions({ path: { id: psaId }, query: { refresh: 'true' } })),
    onSuccess: async (fresh) => {
      queries.setQueryData(optionsQuery(psaId).queryKey, fresh)
      await Promise.all(['rules', 'integrations'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    },
  })
  if (data === undefined) return null
  return (
    <Group gap="xs">
      {reading.error !== null && (
        <Text size="sm" c="red" role="alert">
          {reading.error.message}
        </Text>
      )}
      <Text size="xs" c="dimmed" component="div">
        {t('ticketing.listsRead')} <Moment at={data.readAt} />
      </Text>
      <Button size="compact-xs" variant="default" loading={reading.isPending} onClick={() => reading.mutate()}>
        {t('ticketing.readLists')}
      </Button>
    </Group>
  )
}
