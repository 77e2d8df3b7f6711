import { Alert, Anchor, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { recommendRules, runDrill, saveDrillPlan, showDrill, showDrillPlan } from '../../api/generated/sdk.gen.ts'
import type { DeskOptions, Drill, Setup } from '../../api/generated/types.gen.ts'
import { ApiError, fieldErrors } from '../../api/problem.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { DeskForm } from '../../forms/desk-form.tsx'
import type { DeskValues } from '../../forms/desk-values.ts'
import { Failed, Loading } from '../../ui/states.tsx'
import { useDeskOptions } from '../integrations/use-desk-options.ts'
import { AccountSelect, type ChosenAccount } from './account-select.tsx'

type Part = Drill['part']
const parts: readonly Part[] = ['prepare', 'decide', 'open', 'read-open', 'close', 'read-closed']
const lookEveryMs = 1_000

/** Opens a test ticket at the desk through the whole real path, reads it back and closes it. */
export function TryStep({
  setup,
  integration,
  onFired,
}: {
  setup: Setup
  integration: Integration
  onFired(): void
}): ReactNode {
  const { psaId, id } = integration
  const options = useDeskOptions(psaId, integration.psaConnector)
  const recommended = useQuery({
    queryKey: ['rules', id, 'recommended'],
    queryFn: () => call(recommendRules({ path: { id } })),
    enabled: !setup.drillPlanned,
  })
  const plan = useQuery({
    queryKey: ['drills', 'plan', psaId],
    queryFn: () => call(showDrillPlan({ path: { id: psaId } })),
    enabled: setup.drillPlanned,
  })
  const error = options.error ?? recommended.error ?? plan.error
  if (error !== null) return <Failed error={error} retry={() => void options.refetch()} />
  if (setup.drillPlanned) {
    if (plan.data === undefined) return <Loading />
    return <Fire psaId={psaId} latest={plan.data.drills[0] ?? null} onFired={onFired} />
  }
  if (options.data === undefined || recommended.data === undefined) return <Loading />
  const { levels } = recommended.data
  const proposed = (levels.find(({ level }) => level === 'warning') ?? levels[0])?.fields ?? {}
  return <Plan integration={integration} options={options.data} proposed={proposed} onFired={onFired} />
}

/** Where the test ticket goes; afterwards it is fired at once. */
function Plan({
  integration,
  options,
  proposed,
  onFired,
}: {
  integration: Integration
  options: DeskOptions
  proposed: DeskValues
  onFired(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const { psaId, general } = integration
  const [account, setAccount] = useState<ChosenAccount | null>(null)
  const [values, setValues] = useState(proposed)
  const firing = useMutation({
    mutationFn: async () => {
      const body = { accountId: account?.id ?? '', fields: { ...values }, general: { ...general }, schedule: null }
      await call(saveDrillPlan({ path: { id: psaId }, body }))
      await call(runDrill({ path: { id: psaId } }))
    },
    onSuccess: async () => {
      onFired()
      await queries.invalidateQueries()
    },
  })
  const errors = fieldErrors(firing.error)
  const issues = firing.error instanceof ApiError ? (firing.error.problem?.errors ?? []) : []
  const ofFields = Object.fromEntries(
    issues.flatMap(({ field, message }) => (field.startsWith('fields.') ? [[field.slice(7), message]] : [])),
  )
  const isElsewhere = firing.error !== null && Object.keys(ofFields).length === 0 && errors.accountId === undefined
  return (
    <Stack gap="md">
      <Text size="sm">{t('setup.tryLead', { ...terms })}</Text>
      <div style={{ maxWidth: 420 }}>
        <AccountSelect
          psaId={psaId}
          label={t('setup.tryAccount', { ...terms })}
          description={t('setup.tryAccountHelp')}
          value={account}
          error={errors.accountId}
          onChange={setAccount}
        />
      </div>
      <DeskForm
        fields={options.ruleFields.filter(({ main, required }) => main || required)}
        choices={options.choices}
        values={values}
        errors={ofFields}
        onChange={setValues}
      />
      {isElsewhere && <Failed error={firing.error} />}
      <Group>
        <Button disabled={account === null} loading={firing.isPending} onClick={() => firing.mutate()}>
          {t('setup.fire', { ...terms })}
        </Button>
      </Group>
    </Stack>
  )
}

function Fire({ psaId, latest, onFired }: { psaId: number; latest: Drill | null; onFired(): void }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const drill = useQuery({
    queryKey: ['drills', 'one', latest?.id],
    queryFn: async () => {
      const shown = await call(showDrill({ path: { id: latest?.id ?? 0 } }))
      if (shown.state !== 'running') await queries.invalidateQueries({ queryKey: ['setup'] })
      return shown
    },
    enabled: latest !== null,
    initialData: latest ?? undefined,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? lookEveryMs : false),
  })
  const firing = useMutation({
    mutationFn: () => call(runDrill({ path: { id: psaId } })),
    onSuccess: async () => {
      onFired()
      await queries.invalidateQueries()
    },
  })
  const isRunning = drill.data?.state === 'running'
  return (
    <Stack gap="md">
      {drill.error !== null && <Failed error={drill.error} />}
      {drill.data !== undefined && <Progress drill={drill.data} />}
      {firing.error !== null && <Failed error={firing.error} />}
      {!isRunning && (
        <Group>
          <Button
            variant={drill.data?.state === 'good' ? 'default' : 'filled'}
            loading={firing.isPending}
            onClick={() => firing.mutate()}
          >
            {t(drill.data === undefined ? 'setup.fire' : 'setup.fireAgain', { ...terms })}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

/** How far a test ticket has come, part by part. */
function Progress({ drill }: { drill: Drill }): ReactNode {
  const { t, i18n } = useTranslation()
  const terms = useTerms()
  const { state, part, reason, times, ticketId } = drill
  const at = parts.indexOf(part)
  const seconds = (ms: number) =>
    t('setup.seconds', {
      seconds: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(ms / 1_000),
    })
  const whole = times.reduce((sum, { ms }) => sum + ms, 0)
  return (
    <Stack gap="sm" role="status">
      {state === 'good' && (
        <Alert color="teal" title={t('setup.tried', { ...terms })}>
          {t('setup.triedText', { time: seconds(whole), ...terms })}
        </Alert>
      )}
      {state === 'failed' && (
        <Alert color="red" title={t('setup.tryFailed', { part: t(`setup.parts.${part}`, { ...terms }) })}>
          {reason}
        </Alert>
      )}
      <Stack component="ol" gap={4} m={0} pl="lg">
        {parts.map((one, n) => {
          const isDone = n < at || state === 'good'
          const isNow = n === at && state === 'running'
          const took = times.find((time) => time.part === one)?.ms
          return (
            <li key={one} aria-current={isNow ? 'step' : undefined}>
              <Group gap="xs">
                <Text size="sm" fw={isNow ? 600 : 400} c={isDone || isNow ? undefined : 'dimmed'}>
                  {t(`setup.parts.${one}`, { ...terms })}
                </Text>
                {isNow && <Loader size={14} aria-hidden />}
                {isDone && (
                  <Text size="sm" c="dimmed">
                    ✓ {took === undefined ? '' : seconds(took)}
                  </Text>
                )}
              </Group>
            </li>
          )
        })}
      </Stack>
      {state === 'running' && reason !== '' && (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      {ticketId !== null && (
        <Anchor component={Link} to={`/tickets/${ticketId}`} size="sm">
          {t('setup.toTicket', { ...terms })}
        </Anchor>
      )}
    </Stack>
  )
}
