import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { createHttpClient } from '../../src/connectors/http-client.ts'
import { isLinkLocal } from '../../src/lib/link-local.ts'
import { saveWatchSettings } from '../../src/usecases/save-watch-settings.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { showWatchSettings } from '../../src/usecases/show-watch-settings.ts'
import { tryWebhook } from '../../src/usecases/try-webhook.ts'
import { WatchSettingsInput } from '../../src/usecases/watch-settings.ts'
import { recordingLog } from '../support/recording-log.ts'
import { stages } from '../support/scenario.ts'
import { startSecondProcess } from '../support/second-process.ts'
import { type Receiver, setWatch, startReceiver, ticketsForAlarms, webhookSecret } from '../support/self-watch.ts'

/** The webhook against a real receiver: at least once, in order, signed, and never to where it must not go. */

const openStage = await stages()

type Told = { stage: Stage; receiver: Receiver; databaseUrl: string; log: ReturnType<typeof recordingLog> }

async function withWebhook(): Promise<Told> {
  const log = recordingLog()
  const { stage, databaseUrl } = await openStage.withUrl({ log })
  const receiver = await startReceiver()
  await setWatch(stage.app.deps, { webhook: { enabled: true, url: receiver.url, secret: webhookSecret } })
  await stage.step(1)
  return { stage, receiver, databaseUrl, log }
}

/** Begins or ends the quickest of all alarms: a secret past its end. */
async function setAlarm({ stage, receiver }: Told, on: boolean): Promise<void> {
  const secretEnds = on ? [{ of: 'psa' as const, id: 1, what: 'API secret', endsAt: stage.now().toISOString() }] : []
  await setWatch(stage.app.deps, { webhook: { enabled: true, url: receiver.url }, secretEnds })
  await stage.step(1)
}

const types = ({ heard }: Receiver): string[] => heard.map(({ body }) => body.type)

describe('a receiver that listens', () => {
  test('is told of begin and end, signed, each with an id of its own', async () => {
    const of = await withWebhook()
    await setAlarm(of, true)
    await of.stage.steps(2, 1)
    await setAlarm(of, false)
    const [began, ended, ...others] = of.receiver.heard
    expect(others).toEqual([])
    expect(began).toMatchObject({ signed: true, body: { type: 'alarm.began' } })
    expect(began?.body.data).toMatchObject({
      key: 'secret-expiring/psa/1',
      severity: 'critical',
      name: 'Autotask',
      words: expect.stringContaining('The API secret of Autotask ended at'),
      advice: expect.stringContaining('Make a new one at the vendor'),
      endedAt: null,
    })
    expect(ended).toMatchObject({ signed: true, body: { type: 'alarm.ended', data: { endedAt: expect.any(String) } } })
    expect(ended?.id).not.toBe(began?.id)
    expect(Math.abs(Number(ended?.at) - of.stage.now().getTime())).toBeLessThan(60_000)
    const { watch } = await showStatus(of.stage.app.deps)
    expect(watch.webhook).toMatchObject({ enabled: true, waiting: 0, failure: '', givenUp: 0 })
  })

  test('that is entered late is told of all that holds', async () => {
    const of = await withWebhook()
    await setWatch(of.stage.app.deps, { webhook: { enabled: false, url: of.receiver.url } })
    const secretEnds = [{ of: 'psa' as const, id: 1, what: 'API secret', endsAt: of.stage.now().toISOString() }]
    await setWatch(of.stage.app.deps, { webhook: { url: of.receiver.url }, secretEnds })
    await of.stage.step(1)
    expect(of.receiver.heard).toEqual([])
    await setWatch(of.stage.app.deps, { webhook: { enabled: true, url: of.receiver.url }, secretEnds })
    await of.stage.step(1)
    expect(types(of.receiver)).toEqual(['alarm.began'])
  })

  test('can be tried', async () => {
    const { stage, receiver } = await withWebhook()
    const { id } = await tryWebhook(stage.app.deps)
    expect(receiver.heard).toMatchObject([{ id, signed: true, body: { type: 'test' } }])
    receiver.answer = 403
    await expect(tryWebhook(stage.app.deps)).rejects.toMatchObject({
      code: 'connection-failed',
      message: 'The receiver answered 403 instead of 2xx.',
    })
  })
})

describe('a receiver in trouble', () => {
  test('that is down gets everything afterwards, in order; meanwhile that is an alarm, without a secret in any text', async () => {
    const of = await withWebhook()
    await of.receiver.listen(false)
    await setAlarm(of, true)
    await of.stage.steps(5, 5)
    await setAlarm(of, false)
    const { alarms, watch } = await showStatus(of.stage.app.deps)
    expect(alarms.map(({ key }) => key)).toEqual(['webhook-failing/webhook'])
    expect(watch.webhook.waiting).toBe(3)
    expect(watch.webhook.failure).toContain('127.0.0.1')
    await of.receiver.listen(true)
    await of.stage.steps(14, 5)
    expect(types(of.receiver).slice(0, 3)).toEqual(['alarm.began', 'alarm.began', 'alarm.ended'])
    const keys = of.receiver.heard.map(({ body }) => `${body.type} ${String(body.data.key)}`)
    expect(keys.indexOf('alarm.began secret-expiring/psa/1')).toBeLessThan(
      keys.indexOf('alarm.ended secret-expiring/psa/1'),
    )
    expect((await showStatus(of.stage.app.deps)).alarms).toEqual([])
    const said = of.log.text() + JSON.stringify(await showStatus(of.stage.app.deps))
    for (const secret of [webhookSecret, webhookSecret.slice(6), '7f3a9c1e5b2d48f6a0'])
      expect(said).not.toContain(secret)
  })

  test('that answers 500 gets the same message again, under the same id', async () => {
    const of = await withWebhook()
    of.receiver.answer = 500
    await setAlarm(of, true)
    await of.stage.steps(3, 1)
    of.receiver.answer = 204
    await of.stage.steps(2, 5)
    const ids = new Set(of.receiver.heard.map(({ id }) => id))
    expect(ids.size).toBe(1)
    expect(of.receiver.heard.length).toBeGreaterThanOrEqual(3)
    const before = of.receiver.heard.length
    await of.stage.steps(3, 5)
    expect(of.receiver.heard.length).toBe(before)
  })

  test('that never answers is left after its time, and what came of it is told', { timeout: 60_000 }, async () => {
    const of = await withWebhook()
    of.receiver.answer = 'hang'
    await setAlarm(of, true)
    expect((await showStatus(of.stage.app.deps)).watch.webhook.failure).toContain('no complete answer within 10 s')
    of.receiver.answer = 200
    await of.stage.step(5)
    expect(new Set(of.receiver.heard.map(({ id }) => id)).size).toBe(1)
    expect((await showStatus(of.stage.app.deps)).watch.webhook).toMatchObject({ waiting: 0, failure: '' })
  })

  test('that redirects is not followed', async () => {
    const of = await withWebhook()
    const other = await startReceiver()
    of.receiver.answer = { redirect: other.url }
    await setAlarm(of, true)
    expect(other.heard).toEqual([])
    expect((await showStatus(of.stage.app.deps)).watch.webhook.failure).toContain('a redirect; none is followed')
  })

  test('is given up after three days, and that is told', async () => {
    const of = await withWebhook()
    of.receiver.answer = 500
    await setAlarm(of, true)
    await of.stage.steps(3, 25 * 60)
    await of.stage.steps(5, 5)
    const { watch, alarms } = await showStatus(of.stage.app.deps)
    expect(watch.webhook.givenUp).toBeGreaterThan(0)
    expect(alarms.map(({ kind }) => kind)).toContain('webhook-failing')
    expect(of.log.lines.filter(({ message }) => message === 'webhook message given up').length).toBeGreaterThan(0)
  })
})

test('what could not be delivered survives a restart', async () => {
  const of = await withWebhook()
  await of.receiver.listen(false)
  await setAlarm(of, true)
  const second = await startSecondProcess(of.stage, of.databaseUrl)
  await of.receiver.listen(true)
  await of.stage.moveTo(new Date(of.stage.now().getTime() + 60_000))
  await second.work()
  expect(of.receiver.heard).toMatchObject([{ signed: true, body: { type: 'alarm.began' } }])
  expect(second.said()).not.toContain(webhookSecret.slice(6))
})

test('a process that dies after the receiver took a message sends it again, under the same id', async () => {
  const of = await withWebhook()
  const secretEnds = [{ of: 'psa' as const, id: 1, what: 'API secret', endsAt: of.stage.now().toISOString() }]
  await setWatch(of.stage.app.deps, { webhook: { enabled: true, url: of.receiver.url }, secretEnds })
  const dying = { at: /update alarm_messages set delivered_at/, when: 'before' } as const
  const second = await startSecondProcess(of.stage, of.databaseUrl, dying)
  expect(await second.work()).toBe(true)
  await of.stage.step(2)
  expect(of.receiver.heard).toHaveLength(2)
  expect(new Set(of.receiver.heard.map(({ id }) => id)).size).toBe(1)
})

describe('settings', () => {
  const save = (stage: Stage, settings: object) => saveWatchSettings(stage.app.deps, WatchSettingsInput.parse(settings))

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/hook',
    'http://[::ffff:169.254.169.254]/hook',
    'https://[fd00:ec2::254]/hook',
    'http://2852039166/hook',
    'http://0xa9fea9fe/hook',
  ])('%s is refused', (url) => {
    const parsed = WatchSettingsInput.safeParse({ webhook: { enabled: true, url, secret: webhookSecret } })
    expect(parsed.error?.issues).toMatchObject([{ message: expect.stringContaining('metadata address') }])
    const isAllowed = WatchSettingsInput.safeParse({ webhook: { url, allowLinkLocal: true } }).success
    expect(isAllowed).toBe(url.includes('fe80::1'))
  })

  test('a name that leads there is refused when it is called, and nothing is sent', async () => {
    const sent: string[] = []
    const listener = createServer((socket) => socket.on('data', (data) => sent.push(data.toString())))
    await once(listener.listen(0, '127.0.0.1'), 'listening')
    const address = listener.address()
    const client = createHttpClient({
      trust: { by: 'system' },
      proxy: null,
      timeoutMs: 5_000,
      maxReplyBytes: 1_000,
      gate: { acquire: async () => () => undefined },
      secrets: [],
      log: recordingLog(),
      signal: new AbortController().signal,
      // No machine that tests run on has a link-local receiver.
      refusesAddress: (ip) => isLinkLocal(ip) || ip === '127.0.0.1',
    })
    try {
      const url = `http://localhost:${typeof address === 'object' ? address?.port : 0}/hook`
      const call = client.request({ method: 'POST', url, endpoint: 'webhook', body: 'secret' })
      await expect(call).rejects.toMatchObject({ kind: 'denied', reason: 'wrong-address' })
      expect(sent).toEqual([])
    } finally {
      await client.close()
      listener.close()
    }
  })

  test('the secret is never shown, is kept for its address alone, and must have the form of one', async () => {
    const { stage, receiver } = await withWebhook()
    const shown = await showWatchSettings(stage.app.deps, { whole: true })
    expect(shown.webhook).toMatchObject({ secretSet: true, url: receiver.url })
    expect(JSON.stringify(shown)).not.toContain(webhookSecret.slice(6))
    const moved = { webhook: { enabled: true, url: 'https://elsewhere.example.com/hook' } }
    await expect(save(stage, moved)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'webhook.secret: Enter the secret again, because the address changed.',
    })
    for (const secret of ['hunter2', 'whsec_c2hvcnQ=', 'whsec_not base64!']) {
      const bad = { webhook: { enabled: true, url: receiver.url, secret } }
      await expect(save(stage, bad)).rejects.toMatchObject({ code: 'invalid-input' })
    }
    const cleared = { webhook: { enabled: true, url: receiver.url, secret: '' } }
    await expect(save(stage, cleared)).rejects.toMatchObject({ code: 'invalid-input' })
    const { rows } = await stage.app.deps.pool.query<{ row: string }>('select watch::text as row from watch')
    expect(rows[0]?.row).not.toContain(webhookSecret.slice(6, 30))
    expect(rows[0]?.row).not.toContain(new URL(receiver.url).pathname.slice(1))
  })

  test('whom no alarm could reach is said', async () => {
    const stage = await openStage()
    expect((await showWatchSettings(stage.app.deps, { whole: true })).gaps).toMatchObject([{ subject: 'tocsin' }])
    await ticketsForAlarms(stage)
    expect((await showWatchSettings(stage.app.deps, { whole: true })).gaps).toMatchObject([{ subject: 'psa/1' }])
  })
})
