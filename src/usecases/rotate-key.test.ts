import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { firstAdministrator } from '../../test/support/api-people.ts'
import { testDatabase } from '../../test/support/database.ts'
import { recordingLog } from '../../test/support/recording-log.ts'
import { holdServerLock } from '../db/server-lock.ts'
import type { Database } from '../db/tables.ts'
import { systemClock } from '../lib/clock.ts'
import { systemIds } from '../lib/ids.ts'
import { formerKeys, keyFile, promoteNextKey, readNextKey, writeFirstKey, writeNextKey } from '../lib/key-file.ts'
import { createSecretBox } from '../lib/secret-box.ts'
import { findBox, whyUnfit } from './find-box.ts'
import { rotateKey } from './rotate-key.ts'

/** A change of the key against a real database, stopped at each of its steps. */

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
const folder = await mkdtemp(join(tmpdir(), 'tocsin-key-'))
afterAll(async () => {
  await bench.stop()
  await rm(folder, { recursive: true, force: true })
})

const deps = bench.deps
const log = recordingLog()
const find = () =>
  findBox({ pool: database.pool, clock: systemClock, ids: systemIds, log }, { secret: null, dataFolder: folder })
const sealedTexts = async (): Promise<string[]> => {
  const { rows: tables } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await database.pool.query<{ text: string }>(`select to_jsonb(t)::text as text from ${name} t`)
    for (const { text } of rows) found.push(...(text.match(/v1\.[\w-]{40,}\.[\w-]{20,}/g) ?? []))
  }
  return found
}

await rm(folder, { recursive: true, force: true })
await writeFirstKey(folder, 'the first key of this installation 1')
const ada = await firstAdministrator(bench)
const source = { connector: 'ksc', name: 'KSC', check: false }
const settings = { address: 'ksc.example', user: 'u', password: 'secret of ksc', fingerprint: 'AB'.repeat(32) }
await ada.ask('POST', '/api/v1/sources', { ...source, settings: { ...settings, proxyPassword: 'secret of the proxy' } })
const desk = { user: 'u', secret: 'secret of the desk', integrationCode: 'code of the desk' }
await ada.ask('POST', '/api/v1/psas', { connector: 'autotask', name: 'Desk', check: false, settings: desk })
const webhook = {
  enabled: true,
  url: 'https://hooks.example/T0/secret-path',
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
}
await ada.ask('PUT', '/api/v1/settings/watch', { webhook })
await ada.ask('POST', '/api/v1/account/totp')
const { body: hub } = await ada.ask('POST', '/api/v1/sources', {
  connector: 'kaspersky-hub',
  name: 'Hub',
  settings: {},
})
const signature = await ada.ask('POST', `/api/v1/sources/${hub.connection.id}/tokens`, {
  name: 'Webhook',
  company: null,
  kind: 'signature',
})
if (signature.status !== 200) throw new Error(signature.text)
const channels = await ada.ask('PUT', `/api/v1/sources/${hub.connection.id}/channels`, {
  version: 0,
  syslog: { port: 0, tls: { makeFor: ['hub.example'] } },
  mailbox: { host: 'imap.example', user: 'hub', password: 'secret of the mailbox' },
})
if (channels.status !== 200) throw new Error(channels.text)
const oidc = {
  name: 'O',
  issuer: 'https://oidc.example',
  clientId: 'c',
  clientSecret: 'secret of the client',
  check: false,
}
await ada.ask('PUT', '/api/v1/oidc', oidc)
// What the bench sealed stands under the bench's key; the installation under test has its own.
const kept = createSecretBox('the first key of this installation 1')
await database.pool.query('delete from installation')
await database.pool.query(`insert into installation (name, sealed_check, created_at) values ('test', $1, now())`, [
  deps.box.seal('tocsin', 'installation/check'),
])
await rotateKey(deps, { from: deps.box, to: kept })

const names = () => readdir(folder)

let present = ''
beforeEach(async () => {
  present = (await readFile(keyFile(folder), 'utf8')).trim()
})

test('seals everything that is sealed anew, and says so in the audit log', async () => {
  const before = await sealedTexts()
  expect(before.length).toBe(12)
  const { box } = await find()
  await writeNextKey(folder, 'the second key of this installation')
  const to = createSecretBox('the second key of this installation')
  expect(await rotateKey(deps, { from: box, to })).toBe(11)
  await promoteNextKey(folder, 'the second key of this installation', new Date())
  const after = await sealedTexts()
  expect(after.length).toBe(12)
  for (const text of before) expect(after).not.toContain(text)
  const found = await find()
  const open = (sealed: string, place: string) => found.box.open(sealed, place)
  const { rows } = await database.pool.query('select id, secrets from psas')
  expect(open(rows[0].secrets.secret, `psas/${rows[0].id}/secret`)).toBe('secret of the desk')
  const watch = await database.pool.query(`select webhook_secret, settings->>'webhookUrl' as url from watch`)
  expect(open(watch.rows[0].url, 'watch/webhook/url')).toBe(webhook.url)
  expect(open(watch.rows[0].webhook_secret, 'watch/webhook/secret')).toBe(webhook.secret)
  const [row] = (await ada.ask('GET', '/api/v1/audit?action=rotate-key')).body.items
  expect(row).toMatchObject({ subject: { kind: 'settings', id: 'key' }, after: { secrets: 11 } })
})

test('keeps the file and the ones before readable by their owner alone', async () => {
  const kept = (await names()).sort()
  expect(kept).toEqual(['secret', expect.stringMatching(/^secret\.until-\d{4}-/)])
  for (const name of kept) expect((await stat(join(folder, name))).mode & 0o077).toBe(0)
})

describe('stopped', () => {
  test('after the next key was written: the present one goes on, and the next attempt takes the same', async () => {
    await writeNextKey(folder, 'the third key of this installation')
    const { box } = await find()
    expect(await whyUnfit(database.pool, box)).toBeNull()
    expect((await readFile(keyFile(folder), 'utf8')).trim()).toBe(present)
    expect(readNextKey(folder)).toBe('the third key of this installation')
  })

  test('while it seals: nothing was changed', async () => {
    const before = (await sealedTexts()).sort()
    await database.pool.query(`
      create function stop_it() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
      create trigger stop_it before insert on audit for each statement execute function stop_it()`)
    const { box } = await find()
    const to = createSecretBox(readNextKey(folder) ?? '')
    await expect(rotateKey(deps, { from: box, to })).rejects.toThrow()
    await database.pool.query('drop function stop_it() cascade')
    expect((await sealedTexts()).sort()).toEqual(before)
    expect(await whyUnfit(database.pool, (await find()).box)).toBeNull()
  })

  test('after the database has it: the next start completes it', async () => {
    const next = readNextKey(folder) ?? ''
    await rotateKey(deps, { from: (await find()).box, to: createSecretBox(next) })
    expect((await readFile(keyFile(folder), 'utf8')).trim()).toBe(present)
    const { box } = await find()
    expect(await whyUnfit(database.pool, box)).toBeNull()
    expect([(await readFile(keyFile(folder), 'utf8')).trim(), readNextKey(folder)]).toEqual([next, null])
    expect(log.text()).toContain('a change of the key that was cut off is now complete')
    expect(log.text()).not.toContain(next)
  })

  test('between keeping the old file and putting the new one in its place: again the next start', async () => {
    const next = 'the fourth key of this installation'
    await writeNextKey(folder, next)
    await rotateKey(deps, { from: (await find()).box, to: createSecretBox(next) })
    await writeFile(join(folder, 'secret.until-2026-01-01T00-00-00.000Z'), `${present}\n`)
    expect(await whyUnfit(database.pool, (await find()).box)).toBeNull()
    expect((await readFile(keyFile(folder), 'utf8')).trim()).toBe(next)
  })

  test('between putting the new one in its place and tidying up: nothing is left of the change', async () => {
    await writeNextKey(folder, present)
    expect(readNextKey(folder)).toBeNull()
    expect(await whyUnfit(database.pool, (await find()).box)).toBeNull()
    await promoteNextKey(folder, present, new Date())
    expect(await names()).not.toContain('secret.next')
  })

  test('and completed by several processes at once: each finds it complete', async () => {
    const next = 'the fifth key of this installation'
    await writeNextKey(folder, next)
    await rotateKey(deps, { from: (await find()).box, to: createSecretBox(next) })
    const all = await Promise.all(Array.from({ length: 8 }, () => find()))
    for (const { box } of all) expect(await whyUnfit(database.pool, box)).toBeNull()
    // Whoever changed it comes last to its own end of the work.
    await promoteNextKey(folder, next, new Date())
    expect([(await readFile(keyFile(folder), 'utf8')).trim(), readNextKey(folder)]).toEqual([next, null])
    expect((await names()).filter((name) => name.endsWith('.part') || name === 'secret.next')).toEqual([])
    expect(await formerKeys(folder)).toContain(present)
  })

  test('and completed too late, after the key was changed once more: the key that the database has is found', async () => {
    const next = 'the sixth key of this installation 6'
    await writeNextKey(folder, next)
    await rotateKey(deps, { from: (await find()).box, to: createSecretBox(next) })
    await promoteNextKey(folder, next, new Date())
    // A process that had seen the change before begins to end it only now.
    await promoteNextKey(folder, present, new Date())
    expect((await readFile(keyFile(folder), 'utf8')).trim()).toBe(present)
    expect(await whyUnfit(database.pool, (await find()).box)).toBeNull()
    expect((await readFile(keyFile(folder), 'utf8')).trim()).toBe(next)
  })

  test('while the next key was half written: the half one is never taken', async () => {
    await writeFile(join(folder, 'secret.next.part'), 'the sixth k')
    expect(readNextKey(folder)).toBeNull()
    expect(await whyUnfit(database.pool, (await find()).box)).toBeNull()
  })
})

test('two at once: one is refused, and the key that the database has is on the disk', async () => {
  const { box } = await find()
  const change = async (key: string) => {
    const to = async () => {
      await writeNextKey(folder, key)
      return createSecretBox(key)
    }
    await rotateKey(deps, { from: box, to })
    await promoteNextKey(folder, key, new Date())
  }
  const both = await Promise.allSettled([
    change('the seventh key of this installation'),
    change('another seventh key of somebody else'),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await whyUnfit(database.pool, (await find()).box)).toBeNull()
  expect(readNextKey(folder)).toBeNull()
})

describe('is refused', () => {
  test('while a server is at work, and a server is while it runs', async () => {
    const server = await holdServerLock(database.pool, log)
    const { box } = await find()
    const to = () => Promise.reject(new Error('A key was made although somebody is at work.'))
    await expect(rotateKey(deps, { from: box, to })).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining('Stop every server'),
    })
    await server.release()
  })

  test('with another key than the present one', async () => {
    const stale = createSecretBox('a key of long ago, or of somebody else')
    const rotated = rotateKey(deps, { from: stale, to: createSecretBox('x'.repeat(32)) })
    await expect(rotated).rejects.toMatchObject({ code: 'changed-meanwhile' })
  })

  test('as a whole when one secret cannot be opened, and says which', async () => {
    await database.pool.query(`update oidc set client_secret = 'v1.broken.text'`)
    const before = (await sealedTexts()).sort()
    const { box } = await find()
    const rotated = rotateKey(deps, { from: box, to: createSecretBox('x'.repeat(32)) })
    await expect(rotated).rejects.toMatchObject({
      code: 'secret-unreadable',
      message: expect.stringContaining('oidc/client-secret'),
    })
    expect((await sealedTexts()).sort()).toEqual(before)
  })
})

test('a server that began with the key of before does not go on', async () => {
  const { box } = await find()
  await database.pool.query(`update oidc set client_secret = ''`)
  const to = createSecretBox('y'.repeat(32))
  await rotateKey(deps, { from: box, to })
  const lock = holdServerLock(database.pool, log, { judge: (client) => whyUnfit(client, box) })
  await expect(lock).rejects.toMatchObject({ code: 'secret-unreadable' })
  const told: Error[] = []
  let fits = true
  const going = await holdServerLock(database.pool, log, {
    judge: async (client) => (fits ? null : await whyUnfit(client, box)),
    onUnfit: (error) => told.push(error),
  })
  fits = false
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
       and database = (select oid from pg_database where datname = current_database())`,
  )
  await expect.poll(() => told.length, { timeout: 5_000 }).toBe(1)
  await going.release()
  await expect(find()).rejects.toMatchObject({ code: 'secret-unreadable' })
})
