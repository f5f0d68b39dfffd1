import type { CreditTarget, PlannedCredit, RefundReason } from '@flexprice/domain/credit-note'
import type { Decimal } from '@flexprice/domain/money'

/** What a credit is a row of: a credit note, late usage below what was billed, a line that a change took away. */
export type CreditKind = 'credit_note' | 'late_credit' | 'line_credit'

/** What a customer is owed of what one invoice billed. Its own row is there already, under this id. */
export interface OwedCredit {
  readonly kind: CreditKind
  readonly id: string
  /** The invoice that billed, FINALIZED: its subscription, customer and currency are the credit's. */
  readonly invoiceId: string
  /** After its shares of discount and tax, in whole units, more than 0. */
  readonly amount: Decimal
  /** Where goes what is money in the end: the wallet, unless somebody asks for its source. */
  readonly target: CreditTarget
  /** As refunds tell it. */
  readonly reason: RefundReason
}

/**
 * Where a credit went, which together is exactly what it was: `lowered` what is due of invoices, `returned` credits that
 * had paid the invoice, `refunded` money.
 */
export interface SettledCredit extends Omit<PlannedCredit, 'credit'> {
  readonly credit: OwedCredit
}

/** How each kind is called where somebody reads of it. */
export const creditNames = {
  credit_note: 'a credit note',
  late_credit: 'credits of late usage',
  line_credit: 'a credit of lines that ended',
} as const satisfies Record<CreditKind, string>

/** The columns that say which credit a row is of. */
export function creditColumns({ kind, id }: { readonly kind: CreditKind; readonly id: string }) {
  return {
    credit_note_id: kind === 'credit_note' ? id : null,
    late_credit_id: kind === 'late_credit' ? id : null,
    line_credit_id: kind === 'line_credit' ? id : null,
  }
}
