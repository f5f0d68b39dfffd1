export type NoteReason =
  | 'DUPLICATE'
  | 'FRAUDULENT'
  | 'ORDER_CHANGE'
  | 'UNSATISFACTORY'
  | 'SERVICE_ISSUE'
  | 'BILLING_ERROR'
  | 'SUBSCRIPTION_CANCELLATION'

export type RefundReason =
  | 'DUPLICATE'
  | 'FRAUDULENT'
  | 'REQUESTED_BY_CUSTOMER'
  | 'ORDER_CHANGE'
  | 'SERVICE_ISSUE'
  | 'OTHER'

/** A note's reason in the fewer words that the contract has for refunds. */
export const refundReasonOf: Readonly<Record<NoteReason, RefundReason>> = {
  DUPLICATE: 'DUPLICATE',
  FRAUDULENT: 'FRAUDULENT',
  ORDER_CHANGE: 'ORDER_CHANGE',
  UNSATISFACTORY: 'REQUESTED_BY_CUSTOMER',
  SERVICE_ISSUE: 'SERVICE_ISSUE',
  BILLING_ERROR: 'OTHER',
  SUBSCRIPTION_CANCELLATION: 'REQUESTED_BY_CUSTOMER',
}
