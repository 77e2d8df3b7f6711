import { Button, Drawer, Fieldset, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PsaField } from '../../api/generated/types.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { type Change, common, type Desk, isStatus, type Row, type Values } from './draft.ts'
import { parseWhole } from './field-words.ts'
import { timeBounds } from './grid-columns.ts'
import { MixedField } from './mixed-field.tsx'
import { type Mixed, shownFields } from './mixed-fields.ts'

/** The selected rows with what stands in them now. */
export type PanelRow = { readonly row: Row; readonly values: Values }

/**
 * All settings of one row or of several at once. A field in which they differ keeps each row's value until it is touched, and only
 * what was touched is set.
 */
export function EditPanel({
  rows,
  desk,
  onApply,
  onClose,
}: {
  rows: readonly PanelRow[]
  desk: Desk
  onApply(change: Change): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const [touched, setTouched] = useState<Change>({})
  const [time, setTime] = useState<string | null>(null)
  const all = rows.map(({ values }) => values)
  const [first] = rows
  if (first === undefined) return null
  const ofStatus = isStatus(first.row.section)
  const bounds = timeBounds(first.row.section)
  const timeNow = common(all, (values) => values.time)
  const timeCount = time === null ? null : parseWhole(time, bounds.minimum, bounds.maximum)
  const isTimeWrong = time !== null && timeCount === null
  const isFollowing = touched.own === false || (touched.own === undefined && all.every(({ own }) => !own))
  const fields = shownFields(desk, all, touched.fields ?? {})
  const isTouched = Object.keys(touched).length > 0 || time !== null

  function touchField(key: string, value: string | null): void {
    const { [key]: _, ...others } = touched.fields ?? {}
    const next = value === null ? others : { ...others, [key]: value }
    const { fields: __, ...rest } = touched
    setTouched(Object.keys(next).length === 0 ? rest : { ...rest, fields: next })
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (isTimeWrong) return
    onApply({ ...touched, ...(timeCount !== null && { time: timeCount }) })
  }

  const drawn = (list: readonly PsaField[]) =>
    list.map((field) => (
      <MixedField
        key={field.key}
        field={field}
        choices={desk.choices}
        shown={fields[field.key] ?? nothing}
        parent={field.dependsOn === undefined ? undefined : (fields[field.dependsOn] ?? nothing)}
        parentTitle={desk.ruleFields.find(({ key }) => key === field.dependsOn)?.title ?? ''}
        isTouched={touched.fields !== undefined && field.key in touched.fields}
        onTouch={(value) => touchField(field.key, value)}
      />
    ))

  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t(ofStatus ? 'ticketing.panelStatus' : 'ticketing.panelEvents', { ...terms })}
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            {rows.length === 1 ? first.row.title : t('ticketing.panelRows', { count: rows.length })}
          </Text>
          <Switches rows={rows} touched={touched} onTouch={setTouched} />
          {!isFollowing && (
            <>
              <Fieldset legend={t('ticketing.mainSettings')}>
                <Stack gap="sm">
                  {drawn(desk.ruleFields.filter(({ main }) => main))}
                  <TextInput
                    label={t(ofStatus ? 'ticketing.delayLong' : 'ticketing.lifetimeLong')}
                    description={t(ofStatus ? 'ticketing.delayHelp' : 'ticketing.lifetimeHelp')}
                    inputMode="numeric"
                    placeholder={timeNow === null ? t('ticketing.keep') : undefined}
                    value={time ?? (timeNow === null ? '' : String(timeNow.value))}
                    error={isTimeWrong ? t('ticketing.bounds', bounds) : undefined}
                    onChange={(event) => {
                      const text = event.currentTarget.value
                      setTime(text === '' && timeNow === null ? null : text)
                    }}
                  />
                </Stack>
              </Fieldset>
              {desk.ruleFields.some(({ main }) => !main) && (
                <Fieldset legend={t('ticketing.moreSettings')}>
                  <Stack gap="sm">{drawn(desk.ruleFields.filter(({ main }) => !main))}</Stack>
                </Fieldset>
              )}
            </>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('confirm.cancel')}
            </Button>
            <Button type="submit" disabled={!isTouched || isTimeWrong}>
              {t('ticketing.apply', { count: rows.length })}
            </Button>
          </Group>
          <Text size="xs" c="dimmed" ta="right">
            {t('ticketing.applyHelp')}
          </Text>
        </Stack>
      </form>
    </Drawer>
  )
}

const nothing: Mixed = { value: '', isMixed: false }

/** On or off, and for event types whether they follow their severity. */
function Switches({
  rows,
  touched,
  onTouch,
}: {
  rows: readonly PanelRow[]
  touched: Change
  onTouch(change: Change): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const mayFollow = rows.every(({ row }) => row.mayFollow)
  const now = common(
    rows.map(({ values }) => values),
    ({ own, enabled }) => (own ? (enabled ? 'on' : 'off') : 'follow'),
  )
  const { own: _, enabled: __, ...rest } = touched
  const set = touched.own === false ? 'follow' : touched.enabled === undefined ? null : touched.enabled ? 'on' : 'off'

  function choose(next: string): void {
    if (next === 'keep' || next === now?.value) onTouch(rest)
    else if (next === 'follow') onTouch({ own: false })
    else onTouch({ ...rest, enabled: next === 'on' })
  }

  return (
    <Stack gap={4}>
      <Text size="sm" fw={500} id="switch-label">
        {t('ticketing.create', { ...terms })}
      </Text>
      <SegmentedControl
        aria-labelledby="switch-label"
        value={set ?? now?.value ?? 'keep'}
        onChange={choose}
        data={[
          ...(now === null ? [{ value: 'keep', label: t('ticketing.keep') }] : []),
          ...(mayFollow ? [{ value: 'follow', label: t('ticketing.followSeverity') }] : []),
          { value: 'off', label: t('ticketing.off') },
          { value: 'on', label: t('ticketing.on') },
        ]}
      />
    </Stack>
  )
}
