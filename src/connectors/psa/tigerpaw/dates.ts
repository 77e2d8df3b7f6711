/**
 * Tigerpaw writes dates without an offset, likely in the tenant's own time (tigerpaw-api.md 7), so the settings name the
 * time zone. Without one nothing is made of its dates.
 */

/** The day on which a time of day stands alone (tigerpaw-api.md 2.5). */
const timeDay = '1900-01-01'

const formats = new Map<string, Intl.DateTimeFormat>()

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** `2026-01-05T10:15:02` in the zone. */
export function toLocal(at: Date, zone: string): string {
  return new Date(at.getTime() + offsetMs(at.getTime(), zone)).toISOString().slice(0, 19)
}

/** A date and a time of day apart, as the "split" type of the contract wants them (tigerpaw-api.md 2.5). */
export function toSplit(at: Date, zone: string): { readonly Date: string; readonly Time: string } {
  const [day = '', time = ''] = toLocal(at, zone).split('T')
  return { Date: `${day}T00:00:00`, Time: `${timeDay}T${time}` }
}

/** The moment of a date that Tigerpaw wrote; null when it is none, or when the zone is not known (''). */
export function fromLocal(text: string, zone: string): Date | null {
  if (text === '' || zone === '') return null
  if (/(z|[+-]\d\d:?\d\d)$/i.test(text)) return validDate(Date.parse(text))
  const guess = Date.parse(`${text}Z`)
  if (Number.isNaN(guess)) return null
  // The offset of the guess may be that of the other side of a clock change; that of the corrected moment is not.
  const near = guess - offsetMs(guess, zone)
  return validDate(guess - offsetMs(near, zone))
}

function offsetMs(time: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(time / 1_000) * 1_000
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

function validDate(time: number): Date | null {
  return Number.isNaN(time) ? null : new Date(time)
}
