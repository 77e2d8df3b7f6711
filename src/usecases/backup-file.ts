import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import type { TableShape } from '../db/backup-tables.ts'
import type { TableRows } from '../db/restore-tables.ts'
import { BackupError } from './backup-error.ts'

/**
 * The form of a back-up file: a line that names it, a line of JSON that says what is in it, the rows of all tables
 * (gzip), and a SHA-256 of all that. Written and read as a stream; nothing of it need fit into memory.
 *
 * Inside the gzip: frames of one letter, four bytes of length and so many bytes. `t` begins a table (its name), `d` holds
 * rows as COPY writes them, `z` is the end.
 */

/** The form that this version writes; it reads no newer one. */
export const backupFormat = 1
const firstLine = 'Tocsin back-up\n'
/** The trailer: a line end, 64 hexadecimal digits, a line end. */
const trailerBytes = 66
const longestHeader = 1_048_576
/** Hardly bigger than what the usual 6 makes, in a third of the time. */
const level = 3

const Header = z.object({
  format: z.int(),
  /** Version of the Tocsin that wrote it. */
  tocsin: z.string(),
  takenAt: z.iso.datetime(),
  installation: z.string(),
  /** Proves the key of the sealed secrets; the key itself is not in the file. */
  sealedCheck: z.string(),
  migrations: z.array(z.object({ version: z.int(), name: z.string(), checksum: z.string() })),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.int() })),
  counters: z.array(z.object({ table: z.string(), column: z.string(), last: z.int(), called: z.boolean() })),
})
export type BackupHeader = z.infer<typeof Header>

/** Writes a whole file to `destination`, and ends it. */
export async function writeBackupFile(
  destination: Writable,
  header: BackupHeader,
  rowsOf: (table: TableShape) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const begin = Buffer.from(`${firstLine}${JSON.stringify(header)}\n`)
  const gzip = createGzip({ level })
  const [packed, written] = await Promise.allSettled([
    pipeline(Readable.from(framesOf(header.tables, rowsOf)), gzip),
    pipeline(Readable.from(signed(begin, gzip)), destination),
  ])
  // Each fails when the other does; what became of the destination is the better word.
  if (written.status === 'rejected') throw written.reason
  if (packed.status === 'rejected') throw packed.reason
}

async function* framesOf(
  tables: readonly TableShape[],
  rowsOf: (table: TableShape) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (const table of tables) {
    yield frame('t', Buffer.from(table.name))
    for await (const rows of rowsOf(table)) yield frame('d', rows)
  }
  yield frame('z', new Uint8Array())
}

function frame(kind: string, body: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5)
  head.write(kind, 'latin1')
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

async function* signed(begin: Uint8Array, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256').update(begin)
  yield begin
  for await (const bytes of source) {
    hash.update(bytes)
    yield bytes
  }
  yield Buffer.from(`\n${hash.digest('hex')}\n`)
}

export type BackupFile = {
  readonly header: BackupHeader
  readonly bytes: number
  /** The tables in the header's order. To be read once, each to its end. */
  tables(): AsyncIterable<TableRows>
}

/** Reads the header and proves the whole file before anything is done with it. Throws `BackupError`. */
export async function openBackupFile(path: string): Promise<BackupFile> {
  const bytes = await sizeOf(path)
  const { header, bodyAt } = await readHeader(path)
  await proveWhole(path, bytes)
  return { header, bytes, tables: () => tablesIn(path, header, { start: bodyAt, end: bytes - trailerBytes - 1 }) }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    throw new BackupError('file', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function readHeader(path: string): Promise<{ header: BackupHeader; bodyAt: number }> {
  const head = await readStart(path)
  if (!head.subarray(0, firstLine.length).equals(Buffer.from(firstLine))) {
    throw new BackupError(
      'not-a-backup',
      `${path} is no back-up of Tocsin: it does not begin with “${firstLine.trim()}”.`,
    )
  }
  const end = head.indexOf('\n', firstLine.length)
  const text = head.subarray(firstLine.length, Math.max(end, 0)).toString('utf8')
  const parsed = parseJson(text)
  const written = z.object({ format: z.int() }).safeParse(parsed)
  if (written.success && written.data.format > backupFormat) {
    const message = `${path} was written by a newer Tocsin (its form is ${written.data.format}, this one knows ${backupFormat}). Install that version or a newer one, then restore.`
    throw new BackupError('newer-backup', message)
  }
  const header = Header.safeParse(parsed)
  if (!header.success) throw damaged(path, 'what it says about itself cannot be read')
  return { header: header.data, bodyAt: end + 1 }
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new BackupError('file', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestHeader), 0, longestHeader, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function proveWhole(path: string, bytes: number): Promise<void> {
  const hash = createHash('sha256')
  let trailer = ''
  let at = 0
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    const own = Math.max(0, Math.min(part.length, bytes - trailerBytes - at))
    hash.update(part.subarray(0, own))
    trailer += part.subarray(own).toString('latin1')
    at += part.length
  }
  if (!/^\n[0-9a-f]{64}\n$/.test(trailer)) throw damaged(path, 'its end is missing')
  if (trailer.trim() !== hash.digest('hex')) throw damaged(path, 'it was altered after it was written')
}

function damaged(path: string, why: string): BackupError {
  return new BackupError(
    'damaged',
    `${path} is damaged: ${why}. Nothing was touched. Copy it once more from where you keep it, or take an older one.`,
  )
}

async function* tablesIn(
  path: string,
  header: BackupHeader,
  body: { start: number; end: number },
): AsyncGenerator<TableRows> {
  const compressed = createReadStream(path, body)
  const gunzip = createGunzip()
  compressed.on('error', (error) => gunzip.destroy(error))
  const frames = readFrames(compressed.pipe(gunzip))
  let next = await frames.next()
  for (const table of header.tables) {
    if (next.value?.kind !== 't' || next.value.body.toString('utf8') !== table.name) {
      throw damaged(path, `it does not hold ${table.name} where it should`)
    }
    yield {
      table,
      data: (async function* rows() {
        for (next = await frames.next(); next.value?.kind === 'd'; next = await frames.next()) yield next.value.body
      })(),
    }
  }
  if (next.value?.kind !== 'z') throw damaged(path, 'its last table has no end')
}

type Frame = { readonly kind: string; readonly body: Buffer }

async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame, undefined> {
  let kept: Buffer = Buffer.alloc(0)
  for await (const part of source) {
    kept = kept.length === 0 ? part : Buffer.concat([kept, part])
    let at = 0
    while (kept.length - at >= 5) {
      const end = at + 5 + kept.readUInt32BE(at + 1)
      if (end > kept.length) break
      yield { kind: kept.toString('latin1', at, at + 1), body: kept.subarray(at + 5, end) }
      at = end
    }
    kept = kept.subarray(at)
  }
  return undefined
}
