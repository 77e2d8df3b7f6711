import { Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Setup } from '../../api/generated/types.gen.ts'
import type { Integration } from '../../app/current-integration.ts'
import { PairForm } from '../integrations/pair-form.tsx'

/** Pairs what was connected, with the settings that all tickets share. */
export function PairStep({
  setup,
  integration,
  onMade,
}: {
  setup: Setup
  integration: Integration | undefined
  onMade(): void
}): ReactNode {
  const { t } = useTranslation()
  if (integration === undefined) return <PairForm sourceId={setup.sourceId} psaId={setup.psaId} onMade={onMade} />
  const { id, sourceName, psaName } = integration
  return (
    <Text size="sm">
      {sourceName} → {psaName}.{' '}
      <Anchor component={Link} to={`/integrations/${id}`} size="sm" underline="always">
        {t('setup.changePair')}
      </Anchor>
    </Text>
  )
}
