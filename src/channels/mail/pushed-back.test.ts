import { describe, expect, it } from 'vitest'
import { createPushedBack } from './pushed-back.ts'

const at = (minutes: number) => new Date(minutes * 60_000)

describe('mails that were sent back', () => {
  it('are open until the same sender has brought one to the same recipients', () => {
    const pushedBack = createPushedBack()
    expect(pushedBack.any(at(0))).toBe(false)
    pushedBack.note('192.0.2.1', ['A@hub.example', 'b@hub.example'], at(0))
    pushedBack.taken('192.0.2.1', ['a@hub.example'])
    pushedBack.taken('192.0.2.2', ['a@hub.example', 'b@hub.example'])
    expect(pushedBack.any(at(1))).toBe(true)
    pushedBack.taken('192.0.2.1', ['b@hub.example', 'a@hub.example'])
    expect(pushedBack.any(at(1))).toBe(false)
  })

  it('are given up by a sender that does not come again for hours', () => {
    const pushedBack = createPushedBack()
    pushedBack.note('192.0.2.1', ['a@hub.example'], at(0))
    pushedBack.note('192.0.2.1', ['a@hub.example'], at(60))
    expect(pushedBack.any(at(299))).toBe(true)
    expect(pushedBack.any(at(300))).toBe(false)
  })

  it('are open, too, when there are more senders than it can tell apart', () => {
    const pushedBack = createPushedBack()
    const senders = Array.from({ length: 1_001 }, (_, n) => `sender-${n}`)
    for (const sender of senders) pushedBack.note(sender, [], at(0))
    for (const sender of senders) pushedBack.taken(sender, [])
    expect(pushedBack.any(at(239))).toBe(true)
    expect(pushedBack.any(at(240))).toBe(false)
  })
})
