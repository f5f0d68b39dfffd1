import { type Decimal, isPositive, sumDecimals } from '../money/decimal.ts'
import { expiryOfReturned, type UsedCredit } from './credit.ts'

/** A credit that was spent, by the debit that spent it. */
export interface SpentCredit {
  readonly creditId: string
  /** What that debit took of it and has not given back as yet. */
  readonly credits: Decimal
  readonly expiresAt: Date | null
  readonly spentAt: Date
}

/** What comes back of one wallet's credits. */
export interface ReturnedCredits {
  /** To the credits that they came from, which are still good. */
  readonly restored: readonly UsedCredit[]
  /** As credits of their own, as those that they came from have expired meanwhile. */
  readonly renewed: readonly (UsedCredit & { readonly expiresAt: Date })[]
  /** Of both. */
  readonly credits: Decimal
}

/** Gives back all that was taken, no more and no less (billing rules, section 11). */
export function returnCredits(spent: readonly SpentCredit[], now: Date): ReturnedCredits {
  const back = spent.filter(({ credits }) => isPositive(credits))
  const withExpiry = back.map((one) => ({
    one,
    expiresAt: expiryOfReturned(one.expiresAt, { spentAt: one.spentAt, now }),
  }))
  return {
    restored: withExpiry.flatMap(({ one: { creditId, credits, expiresAt: before }, expiresAt }) =>
      expiresAt === null || expiresAt.getTime() === before?.getTime() ? [{ creditId, credits }] : [],
    ),
    renewed: withExpiry.flatMap(({ one: { creditId, credits, expiresAt: before }, expiresAt }) =>
      expiresAt !== null && expiresAt.getTime() !== before?.getTime()
        ? [{ creditId, credits, expiresAt }]
        : [],
    ),
    credits: sumDecimals(back.map(({ credits }) => credits)),
  }
}
