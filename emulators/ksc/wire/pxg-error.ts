import type { WireObject } from './values.ts'

/** A method error, answered as HTTP 200 with the `PxgError` envelope (ksc-open-api.md 1.1). */
export class PxgError extends Error {
  override readonly name = 'PxgError'
  readonly code: number
  readonly module: string
  readonly subcode: number
  readonly args: string[]
  /** `format` holds %1, %2 ... for `args`. */
  readonly format: string
  constructor(code: number, module: string, format: string, args: string[] = [], subcode = 0) {
    super(format.replaceAll(/%(\d)/g, (_, n: string) => args[Number(n) - 1] ?? ''))
    this.code = code
    this.module = module
    this.subcode = subcode
    this.format = format
    this.args = args
  }
}

/** KLSTD 1186: no such object, accessor, group ... */
export const notFound = (what: string, name: string): PxgError =>
  new PxgError(1186, 'KLSTD', '%1 "%2" is not found', [what, name])

/** KLSTD 1184: access denied. */
export const noAccess = (what: string): PxgError => new PxgError(1184, 'KLSTD', 'Access to "%1" is denied', [what])

/** KLSTD 1192: data corrupted or of unknown format. */
export const badFormat = (what: string): PxgError => new PxgError(1192, 'KLSTD', 'Bad format: %1', [what])

/** KLSTD 1193: operation not permitted. */
export const notPermitted = (what: string): PxgError => new PxgError(1193, 'KLSTD', 'Not permitted: %1', [what])

/** KLSTD 1195: resource temporarily unavailable. */
export const unavailable = (what: string): PxgError => new PxgError(1195, 'KLSTD', '%1 is unavailable', [what])

/** KLPRSS 1125: no parameter or attribute of that name. */
export const noSuchParameter = (name: string): PxgError =>
  new PxgError(1125, 'KLPRSS', 'Parameter "%1" does not exist', [name])

/** KLCONN 1194: no such call. */
export const noSuchCall = (name: string): PxgError => new PxgError(1194, 'KLCONN', 'No such call: %1', [name])

/** The envelope of ksc-open-api.md 1.1; `locdata` as all servers since 12.2 send it. */
export function toEnvelope(error: PxgError): object {
  return {
    PxgError: {
      code: error.code,
      subcode: error.subcode,
      module: error.module,
      file: 'emulator/ksc.cpp',
      line: 1,
      message: error.message,
      locdata: {
        type: 'params',
        value: { 'format-id': 1, format: error.format, locmodule: error.module, args: error.args },
      },
    },
  }
}

/** The same failure as an asynchronous action reports it in `pStateData` (ksc-open-api.md 1.2). */
export function toErrorInfo(error: PxgError): WireObject {
  return {
    GNRL_EA_DESCRIPTION: error.message,
    KLBLAG_ERROR_INFO: {
      type: 'params',
      value: {
        KLBLAG_ERROR_CODE: error.code,
        KLBLAG_ERROR_SUBCODE: error.subcode,
        KLBLAG_ERROR_MODULE: error.module,
        KLBLAG_ERROR_FNAME: 'emulator/ksc.cpp',
        KLBLAG_ERROR_LNUMBER: 1,
        KLBLAG_ERROR_MSG: error.message,
      },
    },
  }
}
