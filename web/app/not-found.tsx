import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Entrance } from '../ui/entrance.tsx'

export function NotFound(): ReactNode {
  const { t } = useTranslation()
  return (
    <Entrance title={t('notFound.title')} lead={t('notFound.text')}>
      <Anchor component={Link} to="/">
        {t('notFound.back')}
      </Anchor>
    </Entrance>
  )
}
