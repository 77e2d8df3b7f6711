// Agreements and price book items as answers show them (tigerpaw-api.md 2.8). Both can only be read.
import { accountShape } from '../accounts/shapes.ts'
import { toFields } from '../model/fields.ts'
import { showValues } from '../model/show-values.ts'
import type { AgreementRow, ChargeRow, PriceItemRow } from '../store/rows.ts'
import { type Store, textOf } from '../store/store.ts'
import { formatDate } from '../wire/dates.ts'
import type { Json } from '../wire/xml-write.ts'

const agreementFields = toFields(`
  AccountNumber:i ExternalProduct:t StartDate:d EndDate:d Type:t SalesTaxCode:t ContractNumber:i LastBilledDate:d
  LastPolledDate:d InvoiceComments:t InvoiceDetailFormat:y MakeAllItemsTaxExempt:y ConsolidatedInvoice:y
  EmailInvoiceFlag:y AutomatedBilling:y BillingPeriod:i BillingPeriodDescription:t NextBillingPeriod:d DayToBill:i
  DayToProcessPayment:i PayMethod:i PayMethodName:t MonthlyTotal:y BilledPeriodTotal:y SummarizedInvoiceFormat:y
  DetailedInvoiceFormat:y TotalPrice:n TotalCost:n DateCreated:d AgreementBillTo:a`)

const itemFields = toFields(`
  PartNumber:t ItemDescription:t Type:t Status:t DateCreated:d LastEditDate:d LastSoldDate:d ManufacturerListPrice:n
  Description2:t Description3:t ItemCategory:t ItemSubCategory:t Comments:t ItemCanBeDiscounted:y Features:t
  ManufacturerName:t ManufacturerPartNumber:t UnitOfMeasure:t Weight:t UPC:t WarrantyDays:t IVRPartNumber:i
  LaborHoursRequired:n Bin:t ItemURL:t PictureFile:t Serialized:y Inactive:y HotItem:y Taxable:y
  SubjectToSingleItemTax:y SubjectToProviderTax:y GSTExempt:y UseAssemblyGLCodes:y PrintOnInvoice:y PrintOnQuote:y
  AddToCustomerInventory:y AddOnlyAssemblyDetailtoCustomerInventory:y ReceivingGLCode:t MaintenancePrice:n
  MaintenancePercentage:n BaseCost:n RepairCost:n AverageCost:n ExchangeValue:n AccountingLinkSalesCode:t
  DiscountTier:i ApplyQuantityDiscountsToAssemblyDetail:y AssemblyType:t PrimaryVendorAccountNumber:i
  ProviderTaxTypeNumber:i DefaultProjectPhaseNumber:i`)

/** Lines of an agreement, by number. */
export function chargesOf(store: Store, agreement: number): ChargeRow[] {
  return store.charges.rowsOf('agreement', agreement)
}

/** A line of an agreement. */
export function chargeShape(store: Store, row: ChargeRow): Json {
  return {
    DetailId: row.id,
    SpecialItemId: row.itemId,
    ItemDescription: row.description,
    Quantity: row.quantity,
    Price: row.price,
    PriceLevel: 1,
    PriceLevelDescription: 'List',
    Source: 1,
    SourceDescription: 'Additional Charge',
    PrintWhenQuantityZero: false,
    DeleteAfterInvoicing: false,
    DateAdded: formatDate(row.added, store.switches.utcOffsetMinutes),
    UseFlatPrice: true,
  }
}

/** What searches and the read by number give. */
export function agreementSummary(store: Store, row: AgreementRow): Json {
  const account = store.accounts.get(row.account)
  return {
    AgreementNumber: row.id,
    AccountName: textOf(account?.values.Name),
    PrimaryPhone: account?.phone ?? null,
    PrimaryFax: null,
    Agreement: agreementShape(store, row),
    AdditionalCharges: chargesOf(store, row.id).length,
    CoveredAssetTypes: 0,
    CustomerAssetTypes: 0,
    InternalComments: null,
    Invoices: 0,
  }
}

/** What `.../details` gives. */
export function agreementDetail(store: Store, row: AgreementRow): Json {
  const account = store.accounts.get(row.account)
  return {
    AgreementNumber: row.id,
    Account: account ? accountShape(store, account) : null,
    PrimaryPhone: account?.phone ?? null,
    PrimaryFax: null,
    Agreement: agreementShape(store, row),
    AdditionalCharges: chargesOf(store, row.id).map((one) => chargeShape(store, one)),
    CoveredAssetTypes: [],
    CustomerAssetTypes: [],
    InternalComments: null,
    Invoices: 0,
  }
}

/** Something that is sold. */
export function priceItemSummary(store: Store, row: PriceItemRow): Json {
  const values = {
    PartNumber: row.partNumber,
    ItemDescription: row.description,
    Type: row.type,
    Status: row.inactive ? 'Inactive' : 'Active',
    ItemCategory: row.category,
    Comments: '',
    ManufacturerListPrice: row.price,
    BaseCost: row.cost,
    Inactive: row.inactive,
    Taxable: true,
  }
  return {
    ItemId: row.itemId,
    PriceBookItemNumber: row.id,
    Item: showValues(itemFields, values, store.switches.utcOffsetMinutes),
    Assembly: [],
    DefaultProjectPhase: null,
    VendorPartNumbers: null,
    QuantityOnHand: 0,
    QuantityReserved: 0,
    QuantityOnOrder: 0,
    Available: 0,
  }
}

function agreementShape(store: Store, row: AgreementRow): Json {
  const charges = chargesOf(store, row.id)
  const values = {
    AccountNumber: row.account,
    ExternalProduct: row.externalProduct,
    StartDate: row.start,
    EndDate: row.end,
    Type: row.type,
    AutomatedBilling: false,
    BillingPeriod: 1,
    BillingPeriodDescription: 'Monthly',
    DayToBill: 1,
    TotalPrice: charges.reduce((total, one) => total + one.quantity * one.price, 0),
    TotalCost: 0,
    DateCreated: row.created,
  }
  return showValues(agreementFields, values, store.switches.utcOffsetMinutes)
}
