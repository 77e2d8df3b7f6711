import { Anchor, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listConnectors } from '../../api/generated/sdk.gen.ts'
import { type Integration, useCurrentIntegration } from '../../app/current-integration.ts'
import { NotFound } from '../../app/not-found.tsx'
import { useMay } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { DeleteIntegration } from './delete-integration.tsx'
import { IntegrationSettings } from './integration-settings.tsx'
import { PauseIntegration } from './pause-integration.tsx'
import { isPaused, PauseState } from './pause-state.tsx'
import { useDeskOptions } from './use-desk-options.ts'

/** One integration: its pause, and the settings that all its tickets share. */
export function IntegrationPage(): ReactNode {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false }) as { id: string }
  const { all, isPending, error } = useCurrentIntegration()
  const integration = all.find((one) => String(one.id) === id)
  if (integration === undefined) {
    if (!isPending && error === null) return <NotFound />
    return <Page title={t('nav.integrations')}>{error === null ? <Loading /> : <Failed error={error} />}</Page>
  }
  return <Shown key={integration.id} integration={integration} />
}

function Shown({ integration }: { integration: Integration }): ReactNode {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const mayPause = useMay('operator')
  const mayChange = useMay('administrator')
  const options = useDeskOptions(integration.psaId, integration.psaConnector)
  const connectors = useQuery({
    queryKey: ['connectors'],
    queryFn: () => call(listConnectors()),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const [asking, setAsking] = useState<'pause' | 'delete' | null>(null)
  const { name, sourceName, sourceId, psaName, psaId } = integration
  const error = options.error ?? connectors.error
  const close = () => setAsking(null)
  return (
    <Page
      title={name}
      lead={
        <>
          <Anchor component={Link} to="/integrations" size="sm" underline="always">
            {t('integrations.back')}
          </Anchor>{' '}
          ·{' '}
          <Anchor component={Link} to={`/connections/source/${sourceId}`} size="sm" underline="always">
            {sourceName}
          </Anchor>{' '}
          →{' '}
          <Anchor component={Link} to={`/connections/psa/${psaId}`} size="sm" underline="always">
            {psaName}
          </Anchor>
        </>
      }
      actions={
        <>
          {mayPause && !isPaused(integration) && (
            <Button size="compact-sm" variant="default" onClick={() => setAsking('pause')}>
              {t('integrations.pause')}
            </Button>
          )}
          {mayChange && (
            <Button size="compact-sm" variant="subtle" color="red" onClick={() => setAsking('delete')}>
              {t('integrations.delete')}
            </Button>
          )}
        </>
      }
    >
      <PauseState integration={integration} />
      {options.data === undefined || connectors.data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} retry={() => void options.refetch()} />
        )
      ) : (
        <IntegrationSettings
          integration={integration}
          options={options.data}
          connectors={connectors.data}
          disabled={!mayChange}
        />
      )}
      {asking === 'pause' && <PauseIntegration integration={integration} onClose={close} />}
      {asking === 'delete' && (
        <DeleteIntegration
          integration={integration}
          onDeleted={() => void navigate({ to: '/integrations', ignoreBlocker: true })}
          onClose={close}
        />
      )}
    </Page>
  )
}
