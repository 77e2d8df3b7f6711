// Names that a real tenant might hold, the awkward ones first. None is longer than the 50 characters a company may have.

/** Client names: ampersand, quotes, an emoji, right-to-left text, accents, angle brackets. */
export const companyNames: readonly string[] = [
  'Brandt & Söhne GmbH',
  'O\'Malley "The Bakery" Ltd.',
  'Blumenhaus Rose 🌹',
  'شركة النور للتجارة',
  'משרד עורכי דין לוי',
  'Zahnarztpraxis Dr. Ærø Østergård',
  'Łódź Logistics Sp. z o.o.',
  '株式会社サンプル',
  'Ünal <Metal> A.Ş.',
  'Steuerberatung Müller, Meier, Schulze & Partner mb',
  'Harbor View Hotel',
  'Northwind Freight',
  'Kowalski Optics',
  'Green Valley Dental',
  'Atlas Surveying',
  'Fjord Seafood AS',
  'Silverline Travel',
  'Old Mill Brewery',
  'Pine Street Legal',
  'Riverside Motors',
  'Sunrise Care Homes',
  'Tidewater Insurance',
  'Umbria Foods',
  'Vista Property',
  'Westgate Printing',
]

/** People at clients and at the desk. */
export const people: readonly (readonly [first: string, last: string])[] = [
  ['Anna', 'Berg'],
  ['Tomás', 'Ó Briain'],
  ['Mei', 'Lin'],
  ['Jürgen', 'Weiß'],
  ['Fatima', 'Haddad'],
  ['Olu', 'Adeyemi'],
  ['Ingrid', 'Solberg'],
  ['Grace', "D'Souza"],
]

/** Places of clients. */
export const cities: readonly string[] = ['Bremen', 'Cork', 'Lyon', 'Gdańsk', 'Porto', 'Graz', 'Utrecht', 'Malmö']
