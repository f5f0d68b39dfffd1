import type { MoneyStep } from '../lives/money-step.ts'
import type { Bill } from './bill-money.ts'
import type { Coming } from './grants.ts'
import type { Purchase } from './purchases.ts'
import type { AskedNote, Note, Payment } from './settle.ts'
import type { Subscription } from './subscription.ts'
import type { Debit, Wallet } from './wallets.ts'

export type MoneyStepOf<Kind extends MoneyStep['kind']> = Extract<MoneyStep, { kind: Kind }>

/** What is written of the money of all customers, who are named by their subscriptions. */
export interface Books {
  readonly wallets: Map<number, Wallet[]>
  readonly coming: Map<number, Coming[]>
  readonly planGrants: MoneyStepOf<'grant-credits'>['grant'][]
  readonly payments: Map<number, Payment>
  readonly notes: Map<number, Note>
  readonly debits: Map<Bill, readonly Debit[]>
  readonly purchases: Map<number, Purchase[]>
  readonly drafts: Map<number, DraftNote>
  readonly given: Map<number, Granted>
}

export type Granted = Record<'applied' | 'skipped', number>

/** What a note that waits takes back. */
export interface DraftNote {
  readonly bill: Bill
  readonly asked: AskedNote & { readonly cents: bigint }
  readonly of: Subscription
  readonly isOfOneOff: boolean
}
