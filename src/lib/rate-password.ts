export type PasswordRating = {
  /** 0 (guessed at once) to 4. */
  readonly score: number
  /** What would make it better; empty when it is good enough. */
  readonly advice: string
  readonly goodEnough: boolean
}

const fewestCharacters = 12
/** What argon2 is given is bounded, so that nobody makes it work on megabytes. */
const mostCharacters = 256
/**
 * Rating 256 characters takes seconds in which nothing else is answered, and anybody may ask. What comes after these only
 * makes a password better.
 */
const ratedCharacters = 40
/** Ways of reading digits and marks as letters that are tried; the library's 512 take ten times as long. */
const letterReadings = 16
/** "Safely unguessable: moderate protection from offline slow-hash scenario" (zxcvbn). */
const leastScore = 3

/** How hard a password is to guess, for somebody who knows `about` (e-mail, name). */
export async function ratePassword(password: string, about: readonly string[]): Promise<PasswordRating> {
  if (password.length > mostCharacters) {
    return { score: 0, advice: `Take at most ${mostCharacters} characters.`, goodEnough: false }
  }
  guesserLoaded ??= loadGuesser()
  const guesser = await guesserLoaded
  const known = about.map((text) => text.toLowerCase())
  const words = known.flatMap((text) => [text, text.replace(/@.*/, ''), ...text.split(/[^\p{L}\p{N}]+/u)])
  const { score, feedback } = guesser.check(
    password.slice(0, ratedCharacters),
    words.filter((word) => word.length > 2),
  )
  if (password.length < fewestCharacters) {
    return { score: Math.min(score, 2), advice: `Take at least ${fewestCharacters} characters.`, goodEnough: false }
  }
  if (score >= leastScore) return { score, advice: '', goodEnough: true }
  const advice = [feedback.warning ?? '', ...feedback.suggestions].filter((text) => text !== '').join(' ')
  return { score, advice: advice === '' ? 'Add another word or two.' : advice, goodEnough: false }
}

type Guesser = Awaited<ReturnType<typeof loadGuesser>>
let guesserLoaded: Promise<Guesser> | null = null

// The word lists take much memory: they are read once somebody chooses a password.
async function loadGuesser() {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ])
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
    l33tMaxSubstitutions: letterReadings,
  })
}
