import { Alert, Stack, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { CheckReport } from '../../api/generated/types.gen.ts'

/** What a check saw: facts, and what will not work although the connection does. */
export function ShownReport({ report }: { report: CheckReport }): ReactNode {
  const { t } = useTranslation()
  const { facts, problems } = report
  return (
    <Stack gap="sm" role="status">
      {problems.length === 0 ? (
        <Alert color="teal">{t('connections.good')}</Alert>
      ) : (
        <Alert color="yellow" title={t('connections.problems', { count: problems.length })}>
          <Stack gap={6} component="ul" m={0} pl="md">
            {problems.map(({ title, advice }) => (
              <li key={`${title}/${advice}`}>
                <Text size="sm" fw={600}>
                  {title}
                </Text>
                <Text size="sm">{advice}</Text>
              </li>
            ))}
          </Stack>
        </Alert>
      )}
      {facts.length > 0 && (
        <Table verticalSpacing={4} variant="vertical" layout="fixed">
          <caption style={{ position: 'absolute', clipPath: 'inset(50%)' }}>{t('connections.facts')}</caption>
          <Table.Tbody>
            {facts.map(({ title, value }) => (
              <Table.Tr key={title}>
                <Table.Th w={200} fw={400} c="dimmed" scope="row">
                  {title}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  )
}
