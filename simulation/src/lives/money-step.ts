import type { Period } from './period.ts'

/**
 * Steps about money that comes, goes, and is given back. Customers are their subscriptions'; wallets are counted from a
 * customer's oldest one on; credits and amounts are decimal texts.
 */
export type MoneyStep =
  | MakeWallet
  | TopUp
  | EndWallet
  | GrantCredits
  | Pay
  | VoidPayment
  | TakeBack
  | VoidNote

interface At {
  readonly at: number
}

export interface MakeWallet extends At {
  readonly kind: 'make-wallet'
  readonly subscription: number
  /** The money that a credit is worth. */
  readonly rate: string
  readonly types: PriceTypes
}

export type PriceTypes = 'ALL' | 'USAGE' | 'FIXED'

export interface TopUp extends At {
  readonly kind: 'top-up'
  readonly subscription: number
  readonly wallet: number
  readonly credits: string
  readonly bonus: string | null
  readonly isPurchased: boolean
  readonly priority: number | null
  readonly effective: number | null
  readonly expires: number | null
}

export interface EndWallet extends At {
  readonly kind: 'end-wallet'
  readonly subscription: number
  readonly wallet: number
}

/** Of a subscription, or of the plan: to the subscriptions that come after it. */
export interface GrantCredits extends At {
  readonly kind: 'grant-credits'
  readonly subscription: number | null
  readonly grant: GrantTerms
}

export interface GrantTerms {
  readonly credits: string
  /** Null: once. */
  readonly every: { readonly period: Period; readonly count: number } | null
  readonly isProrated: boolean
  /** Null: with its subscription. */
  readonly start: number | null
  readonly end: number | null
  readonly expiry: GrantExpiry
  readonly rate: string
  readonly priority: number | null
}

export type GrantExpiry =
  | 'NEVER'
  | 'BILLING_CYCLE'
  | { readonly unit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR'; readonly count: number }

/** A payment of part of an invoice, of more than it, or of all that remains (null). */
export interface Pay extends At {
  readonly kind: 'pay'
  readonly payment: number
  readonly subscription: number
  readonly invoice: InvoiceRef
  readonly amount: string | null
  /** Of the customer's wallets, all of it or nothing; else in money. */
  readonly isOfCredits: boolean
}

/** An invoice of the subscription, counted from its latest one back, or a one-off of its customer. */
export type InvoiceRef = { readonly back: number } | { readonly oneOff: number }

export interface VoidPayment extends At {
  readonly kind: 'void-payment'
  readonly payment: number
}

/** A credit note on one line of an invoice; null: on all that is left of it. */
export interface TakeBack extends At {
  readonly kind: 'take-back'
  readonly note: number
  readonly subscription: number
  readonly invoice: InvoiceRef
  /** Counted by chain and start; of a one-off in the order in which they were said. */
  readonly line: number
  readonly amount: string | null
  /** What is money goes back to where it came from; else into the wallet. */
  readonly toSource: boolean
}

export interface VoidNote extends At {
  readonly kind: 'void-note'
  readonly note: number
}
