import { Alert, Group, Modal, Stack, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { RulesPreview } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { LevelBadge } from '../../ui/level-badge.tsx'

type Effect = Pick<RulesPreview, 'total' | 'before' | 'clients' | 'rules'>

/** What the unsaved rules would do now, against the saved ones. */
export function PreviewDialog({ preview, onClose }: { preview: RulesPreview; onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const { events, pausedUntil } = preview
  const clients = preview.clients.filter(({ count }) => count > 0).length
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('ticketing.previewTitle')}
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <Stack gap="md">
        <div>
          <Text fw={600}>
            {t('ticketing.previewTotal', { count: preview.total, ...terms })}{' '}
            {preview.total > 0 && t('ticketing.previewClients', { count: clients })}
          </Text>
          <Text size="sm" c="dimmed">
            {t('ticketing.previewBefore', { count: preview.before, ...terms })}{' '}
            {t('ticketing.previewNothing', { ...terms })}
          </Text>
        </div>
        {pausedUntil !== null && <Alert color="yellow">{t('ticketing.previewPaused')}</Alert>}
        <Effects effect={preview} />
        {(events.total > 0 || events.before > 0) && (
          <>
            <div>
              <Text fw={600}>{t('ticketing.previewEvents', { count: events.total, days: events.days, ...terms })}</Text>
              <Text size="sm" c="dimmed">
                {t('ticketing.previewEventsBefore', { count: events.before, ...terms })}
              </Text>
            </div>
            <Effects effect={events} />
          </>
        )}
        <Text size="sm" c="dimmed">
          {t('ticketing.previewOpenStay', { ...terms })}
        </Text>
      </Stack>
    </Modal>
  )
}

function Effects({ effect: { clients, rules } }: { effect: Effect }): ReactNode {
  const { t } = useTranslation()
  if (rules.length === 0) return null
  return (
    <>
      <Counts
        caption={t('ticketing.byRule')}
        rows={rules.map(({ section, key, title, count, before }) => ({
          key: `${section}/${key}`,
          cell: (
            <Group gap="xs" wrap="nowrap">
              {(section === 'warning' || section === 'critical') && <LevelBadge level={section} />}
              {title}
            </Group>
          ),
          count,
          before,
        }))}
      />
      <Counts
        caption={t('ticketing.byClient')}
        rows={clients.map(({ tenantId, name, count, before }) => ({
          key: String(tenantId),
          cell: name,
          count,
          before,
        }))}
      />
    </>
  )
}

type CountRow = { readonly key: string; readonly cell: ReactNode; readonly count: number; readonly before: number }

const mostShown = 15

function Counts({ caption, rows }: { caption: string; rows: readonly CountRow[] }): ReactNode {
  const { t } = useTranslation()
  const change = ({ count, before }: CountRow) => Math.abs(count - before)
  const shown = [...rows].sort((a, b) => change(b) - change(a) || b.count - a.count)
  return (
    <div>
      <Table verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{caption}</Table.Th>
            <Table.Th ta="right" w={110}>
              {t('ticketing.countBefore')}
            </Table.Th>
            <Table.Th ta="right" w={110}>
              {t('ticketing.countAfter')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.slice(0, mostShown).map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td>{row.cell}</Table.Td>
              <Table.Td ta="right">{row.before}</Table.Td>
              <Table.Td ta="right" fw={row.count === row.before ? 400 : 700}>
                {row.count}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > mostShown && (
        <Text size="xs" c="dimmed">
          {t('ticketing.andMore', { count: rows.length - mostShown })}
        </Text>
      )}
    </div>
  )
}
