const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/

/** RFC 5424's TIMESTAMP; null for `-` and for anything else. */
export function parseRfc3339(text: string): Date | null {
  const parts = rfc3339.exec(text)
  if (parts === null) return null
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts
  const ms = utcMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  if (ms === null) return null
  const sign = zone.startsWith('-') ? -1 : 1
  const offset = zone.length === 1 ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
  return new Date(ms + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset * 60_000)
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const clock = /^(\d\d):(\d\d):(\d\d)$/
const bsdLength = 'Mmm dd hh:mm:ss'.length
const aMonthMs = 31 * 24 * 3600_000

/**
 * RFC 3164's TIMESTAMP at the beginning of a text: `Mmm dd hh:mm:ss`. It names neither year nor zone: the year is the one
 * that lies nearest below `now` (a month ahead at most, for clocks that go wrong), the zone is the listener's setting.
 */
export function parseBsdTime(
  text: string,
  now: Date,
  zoneMinutes: number,
): { readonly time: Date; readonly length: number } | null {
  const head = text.slice(0, bsdLength)
  const month = months.indexOf(head.slice(0, 3).toLowerCase()) + 1
  const day = head.slice(4, 6)
  const parts = clock.exec(head.slice(7))
  if (month === 0 || head[3] !== ' ' || head[6] !== ' ' || !/^[ 0-3]\d$/.test(day) || parts === null) return null
  const [, hour, minute, second] = parts
  const thisYear = now.getUTCFullYear()
  for (const year of [thisYear + 1, thisYear, thisYear - 1, thisYear - 2, thisYear - 3, thisYear - 4]) {
    // Four years back at most: 29 February exists in one of them.
    const ms = utcMs(year, month, Number(day), Number(hour), Number(minute), Number(second))
    if (ms === null) continue
    const time = ms - zoneMinutes * 60_000
    if (time <= now.getTime() + aMonthMs) return { time: new Date(time), length: bsdLength }
  }
  return null
}

/** A date that does not exist (31 February) is none; 60 as a leap second counts as 59. */
function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null
  const ms = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59))
  return new Date(ms).getUTCDate() === day ? ms : null
}

/** Milliseconds or seconds since 1970, as CEF's `rt` and LEEF's `devTime` write them; null for anything else. */
export function parseEpoch(text: string): Date | null {
  if (!/^\d{9,14}$/.test(text)) return null
  const number = Number(text)
  return new Date(text.length > 11 ? number : number * 1_000)
}
