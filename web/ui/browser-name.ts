const browsers: readonly [RegExp, string][] = [
  [/Edg\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/Firefox\/(\d+)/, 'Firefox'],
  [/Chrome\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).*Safari/, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** A browser's long description of itself in two words; as it is when it is none that we know. */
export function browserName(userAgent: string): string {
  const browser = browsers.map(([pattern, name]) => {
    const version = pattern.exec(userAgent)?.[1]
    return version === undefined ? null : `${name} ${version}`
  })
  const known = browser.find((name) => name !== null)
  if (known === undefined || known === null) return userAgent
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  return system === undefined ? known : `${known} · ${system}`
}
