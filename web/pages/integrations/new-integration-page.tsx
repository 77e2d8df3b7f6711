import { Anchor, Card } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { Empty } from '../../ui/states.tsx'
import { PairForm } from './pair-form.tsx'

/** Pairs another security product with a desk. */
export function NewIntegrationPage(): ReactNode {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const may = useMay('administrator')
  return (
    <Page
      title={t('integrations.add')}
      lead={
        <Anchor component={Link} to="/integrations" size="sm" underline="always">
          {t('integrations.back')}
        </Anchor>
      }
    >
      {may ? (
        <Card withBorder>
          <PairForm onMade={({ id }) => void navigate({ to: `/integrations/${id}`, ignoreBlocker: true })} />
        </Card>
      ) : (
        <Empty title={t('integrations.notYours')}>{t('integrations.notYoursText')}</Empty>
      )}
    </Page>
  )
}
