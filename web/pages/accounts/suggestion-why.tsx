import { Badge, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { MappingSuggestions } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'

/** How alike the names are, and what makes it doubtful. */
export function SuggestionWhy({ suggestion }: { suggestion: MappingSuggestions['suggestions'][number] }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { likeness, otherAccounts, otherTenants } = suggestion
  return (
    <Stack gap={2} align="flex-start">
      <Badge size="sm" variant="light" color={likeness === 'same' ? 'teal' : 'yellow'}>
        {t(`accounts.likeness.${likeness}`)}
      </Badge>
      {otherAccounts.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('accounts.otherAccounts', { count: otherAccounts.length, ...terms })}
        </Text>
      )}
      {otherTenants.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('accounts.otherTenants', { names: otherTenants.map(({ name }) => name).join(', ') })}
        </Text>
      )}
    </Stack>
  )
}
