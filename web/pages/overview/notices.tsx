import { Alert, Anchor, Stack } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useCurrentIntegration } from '../../app/current-integration.ts'
import { useUnfinishedSetup } from '../../app/setup.ts'
import { loadPageTexts } from '../../texts/texts.ts'

/** Read when something is paused, which is seldom. */
const PauseState = lazy(async () => {
  const [{ PauseState: shown }] = await Promise.all([
    import('../integrations/pause-state.tsx'),
    loadPageTexts('integrations'),
  ])
  return { default: shown }
})

/** What somebody left to be gone on with: a set-up that is not finished, and pauses, which must not be forgotten. */
export function Notices(): ReactNode {
  const { t } = useTranslation()
  const isUnfinished = useUnfinishedSetup()
  const { all } = useCurrentIntegration()
  const paused = all.filter(({ pausedUntil }) => pausedUntil !== null)
  if (!isUnfinished && paused.length === 0) return null
  return (
    <Stack gap="xs">
      {isUnfinished && (
        <Alert color="blue" title={t('overview.unfinished')}>
          <Anchor component={Link} to="/setup" size="sm">
            {t('nav.setup')}
          </Anchor>
        </Alert>
      )}
      {paused.length > 0 && (
        <Suspense fallback={null}>
          {paused.map((integration) => (
            <PauseState key={integration.id} integration={integration} />
          ))}
        </Suspense>
      )}
    </Stack>
  )
}
