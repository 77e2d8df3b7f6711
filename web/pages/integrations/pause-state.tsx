import { Alert, Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { pauseIntegration } from '../../api/generated/sdk.gen.ts'
import { serverNow } from '../../api/server-clock.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { useTerms } from '../../app/terms.ts'
import { Moment } from '../../ui/moment.tsx'
import { heldQuery } from './integration-queries.ts'
import { OpenHeld } from './open-held.tsx'
import { PauseIntegration, shortTime } from './pause-integration.tsx'

/** Whether it is paused now: a pause that ended stands there still, until somebody has taken note. */
export function isPaused({ pausedUntil }: Integration): boolean {
  return pausedUntil !== null && Date.parse(pausedUntil) > serverNow()
}

/** A pause with its end, or that it ended and what it left behind; nothing where there is none. */
export function PauseState({ integration }: { integration: Integration }): ReactNode {
  if (integration.pausedUntil === null) return null
  return isPaused(integration) ? (
    <Paused integration={integration} until={integration.pausedUntil} />
  ) : (
    <PauseEnded integration={integration} at={integration.pausedUntil} />
  )
}

function Paused({ integration, until }: { integration: Integration; until: string }): ReactNode {
  const { t, i18n } = useTranslation()
  const terms = useTerms()
  const may = useMay('operator')
  const [isChanging, setChanging] = useState(false)
  const at = shortTime(new Date(until), i18n.language)
  return (
    <Alert color="yellow" title={t('integrations.pausedUntil', { name: integration.name, at })}>
      <Why integration={integration} />
      <Text size="sm">{t('integrations.pauseText', { ...terms })}</Text>
      {may && (
        <Group gap="xs" mt="xs">
          <EndPause integration={integration} words={t('integrations.resume')} />
          <Button size="compact-sm" variant="default" onClick={() => setChanging(true)}>
            {t('integrations.pauseChange')}
          </Button>
        </Group>
      )}
      {isChanging && <PauseIntegration integration={integration} onClose={() => setChanging(false)} />}
    </Alert>
  )
}

function PauseEnded({ integration, at }: { integration: Integration; at: string }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const may = useMay('operator')
  const held = useQuery(heldQuery(integration.id))
  const [isOpening, setOpening] = useState(false)
  const total = held.data?.total ?? 0
  return (
    <Alert color="blue" title={t('integrations.pauseEnded', { name: integration.name })}>
      <Why integration={integration} />
      <Text size="sm" component="div">
        {t('integrations.pauseEndedAt')} <Moment at={at} />.{' '}
        {held.data !== undefined &&
          t(total === 0 ? 'integrations.heldNone' : 'integrations.heldCount', { count: total, ...terms })}
      </Text>
      {may && (
        <Group gap="xs" mt="xs">
          {total > 0 && (
            <Button size="compact-sm" onClick={() => setOpening(true)}>
              {t('integrations.heldLook', { ...terms })}
            </Button>
          )}
          <EndPause integration={integration} words={t('integrations.pauseNoted')} />
        </Group>
      )}
      {isOpening && <OpenHeld integrationId={integration.id} onClose={() => setOpening(false)} />}
    </Alert>
  )
}

/** Who paused it and what for, as far as it was said. */
function Why({ integration: { pausedBy, pauseNote } }: { integration: Integration }): ReactNode {
  const { t } = useTranslation()
  if (pausedBy === null && pauseNote === '') return null
  return (
    <Text size="sm" fw={600}>
      {[pausedBy === null ? '' : t('integrations.pausedBy', { name: pausedBy }), pauseNote]
        .filter((part) => part !== '')
        .join(': ')}
    </Text>
  )
}

/** Ends a pause, or takes note of its end. */
function EndPause({ integration: { id }, words }: { integration: Integration; words: string }): ReactNode {
  const queries = useQueryClient()
  const ending = useMutation({
    mutationFn: () => call(pauseIntegration({ path: { id }, body: { until: null } })),
    onSuccess: () => queries.invalidateQueries(),
  })
  return (
    <>
      <Button size="compact-sm" variant="default" loading={ending.isPending} onClick={() => ending.mutate()}>
        {words}
      </Button>
      {ending.error !== null && (
        <Text size="sm" c="red" role="alert">
          {ending.error.message}
        </Text>
      )}
    </>
  )
}
