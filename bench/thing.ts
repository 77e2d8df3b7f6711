import type { Row } from './rows.ts'

/** What is measured: a program that hears of conditions and keeps tickets at the desk. */
export type Thing = {
  readonly name: 'tocsin' | 'alertmanager' | 'node-red'
  /** Installs or finds it and returns its version. */
  prepare(): Promise<string>
  /** Starts it with an empty `folder` of its own, or with what a former one left there. */
  start(place: Place): Promise<Running>
}

export type Place = {
  readonly deskUrl: string
  readonly folder: string
  readonly row: Row
  /** True after a kill: nothing is set up anew. */
  readonly again: boolean
}

export type Running = {
  readonly pid: number
  /** Tells it that conditions 0 to `count` - 1 begin. Resolves when it was told, which is not when it has acted. */
  begin(count: number): Promise<void>
  /** Tells it that the same conditions end, and resolves when it has accepted that. */
  end(count: number): Promise<void>
  /** Waits until it has accepted, for good as far as it knows, that `count` conditions end. */
  accepted(count: number): Promise<void>
  /** Tells it of one more condition, an urgent one. */
  urgent(): Promise<void>
  /** After a kill: tells it again what has ended, where those who use it do that. */
  remind?(count: number): Promise<void>
  /** `kill -9` of all its processes. */
  kill(): Promise<void>
  stop(): Promise<void>
}
