import { Badge, Box, Tooltip } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { startLive, useLiveState } from '../api/live.ts'

/** Keeps the screens up to date while it stands, and says when it cannot. */
export function LiveBadge(): ReactNode {
  const { t } = useTranslation()
  const state = useLiveState()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { href } = useLocation()
  const here = useRef(href)
  here.current = href

  useEffect(
    () =>
      startLive(queries, () => {
        queries.clear()
        void navigate({ to: '/sign-in', search: { next: here.current } })
      }),
    [queries, navigate],
  )
  return (
    <Box role="status">
      {state === 'lost' && (
        <Tooltip label={t('state.offlineAdvice')} multiline maw={320}>
          <Badge color="red" variant="light" tabIndex={0}>
            {t('state.offline')}
          </Badge>
        </Tooltip>
      )}
    </Box>
  )
}
