/** The only reader of the environment. */
export type Config = {
  readonly host: string
  /** Null: this process answers nobody. */
  readonly port: number | null
  /** Null: the embedded PostgreSQL under `dataFolder`. */
  readonly databaseUrl: string | null
  readonly dataFolder: string
  readonly role: 'all' | 'web' | 'worker'
  /** Key for stored secrets; null: made on first start and kept in the data folder. */
  readonly secret: string | null
  readonly logLevel: string
  /** Address at which people reach the console when a proxy in front of it speaks TLS; absent: they reach it directly. */
  readonly publicUrl?: URL | null
}

class ConfigError extends Error {
  readonly code = 'config-invalid'
}

/** Reads and checks the settings of this process. Throws `ConfigError` naming the variable and what it must be. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const role = readChoice('TOCSIN_ROLE', env.TOCSIN_ROLE, ['all', 'web', 'worker'] as const)
  return Object.freeze({
    host: env.HOST || '127.0.0.1',
    port: readPort(env.PORT, role),
    databaseUrl: readDatabaseUrl(env.DATABASE_URL),
    dataFolder: env.TOCSIN_DATA || './data',
    role,
    secret: readSecret(env.TOCSIN_SECRET),
    publicUrl: readPublicUrl(env.TOCSIN_PUBLIC_URL),
    logLevel: readChoice('LOG_LEVEL', env.LOG_LEVEL, ['info', 'debug', 'warn', 'error', 'silent'] as const),
  })
}

/** A worker beside a web process must not take its port, so it listens only when it is told where. */
function readPort(text: string | undefined, role: Config['role']): number | null {
  if (text === undefined || text === '') return role === 'worker' ? null : 8080
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new ConfigError(`PORT must be a number from 0 to 65535, not “${text}”.`)
}

function readDatabaseUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (/^postgres(ql)?:\/\//.test(text)) return text
  throw new ConfigError(
    'DATABASE_URL must begin with postgres:// or postgresql://; leave it out to use the embedded database.',
  )
}

function readPublicUrl(text: string | undefined): URL | null {
  if (text === undefined || text === '') return null
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search + url.hash === '') return url
  throw new ConfigError(
    'TOCSIN_PUBLIC_URL must be the address that people open, without a path: for example https://tocsin.example.com.',
  )
}

function readSecret(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (text.length >= 32) return text
  throw new ConfigError('TOCSIN_SECRET must have at least 32 characters: make one with `openssl rand -base64 32`.')
}

/** The first choice is the default. */
function readChoice<const T extends readonly [string, ...string[]]>(
  name: string,
  text: string | undefined,
  choices: T,
): T[number] {
  if (text === undefined || text === '') return choices[0]
  const choice = choices.find((candidate) => candidate === text)
  if (choice !== undefined) return choice
  throw new ConfigError(`${name} must be one of ${choices.join(', ')}, not “${text}”.`)
}
