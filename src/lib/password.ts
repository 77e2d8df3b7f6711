import { hash, verify } from '@node-rs/argon2'

/** Argon2id as OWASP's Password Storage Cheat Sheet asks for at least (19 MiB, 2 passes), with more memory. */
const cost = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 } as const

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), cost)
}

let nobodysHash: Promise<string> | null = null

/** Whether it is the password. With null, for somebody who is not there or has none, it takes as long and says no. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword('the password of nobody')
  const matches = await verify(stored ?? (await nobodysHash), password.normalize('NFKC'))
  return stored !== null && matches
}
