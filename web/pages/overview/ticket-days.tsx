import { Group, Table, Text, VisuallyHidden } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Overview } from '../../api/generated/types.gen.ts'
import classes from './ticket-days.module.css'

type Day = Overview['days'][number]

const height = 180
const widthUntilMeasured = 640
const leastPerLabel = 72
const series = ['opened', 'closedByUs', 'closedByPeople'] as const
const scaleSteps = [1, 2, 3, 4, 5, 6, 8, 10]

/** Thirty days of tickets as bars: opened upwards, closed downwards, split by who closed them. The numbers stand in a table too. */
export function TicketDays({ days }: { days: readonly Day[] }): ReactNode {
  const { t, i18n } = useTranslation()
  const most = niceCeiling(Math.max(1, ...days.flatMap((day) => [day.opened, day.closedByUs + day.closedByPeople])))
  const middle = height / 2
  const { ref, width: measured } = useElementSize()
  const width = measured === 0 ? widthUntilMeasured : measured
  const slot = width / Math.max(1, days.length)
  const everyLabel = Math.ceil(leastPerLabel / slot)
  const tall = (count: number) => (count / most) * (middle - 4)
  const label = (day: string) =>
    new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
      new Date(`${day}T00:00:00Z`),
    )
  const sum = (key: (typeof series)[number]) => days.reduce((total, day) => total + day[key], 0)

  return (
    <>
      <div ref={ref}>
        <svg viewBox={`0 0 ${width} ${height + 18}`} className={classes.chart} aria-hidden="true" role="presentation">
          {[4, height - 4].map((y) => (
            <line key={y} x1={0} x2={width} y1={y} y2={y} className={classes.grid} />
          ))}
          <line x1={0} x2={width} y1={middle} y2={middle} className={classes.axis} />
          {days.map((day, index) => (
            <g key={day.day} transform={`translate(${index * slot + slot * 0.15} 0)`}>
              <title>{`${label(day.day)}: ${series.map((key) => `${t(`overview.${key}`)} ${day[key]}`).join(', ')}`}</title>
              <rect width={slot} height={height} fill="transparent" x={-slot * 0.15} />
              <rect
                width={slot * 0.7}
                y={middle - tall(day.opened)}
                height={tall(day.opened)}
                className={classes.opened}
              />
              <rect width={slot * 0.7} y={middle} height={tall(day.closedByUs)} className={classes.closedByUs} />
              <rect
                width={slot * 0.7}
                y={middle + tall(day.closedByUs)}
                height={tall(day.closedByPeople)}
                className={classes.closedByPeople}
              />
              {(days.length - 1 - index) % everyLabel === 0 && (
                <text
                  x={slot * 0.35}
                  y={height + 14}
                  className={classes.day}
                  textAnchor={anchor((index + 0.5) * slot, width)}
                >
                  {label(day.day)}
                </text>
              )}
            </g>
          ))}
          {[16, height - 8].map((y) => (
            <text key={y} x={2} y={y} className={classes.day}>
              {most}
            </text>
          ))}
        </svg>
      </div>
      <Group gap="lg" mt="xs">
        {series.map((key) => (
          <Group gap={6} key={key}>
            <span className={`${classes.swatch} ${classes[key]}`} aria-hidden="true" />
            <Text size="sm">
              {t(`overview.${key}`)}: <b>{sum(key)}</b>
            </Text>
          </Group>
        ))}
      </Group>
      <VisuallyHidden>
        <Table>
          <caption>{t('overview.daysCaption')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('overview.day')}</th>
              {series.map((key) => (
                <th scope="col" key={key}>
                  {t(`overview.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.day}>
                <th scope="row">{label(day.day)}</th>
                {series.map((key) => (
                  <td key={key}>{day[key]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </VisuallyHidden>
    </>
  )
}

/** Labels at the edges stay within the picture. */
function anchor(x: number, width: number): 'start' | 'middle' | 'end' {
  return x < leastPerLabel / 2 ? 'start' : x > width - leastPerLabel / 2 ? 'end' : 'middle'
}

/** The next round number: few leading digits times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = scaleSteps.find((one) => one * power >= value)
  return (step ?? 10) * power
}
