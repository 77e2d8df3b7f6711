import { Alert, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { RulesPreview } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { CountedRule, CountTable } from '../integrations/count-table.tsx'

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

const mostShown = 15

type Counted = { readonly count: number; readonly before: number }

/** What changes most comes first. */
function byChange<Row extends Counted>(rows: readonly Row[]): readonly Row[] {
  const change = ({ count, before }: Counted) => Math.abs(count - before)
  return [...rows].sort((a, b) => change(b) - change(a) || b.count - a.count)
}

function Effects({ effect: { clients, rules } }: { effect: Effect }): ReactNode {
  const { t } = useTranslation()
  const counted = [t('ticketing.countBefore'), t('ticketing.countAfter')]
  if (rules.length === 0) return null
  return (
    <>
      <CountTable
        caption={t('ticketing.byRule')}
        counted={counted}
        most={mostShown}
        rows={byChange(rules).map(({ section, key, title, count, before }) => ({
          key: `${section}/${key}`,
          cell: <CountedRule section={section} title={title} />,
          counts: [before, count],
        }))}
      />
      <CountTable
        caption={t('ticketing.byClient')}
        counted={counted}
        most={mostShown}
        rows={byChange(clients).map(({ tenantId, name, count, before }) => ({
          key: String(tenantId),
          cell: name,
          counts: [before, count],
        }))}
      />
    </>
  )
}
