import { describe, expect, test } from 'vitest'
import { ratePassword } from './rate-password.ts'

describe('a password', () => {
  test.each([['seven violet tractors hum'], ['kT4$vv0Lq#8z'], ['Ünïcödé wörter sind gut'], ['correct-lamp-violin-94']])(
    '“%s” is good enough',
    async (password) => {
      expect(await ratePassword(password, [])).toEqual({ score: expect.any(Number), advice: '', goodEnough: true })
    },
  )

  test.each([
    ['kT4$vv0Lq#8', /at least 12 characters/],
    ['password1234', /./],
    ['passwordpassword', /./],
    ['123456789012345', /./],
    ['qwertyuiop1234', /./],
    ['aaaaaaaaaaaaaaaaaaaaaaaaa', /./],
    ['x'.repeat(257), /at most 256/],
  ])('“%s” is not', async (password, advice) => {
    const rating = await ratePassword(password, [])
    expect(rating.goodEnough).toBe(false)
    expect(rating.advice).toMatch(advice)
  })

  test('made of what everybody knows about the person is not', async () => {
    const password = 'grethe.oldenburg'
    expect((await ratePassword(password, [])).goodEnough).toBe(true)
    const about = ['grethe.oldenburg@example.com', 'Grethe Oldenburg']
    expect((await ratePassword(password, about)).goodEnough).toBe(false)
  })

  test('of the longest kind is rated soon: anybody may ask, and meanwhile nothing else is answered', async () => {
    await ratePassword('read the lists first', [])
    const hostile = ['p4ssw0rd', 'l33t1!|@$', '1234567890', '>PA5Gt.@*PtF'].map((part) => part.repeat(40).slice(0, 256))
    const begun = performance.now()
    for (const password of hostile) await ratePassword(password, [])
    // Some 0.2 s; without the bounds it was ten.
    expect(performance.now() - begun).toBeLessThan(3_000)
  })
})
