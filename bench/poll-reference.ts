import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { KscAddress } from './poll-server.ts'

/**
 * What the polling row is compared with: the least program that brings the same data into the same PostgreSQL. It asks the
 * same emulator for the same fields in pages of the same size, parses each page with `JSON.parse`, and writes every field as
 * text through one COPY into an unlogged table without an index. It compares nothing, checks nothing, decides nothing.
 * `fetch-and-load` does all of it; `save` puts the pages into a file, from which `load` parses and copies without the fetch.
 */

export type ReferenceOrder = {
  readonly do: 'fetch-and-load' | 'save' | 'load'
  readonly ksc: KscAddress
  readonly databaseUrl: string
  readonly file: string
}
/** `cpuSeconds` is this process's own; `parseMs` is what `JSON.parse` alone took. */
export type ReferenceEnd = {
  readonly computers: number
  readonly bytes: number
  readonly ms: number
  readonly parseMs: number
  readonly cpuSeconds: number
}

const pageSize = 1_000
const serversAQuery = 25
const fields = [
  ...['HOSTNAME', 'DN', 'FQDN', 'WINHOSTNAME', 'STATUS', 'STATUS_ID', 'STATUS_MASK', 'STATUS_HSDP', 'FROM_UNASSIGNED'],
  ...['RTP_STATE', 'RTP_AV_BASES_TIME', 'LAST_NAGENT_CONNECTED', 'LAST_FULLSCAN'],
].map((name) => `KLHST_WKS_${name}`)
fields.push('KLVSRV_ID')

type Item = { value: Record<string, unknown> }
type Page = { pChunk: { KLCSP_ITERATOR_ARRAY: Item[] } }

function connectTo(ksc: KscAddress) {
  const agent = new Agent({ keepAlive: true, ca: ksc.certificate, checkServerIdentity: () => undefined, maxSockets: 1 })
  const headers: Record<string, string> = { 'content-type': 'application/json', 'accept-encoding': 'gzip' }
  async function call(method: string, args: object, more: Record<string, string> = {}): Promise<Buffer> {
    const url = `${ksc.url}/api/v1.0/${method}`
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...more } })
    sent.end(JSON.stringify(args))
    const [reply] = (await once(sent, 'response')) as [AsyncIterable<Buffer> & { headers: Record<string, string> }]
    const chunks: Buffer[] = []
    for await (const chunk of reply) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    return reply.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  }
  const parse = (body: Buffer) => JSON.parse(body.toString()) as Record<string, unknown>
  return {
    async *pages(): AsyncGenerator<Buffer> {
      const base64 = (text: string) => Buffer.from(text).toString('base64')
      const authorization = `KSCBasic user="${base64(ksc.user)}", pass="${base64(ksc.password)}", domain="", internal="1"`
      const session = parse(await call('Session.StartSession', {}, { authorization })).PxgRetVal
      headers['x-ksc-session'] = String(session)
      const servers = parse(await call('VServers.GetVServers', { lParentGroup: -1 })).PxgRetVal as Item[]
      const ids = servers.map(({ value }) => `(KLVSRV_ID=${String(value.KLVSRV_ID)})`)
      for (let start = 0; start < ids.length; start += serversAQuery) {
        const asked = ids.slice(start, start + serversAQuery).join('')
        const found = parse(
          await call('HostGroup.FindHosts', {
            wstrFilter: `(&(|${asked})(KLHST_WKS_STATUS&2<>0))`,
            vecFieldsToReturn: fields,
            pParams: { KLGRP_FIND_FROM_CUR_VS_ONLY: false },
            lMaxLifeTime: 1_800,
          }),
        )
        const { strAccessor } = found
        for (let nStart = 0; nStart < Number(found.PxgRetVal); nStart += pageSize)
          yield await call('ChunkAccessor.GetItemsChunk', { strAccessor, nStart, nCount: pageSize })
        await call('ChunkAccessor.Release', { strAccessor })
      }
      agent.destroy()
    },
  }
}

async function* savedPages(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file)
  const length = Buffer.alloc(4)
  while ((await handle.read(length, 0, 4)).bytesRead === 4) {
    const page = Buffer.allocUnsafe(length.readUInt32LE())
    await handle.read(page, 0, page.length)
    yield page
  }
  await handle.close()
}

async function save(pages: AsyncIterable<Buffer>, file: string): Promise<{ computers: number; bytes: number }> {
  const handle = await open(file, 'w')
  let bytes = 0
  for await (const page of pages) {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(page.length)
    await handle.writev([length, page])
    bytes += page.length
  }
  await handle.close()
  return { computers: 0, bytes }
}

async function load(pages: AsyncIterable<Buffer>, databaseUrl: string): Promise<Partial<ReferenceEnd>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const columns = fields.map((name) => `"${name}"`)
  await client.query(
    `drop table if exists reference_load; create unlogged table reference_load (${columns.map((name) => `${name} text`).join()})`,
  )
  const copy = client.query(copyFrom(`copy reference_load (${columns.join()}) from stdin`))
  let computers = 0
  let bytes = 0
  let parseMs = 0
  for await (const page of pages) {
    const begun = performance.now()
    const items = (JSON.parse(page.toString()) as Page).pChunk.KLCSP_ITERATOR_ARRAY
    parseMs += performance.now() - begun
    computers += items.length
    bytes += page.length
    const lines = items.map(({ value }) => fields.map((name) => toText(value[name])).join('\t'))
    if (!copy.write(`${lines.join('\n')}\n`)) await once(copy, 'drain')
  }
  copy.end()
  await once(copy, 'finish')
  await client.query('drop table reference_load')
  await client.end()
  return { computers, bytes, parseMs }
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '\\N'
  const inner = typeof value === 'object' && 'value' in value ? value.value : value
  return String(inner).replace(/[\\\n\r\t]/g, ' ')
}

process.on('message', (order: ReferenceOrder) => {
  const run = async (): Promise<object> => {
    const begun = performance.now()
    const cpu = process.cpuUsage()
    const pages = order.do === 'load' ? savedPages(order.file) : connectTo(order.ksc).pages()
    const done = order.do === 'save' ? await save(pages, order.file) : await load(pages, order.databaseUrl)
    const { user, system } = process.cpuUsage(cpu)
    return { ...done, ms: performance.now() - begun, cpuSeconds: (user + system) / 1e6 }
  }
  run().then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.send?.({ value: 'ready' })
