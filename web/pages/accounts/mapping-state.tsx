import { Badge, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useTerms } from '../../app/terms.ts'
import { Moment } from '../../ui/moment.tsx'
import type { MappingRow } from './use-mappings.ts'

/** How it stands with a client: mapped or not, and what is wrong with either side. Words, never a colour alone. */
export function MappingState({ row }: { row: MappingRow }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { account, vanishedAt, failingSince, failingMessage, mappedElsewhere, leftOut, enabled } = row
  const badge = (color: string, words: string) => (
    <Badge color={color} variant="light" size="sm">
      {words}
    </Badge>
  )
  return (
    <Group gap={4}>
      {mappedElsewhere !== null
        ? badge('gray', t('accounts.states.elsewhere', { name: mappedElsewhere }))
        : leftOut
          ? badge('gray', t('accounts.states.leftOut'))
          : account === null
            ? badge('gray', t('accounts.states.notMapped'))
            : account.isActive === false
              ? badge('red', t('accounts.states.accountGone', { ...terms }))
              : badge('teal', t('accounts.states.mapped'))}
      {vanishedAt !== null && (
        <>
          {badge('orange', t('accounts.states.vanished'))}
          <Text size="xs" c="dimmed" component="span">
            <Moment at={vanishedAt} />
          </Text>
        </>
      )}
      {vanishedAt === null && failingSince !== null && (
        <>
          {badge('orange', t('accounts.states.failing'))}
          <Text size="xs" c="dimmed" component="span" title={failingMessage ?? undefined}>
            <Moment at={failingSince} />
          </Text>
        </>
      )}
      {!enabled && vanishedAt === null && badge('gray', t('accounts.states.switchedOff'))}
    </Group>
  )
}
