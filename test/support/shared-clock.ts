import { openSync, readSync, writeFileSync } from 'node:fs'

/** A time that several processes share through a file: whoever looks sees the present, however long he slept. */
export function openSharedClock(file: string): { now(): Date } {
  const descriptor = openSync(file, 'r')
  const bytes = Buffer.alloc(8)
  return {
    now() {
      readSync(descriptor, bytes, 0, 8, 0)
      return new Date(bytes.readDoubleLE(0))
    },
  }
}

export function setSharedClock(file: string, now: Date): void {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(now.getTime(), 0)
  writeFileSync(file, bytes, { flag: 'r+' })
}

export function makeSharedClock(file: string, now: Date): void {
  writeFileSync(file, Buffer.alloc(8))
  setSharedClock(file, now)
}
