// The service order as the 18.2.1 contract has it (its models ServiceOrder, CreateServiceOrderModel,
// UpdateServiceOrderModel and UpdateManagedServiceOrderModel): names, kinds and order are the vendor's.
import { toFields } from './fields.ts'

/** What an answer shows of an order. */
export const orderFields = toFields(`
  AccountNumber:i AlternatePhoneNumber:t AlternatePhoneLocation:t ContactNumber:i AlternateContactEmailAddress:t
  AlternateContactPhoneNumber:t AlternateContactPhoneLocation:t InvoiceNumber:i InvoicedStatus:t InvoiceDate:d
  TechnicianAssigned:i ContractNumber:i CustomerPurchaseOrder:t PurchaseOrderNumber:i ExternalAccountId:t
  ManagedServiceProviderAlertId:t Age:i PrintedFlag:y ServiceLevelAgreementDeadLine:d ServiceLevelAgreementWarning:d
  Priority:t ServiceOrderType:t DateTimeReceived:d TakenBy:i DateTimeRequested:d DateRequested:d TimeRequested:d
  RequestedBy:t DateTimeOpened:d DateTimeClosed:d VerifiedDate:d VerifiedBy:t ServiceZone:t System:t Reference:t
  Status:t BillParent:y BillTo:a ShipTo:a ResolvedOnPhone:y CallBackCount:i BriefDescription:t WorkRequested:t
  WorkPerformed:t InternalComments:t ProductType:i ProjectNumber:i ProjectPhaseNumber:i ProjectSubPhaseNumber:i
  DirectionsToLocation:t StatusChangeIndicator:y StatusChangeDate:d CanDiscountedItemsGetHeaderDiscount:y
  EstimatedHours:i EstimatedMinutes:i TagNumber:t LoanAgreement:t DebitCreditMemo:t DispatchBoardNumber:i Severity:i
  PayMethodId:i PaymentMethod:t InvoiceTerms:t ARCustomerNumber:t ReadyToInvoice:y RepToCredit:i ShippingMethod:t
  GSTaxable:y GSTIsTaxable:y GSTaxComputeBeforeTradeIn:y GSTaxRate:n TaxComputedBeforeTradeIn:y FreightTaxable:y
  FreightTerms:t Taxable:y DiscountPercent:n DiscountAmount:n DiscountSellForPrice:n DiscountMarginPercent:n
  SalesTaxCode:t SalesTaxRate:n TradeIn:n Deposit:n TotalSellingPrice:n TotalDollarsDiscounted:n
  TotalPercentDiscounted:n GSTax:n GSTaxableAmount:n SalesTax:n TaxableAmount:n ProviderTax:n ProviderTaxRate:n
  ProviderTaxableAmount:n Freight:n TotalDue:n BidPrice:n TotalCost:n VoidBy:i VoidDate:d VoidReason:t
  SalesAgreementNumber:t DispatchReference:t IBMNumber:t OtherReferenceNum:t ARReference:t CustomerReference:t
  GLReference:t Miscellaneous:t Comment:t ExternalInvoice:t WarrantyType:t ManagedServiceProviderAlertUrl:t
  DefaultBin:t PostedStatus:t ProgressiveInvoiceTotalComment:t ServiceCategory:t StagingLocation:t PriorityColor:i
  SeverityRank:i ActualHoursLogged:i ActualMinutesLogged:i MeterReading:i OriginalServiceOrderNumber:i PriceLevel:i
  PriorityRank:i QuoteNumber:i ReceivedDateAge:i TotalHours:i TotalMinutes:i ARDate:d BMFLastProcessed:d DateCreated:d
  DateToInstall:d GLDate:d NextDate:d CreditsWereInvoiced:y EmailConnectorUpdate:y InThresholdEscalationNoticeSent:y
  NeedToTestEscalation:y PastTargetEscalationNoticeSent:y TaxLabor:y CreditBalance:n TotalLaborCost:n
  TotalLaborSellPrice:n TotalOtherCost:n TotalOtherSellPrice:n UnappliedBOTradein:n UnappliedGSTradein:n
  UnappliedTradeIn:n LaborHours:n SavingsPercent:n OrderSource:i DisplayOnCustomerPortal:y`)

const written = `
  ContactNumber:i TechnicianAssigned:i EstimatedHours:i EstimatedMinutes:i CallBackCount:i RepToCredit:i
  ContractNumber:i TakenBy:i DispatchBoardNumber:i PayMethodsId:x Severity:i AlternatePhoneNumber:t
  AlternatePhoneLocation:t AlternateContactEmailAddress:t AlternateContactPhoneNumber:t AlternateContactPhoneLocation:t
  BriefDescription:t Reference:t Priority:t Status:t ServiceOrderType:t System:t WorkRequested:t WorkPerformed:t
  PaymentMethod:t ShippingMethod:t InternalComments:t DirectionsToLocation:t CustomerPurchaseOrder:t VerifiedBy:t
  ServiceZone:t RequestedBy:t TagNumber:t LoanAgreement:t DebitCreditMemo:t InvoiceTerms:t FreightTerms:t
  SalesTaxCode:t DateTimeReceived:d DateTimeRequested:s DateTimeOpened:o DateTimeClosed:o VerifiedDate:o
  ResolvedOnPhone:y BidPrice:n TradeIn:n Deposit:n Freight:n BillToAddressType:x BillToAddressAccountNumber:x BillTo:a
  ShipToAddressType:x ShipToAddressAccountNumber:x ShipTo:a UseAlternateShipToTaxCode:x
  CanReassignToHourlyUsageContractAlreadyInvoiced:x CanUpdateContractMeterReadingToServiceOrderReading:x
  AllowInactiveContract:x AllowFutureContract:x AllowContractNoRemaining:x UseContractDefaultTech:x
  DisplayOnCustomerPortal:y`

/** What a create takes. */
export const createOrderFields = toFields(`AccountNumber:i ${written}`)

/** What an update takes. `CompleteOpenTasks` is looked at apart: it is no property of the order. */
export const updateOrderFields = toFields(
  `DiscountType:x DiscountPercent:n DiscountAmount:n DiscountSellForPrice:n DiscountMarginPercent:n
  CompleteOpenTasks:y ${written}`,
)

/** What an update by external ticket takes; `Note` becomes a note, `AlertUrl` the order's alert address. */
export const managedOrderFields = toFields(`
  ClearExistingWebLinks:x ExternalTicketId:t BriefDescription:t Status:t ServiceOrderType:t Priority:t WorkRequested:t
  WorkPerformed:t InternalComments:t ContactNumber:i DispatchBoardNumber:i TakenBy:i TechnicianAssigned:i Note:t
  AlertUrl:t WebLinks:x`)
