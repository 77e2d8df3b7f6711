import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '../ui/states.tsx'

export function NotFound(): ReactNode {
  const { t } = useTranslation()
  return (
    <Empty
      title={t('notFound.title')}
      action={
        <Anchor component={Link} to="/">
          {t('notFound.back')}
        </Anchor>
      }
    >
      {t('notFound.text')}
    </Empty>
  )
}
