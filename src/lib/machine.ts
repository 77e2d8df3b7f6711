import { randomUUID } from 'node:crypto'
import { statfs } from 'node:fs/promises'

/** What only this process can know of the machine it runs on and of those it speaks with. */
export type Machine = {
  /** New with each start. */
  readonly process: string
  /** The disk of the embedded database; null when the database is elsewhere. */
  diskFreeBytes(): Promise<number | null>
  /** How far a clock is ahead of ours, as just seen. */
  sawClock(of: string, aheadMs: number): void
  /** The end of a certificate that a connection (`source/1`) pins. */
  sawCertificate(connection: string, endsAt: Date): void
  clocks(): readonly { readonly of: string; readonly aheadMs: number }[]
  certificates(): readonly { readonly connection: string; readonly endsAt: Date; readonly seenAt: Date }[]
}

/** A clock that was not seen for so long says nothing about now, in ms. */
const clockKeptMs = 3_600_000

/** `dataFolder`: where the embedded database keeps its files; null: there is none here. */
export function createMachine(dataFolder: string | null): Machine {
  const clocks = new Map<string, { aheadMs: number; seenAt: number }>()
  const certificates = new Map<string, { endsAt: Date; seenAt: Date }>()
  return {
    process: randomUUID(),
    async diskFreeBytes() {
      if (dataFolder === null) return null
      const { bavail, bsize } = await statfs(dataFolder)
      return bavail * bsize
    },
    sawClock(of, aheadMs) {
      clocks.set(of, { aheadMs: Math.round(aheadMs), seenAt: performance.now() })
    },
    sawCertificate(connection, endsAt) {
      certificates.set(connection, { endsAt, seenAt: new Date() })
    },
    clocks() {
      for (const [of, { seenAt }] of clocks) if (performance.now() - seenAt > clockKeptMs) clocks.delete(of)
      return [...clocks].map(([of, { aheadMs }]) => ({ of, aheadMs }))
    },
    certificates: () => [...certificates].map(([connection, seen]) => ({ connection, ...seen })),
  }
}
