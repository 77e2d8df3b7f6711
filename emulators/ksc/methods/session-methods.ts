import type { MethodTable } from './call.ts'

/** `Session.*` (ksc-open-api.md 2.3); `StartSession` is answered before authentication, see ../handler.ts. */
export const sessionMethods: MethodTable = {
  'Session.Ping': () => ({}),
  'Session.EndSession': ({ sessions, session, caller }) => {
    sessions.end(session, caller)
    return {}
  },
  'Session.CreateToken': ({ sessions, session, now }) => ({ PxgRetVal: sessions.createToken(session, now) }),
}
