import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Setup } from '../../api/generated/types.gen.ts'
import { useCurrentIntegration } from '../../app/current-integration.ts'
import { useMay, useSession } from '../../app/session.ts'
import { setupQuery } from '../../app/setup.ts'
import { useTerms } from '../../app/terms.ts'
import { Page } from '../../ui/page.tsx'
import { useFilters } from '../../ui/search-params.ts'
import { Failed, Loading } from '../../ui/states.tsx'
import { ConnectionStep } from './connection-step.tsx'
import { MapStep } from './map-step.tsx'
import { PairStep } from './pair-step.tsx'
import { RulesStep } from './rules-step.tsx'
import { Step } from './step.tsx'
import { TryStep } from './try-step.tsx'

const steps = ['source', 'psa', 'pair', 'map', 'rules', 'try'] as const
type StepName = (typeof steps)[number]

/** While the first reading of the source goes on, its clients come one by one. */
const liveMs = 3_000

/** From nothing to the first test ticket. Where one stands follows from what there is, so it can be left at any time. */
export function SetupPage(): ReactNode {
  const { t } = useTranslation()
  const { demo } = useSession()
  const may = useMay('administrator')
  const { data, error, refetch } = useQuery({
    ...setupQuery,
    refetchInterval: ({ state }) => (state.data?.next === null ? false : liveMs),
  })
  const title = t(data?.next === null ? 'setup.title' : 'nav.setup')
  if (data === undefined) {
    return (
      <Page title={title}>{error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />}</Page>
    )
  }
  return (
    <Page
      title={title}
      lead={t('setup.lead')}
      actions={
        data.next !== null && (
          <Button component={Link} to="/" variant="default">
            {t('setup.later')}
          </Button>
        )
      }
    >
      {error !== null && <Failed error={error} />}
      {demo && (
        <Alert color="grape" title={t('setup.demo')}>
          {t('setup.demoText')}
        </Alert>
      )}
      {data.next === null && <AllDone />}
      {!may && <Alert color="gray">{t('setup.notYours')}</Alert>}
      <Steps setup={data} may={may} />
    </Page>
  )
}

function AllDone(): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  return (
    <Alert color="teal" title={t('setup.allDone')}>
      <Stack gap="xs">
        <Text size="sm">{t('setup.allDoneText', { ...terms })}</Text>
        <Group gap="md">
          <Anchor component={Link} to="/" size="sm">
            {t('nav.overview')}
          </Anchor>
          <Anchor component={Link} to="/accounts" size="sm">
            {t('setup.toAccounts', { ...terms })}
          </Anchor>
          <Anchor component={Link} to="/ticketing" size="sm">
            {t('setup.toRules', { ...terms })}
          </Anchor>
        </Group>
      </Stack>
    </Alert>
  )
}

function Steps({ setup, may }: { setup: Setup; may: boolean }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { all } = useCurrentIntegration()
  const [{ step: chosen }, set] = useFilters()
  const moved = useRef(false)
  const shown = chosen === 'none' ? null : (steps.find((step) => step === chosen) ?? setup.next)
  const integration = all.find(({ id }) => id === setup.integrationId)
  const show = (step: StepName | null | undefined) => {
    moved.current = true
    set({ step: step === null ? 'none' : step })
  }
  /** Keeps the step at hand open although it is done now, so that what came of it can be read. */
  const stay = (step: StepName) => set({ step })
  const goOn = () => show(undefined)

  const isDone: Readonly<Record<StepName, boolean>> = {
    source: setup.sourceId !== null,
    psa: setup.psaId !== null,
    pair: setup.integrationId !== null,
    map: setup.mapped > 0,
    rules: setup.rulesOn > 0,
    try: setup.proven,
  }
  // The first two can be done in any order; each later one needs all before it.
  const isReady = (step: StepName) =>
    step === 'source' ||
    step === 'psa' ||
    steps.slice(0, steps.indexOf(step)).every((one) => isDone[one] || one === 'rules')
  const summaries: Readonly<Record<StepName, string>> = {
    source: isDone.source ? (integration?.sourceName ?? t('setup.sum.source')) : t('setup.why.source'),
    psa: isDone.psa ? (integration?.psaName ?? t('setup.sum.psa')) : t('setup.why.psa'),
    pair: integration === undefined ? t('setup.why.pair', { ...terms }) : integration.name,
    map: isDone.map
      ? t('setup.sum.map', { count: setup.mapped, total: setup.tenants })
      : t('setup.why.map', { ...terms }),
    rules: isDone.rules ? t('setup.sum.rules', { count: setup.rulesOn }) : t('setup.why.rules', { ...terms }),
    try: t(isDone.try ? 'setup.sum.try' : 'setup.why.try', { ...terms }),
  }
  const content: Readonly<Record<StepName, () => ReactNode>> = {
    source: () => <ConnectionStep kind="source" id={setup.sourceId} onSaved={() => stay('source')} />,
    psa: () => <ConnectionStep kind="psa" id={setup.psaId} onSaved={() => stay('psa')} />,
    pair: () => <PairStep setup={setup} integration={integration} onMade={() => stay('pair')} />,
    map: () =>
      integration !== undefined && <MapStep setup={setup} integration={integration} onMapped={() => stay('map')} />,
    rules: () => integration !== undefined && <RulesStep integration={integration} onSaved={() => stay('rules')} />,
    try: () =>
      integration !== undefined && <TryStep setup={setup} integration={integration} onFired={() => stay('try')} />,
  }
  return (
    <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {steps.map((step, n) => (
        <Step
          key={step}
          number={n + 1}
          title={t(`setup.steps.${step}`, { ...terms })}
          state={isDone[step] ? 'done' : may && isReady(step) ? 'next' : 'later'}
          summary={summaries[step]}
          isOpen={may && step === shown && isReady(step)}
          canOpen={may && isReady(step)}
          takesFocus={moved.current}
          onToggle={() => show(step === shown ? null : step)}
        >
          <Stack gap="md">
            {content[step]()}
            {isDone[step] && setup.next !== null && (
              <Group>
                <Button onClick={goOn}>{t('setup.goOn')}</Button>
              </Group>
            )}
          </Stack>
        </Step>
      ))}
    </Stack>
  )
}
