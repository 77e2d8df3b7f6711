import { expect, test } from 'vitest'
import { createLab, records } from './test-client.ts'

const devices = 100_000
const pageSize = 1000

test('100,000 computers are paged through whole, each once, while the fleet changes', async () => {
  const lab = createLab()
  const seeded = performance.now()
  const emulator = await lab.start({ port: 0, devices, tenants: 50, sick: 0.02 })
  const client = await lab.connect(emulator)
  const started = performance.now()
  const { PxgRetVal: count, strAccessor } = await client.call('HostGroup.FindHosts', {
    wstrFilter: '(KLHST_WKS_STATUS&2<>0)',
    vecFieldsToReturn: [
      'KLHST_WKS_HOSTNAME',
      'KLHST_WKS_DN',
      'KLHST_WKS_STATUS_ID',
      'KLHST_WKS_STATUS_MASK',
      'KLVSRV_ID',
    ],
    lMaxLifeTime: 600,
  })
  // Three computers are the main server's own.
  expect(count).toBe(devices + 3)
  const ids = new Set<unknown>()
  let sick = 0
  for (let start = 0; start < devices + 3; start += pageSize) {
    const page = await client.call('ChunkAccessor.GetItemsChunk', { strAccessor, nStart: start, nCount: pageSize })
    const items = records((page.pChunk as { KLCSP_ITERATOR_ARRAY: unknown }).KLCSP_ITERATOR_ARRAY)
    expect(items).toHaveLength(Math.min(pageSize, devices + 3 - start))
    for (const item of items) ids.add(item.KLHST_WKS_HOSTNAME)
    sick += items.filter((item) => item.KLHST_WKS_STATUS_ID !== 0).length
    if (start === 10_000) {
      const last = items.at(-1)?.KLHST_WKS_HOSTNAME
      await emulator.control.act({ act: 'removeHost', host: last })
      await emulator.control.act({ act: 'addHost', name: 'LATE-COMER' })
    }
  }
  expect(ids.size).toBe(devices + 3)
  expect(sick).toBeGreaterThan(devices * 0.015)
  expect(sick).toBeLessThan(devices * 0.025)
  const asked = await client.call('HostGroup.FindHosts', {
    wstrFilter: '(KLHST_WKS_STATUS_ID<>0)',
    vecFieldsToReturn: ['KLHST_WKS_HOSTNAME'],
    lMaxLifeTime: 60,
  })
  expect(asked.PxgRetVal).toBe(sick)
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1)
  const now = performance.now()
  console.info(`seeding ${seconds(seeded, started)} s, 101 pages of ${pageSize} and a count ${seconds(started, now)} s`)
  await lab.stopAll()
})
