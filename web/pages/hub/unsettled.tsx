import { Alert, Card, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Inbox } from '../../api/generated/types.gen.ts'
import { useMay } from '../../app/session.ts'
import { Moment } from '../../ui/moment.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { type Parcel, useUnsettled } from './hub-queries.ts'
import { ParcelActs } from './parcel-acts.tsx'
import { ParcelBody } from './parcel-body.tsx'

const views = ['putOff', 'setAside'] as const
type View = (typeof views)[number]

/** What was sent and could not be settled: why, since when, what waits behind it, and what can be done. Nothing while there is none. */
export function Unsettled({ sourceId, counts }: { sourceId: number; counts: Inbox['unsettled'] }): ReactNode {
  const { t } = useTranslation()
  const may = useMay('operator')
  if (counts.putOff + counts.setAside === 0) return null
  return (
    <Card withBorder component="section" aria-label={t('hub.unsettled.title')}>
      <Stack gap="sm">
        <Title order={2}>{t('hub.unsettled.title')}</Title>
        {counts.putOff > 0 && (
          <Alert color="red" role="status">
            {t('hub.unsettled.putOffText', { count: counts.putOff })} {!may && t('hub.unsettled.forOperators')}
          </Alert>
        )}
        {may ? (
          <Parcels sourceId={sourceId} counts={counts} />
        ) : (
          counts.setAside > 0 && <Text size="sm">{t('hub.unsettled.setAsideText', { count: counts.setAside })}</Text>
        )}
      </Stack>
    </Card>
  )
}

function Parcels({ sourceId, counts }: { sourceId: number; counts: Inbox['unsettled'] }): ReactNode {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<View | null>(null)
  const [shown, setShown] = useState<number | null>(null)
  const [done, setDone] = useState('')
  const view = chosen ?? (counts.putOff > 0 ? 'putOff' : 'setAside')
  return (
    <>
      <SegmentedControl
        aria-label={t('hub.unsettled.which')}
        size="xs"
        value={view}
        onChange={(next) => {
          setChosen(views.find((one) => one === next) ?? null)
          setShown(null)
        }}
        data={views.map((value) => ({ value, label: t(`hub.unsettled.views.${value}`, { number: counts[value] }) }))}
        style={{ alignSelf: 'flex-start' }}
      />
      <ParcelTable
        key={view}
        sourceId={sourceId}
        view={view}
        shown={shown}
        onShow={setShown}
        onDone={(words) => {
          setDone(words)
          setShown(null)
        }}
      />
      <Text size="sm" role="status">
        {done}
      </Text>
      {shown !== null && <ParcelBody key={shown} sourceId={sourceId} parcelId={shown} />}
    </>
  )
}

function ParcelTable({
  sourceId,
  view,
  shown,
  onShow,
  onDone,
}: {
  sourceId: number
  view: View
  shown: number | null
  onShow(id: number | null): void
  onDone(words: string): void
}): ReactNode {
  const { t, i18n } = useTranslation()
  const isAside = view === 'setAside'
  const paged = useUnsettled(sourceId, isAside)
  return (
    <PagedTable<Parcel>
      caption={t('hub.unsettled.title')}
      paged={paged}
      rowKey={({ id }) => id}
      empty={{ title: t(`hub.unsettled.none.${view}`) }}
      columns={[
        {
          key: 'company',
          title: t('hub.company'),
          cell: ({ company, form, items, channel }) => (
            <div>
              <Text size="sm" fw={600}>
                {company}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`hub.unsettled.forms.${form}`, { count: items })} ·{' '}
                {t(`hub.unsettled.channels.${channel}`, { defaultValue: channel })}
              </Text>
            </div>
          ),
        },
        {
          key: 'why',
          title: t('hub.reason'),
          cell: ({ failure, note }) => (
            <div>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {failure}
              </Text>
              {note !== '' && (
                <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {t('hub.unsettled.noted', { note })}
                </Text>
              )}
            </div>
          ),
        },
        {
          key: 'came',
          title: t('hub.unsettled.came'),
          width: 120,
          cell: ({ receivedAt }) => <Moment at={receivedAt} />,
        },
        isAside
          ? {
              key: 'aside',
              title: t('hub.unsettled.setAside'),
              width: 160,
              cell: ({ setAsideAt, setAsideBy }) => (
                <div>
                  <Moment at={setAsideAt} />
                  <Text size="xs" c="dimmed">
                    {t('hub.unsettled.by', { name: setAsideBy })}
                  </Text>
                </div>
              ),
            }
          : {
              key: 'retry',
              title: t('hub.unsettled.again'),
              width: 160,
              cell: ({ retryAt, behind }) => (
                <div>
                  {retryAt === null ? <Text size="sm">{t('hub.unsettled.now')}</Text> : <Moment at={retryAt} />}
                  {behind > 0 && (
                    <Text size="xs" c="dimmed">
                      {t('hub.unsettled.behind', { count: behind, number: behind.toLocaleString(i18n.language) })}
                    </Text>
                  )}
                </div>
              ),
            },
        {
          key: 'acts',
          title: t('hub.acts'),
          hidden: true,
          width: 250,
          cell: (parcel) => (
            <ParcelActs
              sourceId={sourceId}
              parcel={parcel}
              isShown={shown === parcel.id}
              onShow={() => onShow(shown === parcel.id ? null : parcel.id)}
              onDone={onDone}
            />
          ),
        },
      ]}
    />
  )
}
