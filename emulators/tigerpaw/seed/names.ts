// Names that a real tenant might hold, the awkward ones first.

/** Client names: with an ampersand, quotes, an emoji, right-to-left text, accents, one very long. */
export const accountNames: readonly string[] = [
  'Schmidt & Töchter OHG',
  'The "Corner" Café & Bar',
  'Tierarztpraxis Pfötchen 🐾',
  'مخبز الصباح',
  'מרפאת שיניים כהן',
  'Smørrebrød <Nord> ApS',
  'Żółw Transport S.A.',
  'みどり薬局',
  "D'Angelo Plumbing",
  'Gemeinschaftspraxis für Innere Medizin, Kardiologie und Pneumologie Dr. med. Hoffmann und Kollegen PartG mbB',
  'Bluewater Marina',
  'Copper Kettle Inns',
  'Delta Surveyors',
  'Evergreen Nurseries',
  'Foxglove Publishing',
  'Granite Works',
  'Hillside Primary School',
  'Ironbridge Tools',
  'Juniper Accounting',
  'Kingfisher Boats',
]

/** People at the desk and at clients. */
export const people: readonly (readonly [first: string, last: string])[] = [
  ['Marta', 'Lindqvist'],
  ['Ciarán', "O'Hara"],
  ['Jens', 'Groß'],
  ['Amina', 'Diallo'],
  ['Petra', 'Šimková'],
  ['Wei', 'Zhang'],
  ['Rosa', 'Delgado'],
  ['Noah', 'van Dijk'],
]

/** Places of clients. */
export const cities: readonly string[] = ['Omaha', 'Lincoln', 'Des Moines', 'Tulsa', 'Wichita', 'Duluth']
