import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

const colours = { critical: 'red', warning: 'yellow', 'functional-failure': 'orange', ok: 'teal' } as const

/** How bad it is: always a word, never a colour alone. */
export function LevelBadge({ level }: { level: keyof typeof colours }): ReactNode {
  const { t } = useTranslation()
  return (
    <Badge color={colours[level]} variant="light" size="sm">
      {t(`level.${level}`)}
    </Badge>
  )
}
