import type { HostKind } from '../model/types.ts'

/** What kind of computer a kind is on the wire. `computerType` = `KLHST_WKS_CTYPE` bits (ksc-open-api.md 4.4). */
export type Machine = {
  computerType: number
  osName: string
  osMajor: number
  osMinor: number
  osBuild: number
  /** Product name in `KLHST_WKS_PRODUCT_NAME` and in events. */
  product: string
}

const windows = { osMajor: 10, osMinor: 0, product: 'KES' }

/** Facts by kind: 0x1003 workstation, 0x9003 Windows server, 0x9007 with SQL Server, 0x200000 Linux, 0x800 Unix. */
export const machines: Record<HostKind, Machine> = {
  workstation: { ...windows, computerType: 0x1003, osName: 'Microsoft Windows 11', osBuild: 22631 },
  laptop: { ...windows, computerType: 0x1003, osName: 'Microsoft Windows 11', osBuild: 22631 },
  server: { ...windows, computerType: 0x9003, osName: 'Microsoft Windows Server 2022', osBuild: 20348 },
  'sql-server': { ...windows, computerType: 0x9007, osName: 'Microsoft Windows Server 2019', osBuild: 17763 },
  linux: { computerType: 0x200800, osName: 'Ubuntu 24.04', osMajor: 24, osMinor: 4, osBuild: 0, product: 'kesl' },
  mac: { computerType: 0x800, osName: 'macOS 15', osMajor: 15, osMinor: 0, osBuild: 0, product: 'KESMac' },
}
