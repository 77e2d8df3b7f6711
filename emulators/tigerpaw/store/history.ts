// Who writes the history of service orders. In its entries (`kit/ticket-history.ts`) `ticketId` is the ServiceOrderNumber,
// `resourceID` a RepNumber, `companyID` the AccountNumber, `externalID` the Reference, and `deleted` means voided.

/** Who did it: the API's rep, or somebody at the desk. */
export type Actor = { by: 'api' | 'person'; rep: number }
