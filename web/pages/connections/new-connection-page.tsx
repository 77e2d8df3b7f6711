import { Anchor, Button, Card, Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SavedConnection } from '../../api/generated/types.gen.ts'
import { NotFound } from '../../app/not-found.tsx'
import { useMay } from '../../app/session.ts'
import { Page } from '../../ui/page.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { ShownReport } from './check-report.tsx'
import { ConnectionForm } from './connection-form.tsx'
import { connectorsOf, connectorsQuery, isKind } from './connection-kinds.ts'

/** Connects another security product or desk. */
export function NewConnectionPage(): ReactNode {
  const { t } = useTranslation()
  const { kind } = useParams({ strict: false }) as { kind: string }
  const may = useMay('administrator')
  const connectors = useQuery(connectorsQuery)
  const [saved, setSaved] = useState<SavedConnection | null>(null)
  if (!isKind(kind)) return <NotFound />
  return (
    <Page
      title={t(`connections.add.${kind}`)}
      lead={
        <Anchor component={Link} to="/connections" size="sm" underline="always">
          {t('connections.back')}
        </Anchor>
      }
    >
      {!may ? (
        <Empty title={t('connections.notYours')}>{t('connections.notYoursText')}</Empty>
      ) : saved !== null ? (
        <Card withBorder>
          <Stack gap="md">
            {saved.report !== null && <ShownReport report={saved.report} />}
            <Group>
              <Button component={Link} to={`/connections/${kind}/${saved.connection.id}`}>
                {t('connections.toIt', { name: saved.connection.name })}
              </Button>
              <Button component={Link} to="/integrations/new" variant="default">
                {t('connections.pairIt')}
              </Button>
            </Group>
          </Stack>
        </Card>
      ) : connectors.data === undefined ? (
        connectors.error === null ? (
          <Loading />
        ) : (
          <Failed error={connectors.error} retry={() => void connectors.refetch()} />
        )
      ) : (
        <ConnectionForm kind={kind} connectors={connectorsOf(kind, connectors.data)} onSaved={setSaved} />
      )}
    </Page>
  )
}
