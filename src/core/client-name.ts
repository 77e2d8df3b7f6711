/**
 * Names of clients as two systems write them. “Müller & Söhne GmbH” and “Soehne und Mueller” mean the same client, and
 * nothing but a person can say so for sure.
 */

/** Words that say what kind of company it is, and nothing about which one. */
const legalForms = new Set(
  `ab ag aktiengesellschaft aps as asa bv bvba co company corp corporation doo ek ev eg eingetragener gbr gesellschaft
   gmbh haftungsbeschrankt haftungsbeschraenkt inc incorporated kft kg kgaa lda limited llc llp lp ltd ltda mbh nv ohg
   oy oyj partg partgmbb plc pllc pty sa sarl sas se sl sp spa spzoo srl sro ug verein z oo`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
/** Words that join others. */
const joiners = new Set(['and', 'und', 'et', 'y', 'e', 'en', 'og', 'och', 'the', 'der', 'die', 'das', 'of'])
/** As Germans write them where the letter is missing; all other marks are dropped. */
const umlauts: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  å: 'aa',
  æ: 'ae',
  ø: 'oe',
  œ: 'oe',
  ß: 'ss',
}
const plainLetters: Readonly<Record<string, string>> = { æ: 'a', ø: 'o', œ: 'o', ß: 'ss', ł: 'l', đ: 'd' }

/** The words that tell a client from others, in their order; empty when the name has no letter or digit. */
export function nameWords(name: string): readonly string[] {
  return wordsOf(spellUmlauts(fold(name)))
}

/** The same with every mark on a letter dropped: how people write who do not have the letter. */
export function plainNameWords(name: string): readonly string[] {
  return wordsOf(dropMarks(fold(name)))
}

/** The whole name, legal form and all, without marks, dots and spaces. */
export function wholeName(name: string): string {
  return spellUmlauts(fold(name)).replace(/[^\p{L}\p{N}]+/gu, '')
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function spellUmlauts(text: string): string {
  return dropMarks(text.replace(/[äöüåæøœß]/g, (letter) => umlauts[letter] ?? letter))
}

function dropMarks(text: string): string {
  return text
    .replace(/[æøœßłđ]/g, (letter) => plainLetters[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
}

function wordsOf(text: string): readonly string[] {
  const words = text
    // “e. V.”, “S.A.R.L.”, “B.V.”: letters with dots are one word.
    .replace(/(?<![\p{L}\p{N}])(?:\p{L}\.\s?){2,}/gu, (letters) => `${letters.replace(/[.\s]/g, '')} `)
    .replace(/['’`´]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  const joined = words.filter((word) => !joiners.has(word))
  const telling = joined.filter((word) => !legalForms.has(word))
  return telling.length > 0 ? telling : joined.length > 0 ? joined : words
}
