import { Alert, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../app/session.ts'
import { useTerms } from '../../app/terms.ts'
import { heldQuery } from '../integrations/integration-queries.ts'
import { OpenHeld } from '../integrations/open-held.tsx'

/** What is wrong already and has no ticket although its rule is on: saving opens nothing of it by itself, so it is offered. */
export function HeldOffer({ integrationId }: { integrationId: number }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const may = useMay('operator')
  const held = useQuery(heldQuery(integrationId))
  const [isOpening, setOpening] = useState(false)
  const total = held.data?.total ?? 0
  if (total === 0 && !isOpening) return null
  return (
    <>
      <Alert color="blue" p="xs">
        <Group justify="space-between" gap="xs">
          <Text size="sm">{t('ticketing.held', { count: total, ...terms })}</Text>
          {may && (
            <Button size="compact-sm" onClick={() => setOpening(true)}>
              {t('ticketing.heldOpen', { count: total, ...terms })}
            </Button>
          )}
        </Group>
      </Alert>
      {isOpening && <OpenHeld integrationId={integrationId} onClose={() => setOpening(false)} />}
    </>
  )
}
