// Who may come in: the signature, the clock, the rights of the rep's security role.
import type { EmulatorRequest } from '../../kit/definition.ts'
import type { Right } from '../store/settings.ts'
import { type Store, timeNow } from '../store/store.ts'
import { HttpError, RefusalError } from '../wire/answers.ts'
import { isSame, parseHttpDate, readToken, sign, signedText } from './signature.ts'

/** Lets a signed request in. Throws `HttpError` 401, whose text does not say what was wrong. */
export function checkSignature(store: Store, request: Pick<EmulatorRequest, 'method' | 'path' | 'headers'>): void {
  const { account, switches } = store
  const { headers } = request
  const custom = headers['x-tsi-date']
  // X-TSI-Date goes first even when Date is there too (tigerpaw-api.md 2.2).
  const date = typeof custom === 'string' ? custom : (headers.date ?? '')
  const time = parseHttpDate(date)
  const token = readToken(headers.authorization ?? '')
  if (Number.isNaN(time) || !token || !account.active) deny()
  const skew = switches.clockSkewMinutes
  if (skew !== null && Math.abs(time - timeNow(store)) > skew * 60_000) deny()
  const expected = sign(account.privateKey, signedText(request.method, request.path, date))
  const isKnown = isSame(token.publicKey.toLowerCase(), account.publicKey.toLowerCase())
  if (!isSame(token.mac, expected) || !isKnown) deny()
}

/** Whether the rep's role allows this. Throws `HttpError`, or `RefusalError` where the switch asks for an envelope. */
export function checkRight(store: Store, right: Right): void {
  if (right === null) return
  const [area, operation] = right.split('.') as [keyof Store['rights'], 'get' | 'create' | 'update']
  if (store.rights[area].includes(operation)) return
  const text = `You do not have rights to ${operation} ${area.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}.`
  const { rightsStatus } = store.switches
  if (rightsStatus === 200) throw new RefusalError(text, { status: 200, isFixed: true })
  throw new HttpError(rightsStatus, text)
}

function deny(): never {
  throw new HttpError(401, 'Authorization has been denied for this request.')
}
