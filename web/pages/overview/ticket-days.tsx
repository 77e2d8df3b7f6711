import { Group, Table, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Overview } from '../../api/generated/types.gen.ts'
import classes from './ticket-days.module.css'

type Day = Overview['days'][number]

const width = 720
const height = 180
const series = ['opened', 'closedByUs', 'closedByPeople'] as const
const scaleSteps = [1, 2, 5]

/** Thirty days of tickets as bars: opened upwards, closed downwards, split by who closed them. The numbers stand in a table too. */
export function TicketDays({ days }: { days: readonly Day[] }): ReactNode {
  const { t, i18n } = useTranslation()
  const most = niceCeiling(Math.max(1, ...days.flatMap((day) => [day.opened, day.closedByUs + day.closedByPeople])))
  const middle = height / 2
  const slot = width / days.length
  const tall = (count: number) => (count / most) * (middle - 4)
  const label = (day: string) =>
    new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
      new Date(`${day}T00:00:00Z`),
    )
  const sum = (key: (typeof series)[number]) => days.reduce((total, day) => total + day[key], 0)

  return (
    <>
      <svg viewBox={`0 0 ${width} ${height + 16}`} className={classes.chart} aria-hidden="true" role="presentation">
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
            {index % 7 === 1 && (
              <text y={height + 12} className={classes.day}>
                {label(day.day)}
              </text>
            )}
          </g>
        ))}
        <text x={2} y={10} className={classes.day}>
          {most}
        </text>
      </svg>
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

/** The next number of the form 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = scaleSteps.find((one) => one * power >= value)
  return (step ?? 10) * power
}
