// Answers as XML: roots and items without the model prefix of the vendor's contract (tigerpaw-api.md 2.1).

/** Anything an answer may hold. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json }

/** What the items of a list property are called. */
const itemNames: Readonly<Record<string, string>> = {
  ServiceOrders: 'ServiceOrderSummary',
  Accounts: 'AccountSummary',
  Agreements: 'AgreementSummary',
  PriceBookItems: 'PriceBookItemSummary',
  Notes: 'ServiceOrderNote',
  ServiceOrderResolution: 'ServiceOrderResolution',
  ServiceOrderResolutions: 'ServiceOrderResolution',
  ServiceOrderSymptoms: 'ServiceOrderSymptom',
  Technicians: 'ServiceOrderAssignedTech',
  TimeLogs: 'ServiceOrderTimeLog',
  CustomFields: 'CustomField',
  Fields: 'CustomField',
  PhoneNumbers: 'PhoneNumber',
  ExternalProducts: 'AccountExternalProduct',
  AdditionalCharges: 'AgreementAdditionalCharge',
  CoveredAssetTypes: 'AgreementCoveredAssetType',
}

/** A document with this root; a list is `ArrayOf<item>`. What is unset is left out. */
export function writeXml(root: string, body: Json): string {
  const declaration = '<?xml version="1.0" encoding="utf-8"?>'
  if (body === null || body === undefined) {
    return `${declaration}<${root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true" />`
  }
  return `${declaration}${element(root, body)}`
}

/** Character data, safe inside an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]|(?![\t\n])\p{Cc}/gu, (character) => {
    if (character === '&') return '&amp;'
    if (character === '<') return '&lt;'
    return character === '>' ? '&gt;' : `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
  })
}

function element(name: string, value: Json): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) {
    const item = name.startsWith('ArrayOf') ? name.slice('ArrayOf'.length) : (itemNames[name] ?? 'anyType')
    return `<${name}>${value.map((one: Json) => element(item, one)).join('')}</${name}>`
  }
  if (typeof value === 'object') {
    const inside = Object.entries(value as Record<string, Json>).map(([key, one]) => element(key, one))
    return `<${name}>${inside.join('')}</${name}>`
  }
  return `<${name}>${typeof value === 'string' ? escapeXml(value) : String(value)}</${name}>`
}
