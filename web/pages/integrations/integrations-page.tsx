import { Button, SimpleGrid } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCurrentIntegration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { IntegrationCard } from './integration-card.tsx'

/** All pairings of a security product with a desk, side by side. */
export function IntegrationsPage(): ReactNode {
  const { t } = useTranslation()
  const may = useMay('administrator')
  const { all, current, isPending, error } = useCurrentIntegration()
  return (
    <Page
      title={t('nav.integrations')}
      lead={t('integrations.lead')}
      actions={
        may && (
          <Button component={Link} to="/integrations/new">
            {t('integrations.add')}
          </Button>
        )
      }
    >
      {error !== null && <Failed error={error} />}
      {isPending ? (
        <Loading />
      ) : all.length === 0 && error === null ? (
        <Empty title={t('integrations.none')}>{t('integrations.noneText')}</Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
          {all.map((integration) => (
            <IntegrationCard
              key={integration.id}
              integration={integration}
              isCurrent={integration.id === current?.id}
            />
          ))}
        </SimpleGrid>
      )}
    </Page>
  )
}
