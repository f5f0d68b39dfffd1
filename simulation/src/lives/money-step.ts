import type { Period } from './period.ts'

/**
 * Steps about money that comes, goes, and is given back. Customers are their subscriptions'; wallets are counted from a
 * customer's oldest one on; credits and amounts are decimal texts.
 */
export type MoneyStep =
  | MakeWallet
  | TopUp
  | BuyCredits
  | VoidPurchase
  | TopUpByItself
  | EndWallet
  | GrantCredits
  | Pay
  | VoidPayment
  | TakeBack
  | CloseNote
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

/** Credits by an invoice, which come, with their bonus, once it is paid. */
export interface BuyCredits extends At {
  readonly kind: 'buy-credits'
  readonly subscription: number
  readonly wallet: number
  readonly credits: string
  readonly bonus: string | null
  readonly priority: number | null
  /** Of those that are bought, and of their bonus. */
  readonly effective?: number | null
  readonly expires?: number | null
}

/** The invoice of a purchase is void: its credits never come. */
export interface VoidPurchase extends At {
  readonly kind: 'void-purchase'
  readonly subscription: number
  /** Of the customer's, counted from the oldest one on; also those that a wallet has made by itself. */
  readonly purchase: number
}

/** A wallet that falls below a threshold is topped up by itself from now on; null: no more. */
export interface TopUpByItself extends At {
  readonly kind: 'top-up-by-itself'
  readonly subscription: number
  readonly wallet: number
  readonly terms: TopUpTerms | null
}

export interface TopUpTerms {
  /** In credits. */
  readonly threshold: string
  readonly credits: string
  readonly isInvoiced: boolean
  /** From one to the next; null: as before, which may be none. */
  readonly cooldownHours: number | null
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

/**
 * An invoice of the subscription, counted from its latest one back, or a one-off of its customer, or one that buys
 * credits, counted from the customer's oldest one on.
 */
export type InvoiceRef =
  | { readonly back: number }
  | { readonly oneOff: number }
  | { readonly purchase: number }

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
  /** It waits to be closed; what it takes back is said by now. */
  readonly isDraft: boolean
}

export interface CloseNote extends At {
  readonly kind: 'close-note'
  readonly note: number
}

export interface VoidNote extends At {
  readonly kind: 'void-note'
  readonly note: number
}
