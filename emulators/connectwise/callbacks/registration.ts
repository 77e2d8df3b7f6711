// Registering callbacks (connectwise-api.md 11).
import type { ValidationError } from '../answers.ts'
import { textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { Store } from '../store/store.ts'
import type { Check } from '../write/records.ts'
import { levelsByType } from './message.ts'

/** What a callback must fulfil; it belongs to the API member. One that is switched on again starts without failures. */
export function callbackCheck(store: Store): Check {
  return (row, before, errors) => {
    const levels = levelsByType[textIn(row, 'type')] ?? []
    const level = textIn(row, 'level')
    if (level !== '' && !levels.some((one) => one.toLowerCase() === level.toLowerCase())) {
      errors.push(wrong('level', `level must be one of ${levels.join(', ')}.`))
    }
    if (row.url !== null && !isAddress(textIn(row, 'url'))) errors.push(wrong('url', 'url is not a valid address.'))
    row.memberId ??= store.account.memberId
    if (before?.inactiveFlag === true && row.inactiveFlag === false) row.failingSince = null
  }
}

/** Remembers since when a callback fails; switches it off after `limit` ms of nothing but failures. */
export function afterAttempt(callback: Row, hasFailed: boolean, now: number, limit: number): Row {
  if (!hasFailed) return { ...callback, failingSince: null }
  const since = typeof callback.failingSince === 'number' ? callback.failingSince : now
  return { ...callback, failingSince: since, ...(now - since >= limit && { inactiveFlag: true }) }
}

function isAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

function wrong(field: string, message: string): ValidationError {
  return { code: 'InvalidField', message, resource: 'callbackEntry', field }
}
