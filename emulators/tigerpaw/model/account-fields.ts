// The account as the 18.2.1 contract has it (its model Account).
import { toFields } from './fields.ts'

/** Properties of an account, for reading and writing. */
export const accountFields = toFields(`
  Name:t AccountId:t Address1:t Address2:t City:t State:t PostalCode:t Country:t AccountType:t Status:t HotNote:t
  DirectionsToLocation:t SpecialInstructions:t QuoteSpecialInstructions:t StatusLabelAction:t URL1:t URL1Description:t
  URL2:t URL2Description:t InitialContact:d StatusLabelActionId:i RepNumber:i PrimaryContactNumber:i IsVendor:y
  IsSubcontractor:y DoNotEmail:y IsOwnedByPublicRep:y CanReassignRepsAccount:y`)
