import { expect, test } from 'vitest'
import { createLedger, lostSteps } from './desk-ledger.ts'

function opened(...references: string[]) {
  const ledger = createLedger(() => 1_000)
  const tickets = references.map((reference) => ledger.open(reference))
  return { ledger, tickets }
}

test('a second ticket for what has an open one is doubled', () => {
  const { ledger } = opened('a', 'b', 'a')
  expect(ledger.counts()).toMatchObject({ opened: 3, references: 2, doubled: 1, open: 3 })
})

test('a new ticket for what was closed is not doubled', () => {
  const { ledger, tickets } = opened('a')
  for (const ticket of tickets) ledger.close(ticket)
  ledger.open('a')
  expect(ledger.counts()).toMatchObject({ opened: 2, closed: 1, doubled: 0, open: 1 })
})

test('a ticket that never came is lost, and so is its close', () => {
  const { ledger, tickets } = opened('a', 'b')
  for (const ticket of tickets) ledger.close(ticket)
  expect(lostSteps(ledger.counts(), 3, false)).toBe(1)
  expect(lostSteps(ledger.counts(), 3, true)).toBe(2)
})

test('a ticket that is never closed is lost once', () => {
  const { ledger } = opened('a')
  expect(lostSteps(ledger.counts(), 1, true)).toBe(1)
})

test('a doubled ticket does not stand for one that is lost', () => {
  const { ledger } = opened('a', 'a')
  expect(lostSteps(ledger.counts(), 2, false)).toBe(1)
})

test('closing twice counts once', () => {
  const { ledger, tickets } = opened('a')
  const closes = [...tickets, ...tickets].map((ticket) => ledger.close(ticket))
  expect(closes).toEqual([true, false])
  expect(ledger.counts()).toMatchObject({ closed: 1, open: 0 })
})

test('tickets are found by reference', () => {
  const { ledger } = opened('a', 'b', 'a')
  expect(ledger.find('a').map(({ id }) => id)).toEqual(['1', '3'])
  expect(ledger.find('c')).toEqual([])
})
