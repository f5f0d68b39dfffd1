import type { Decimal } from '../money/decimal.ts'

/** Which lines of an invoice a wallet may pay. */
export type AllowedPriceTypes = 'ALL' | 'USAGE' | 'FIXED'

/** What of a credit is left, and when it may be spent. */
export interface Credit {
  readonly id: string
  readonly available: Decimal
  /** The lowest is spent first; null: none, which is last. */
  readonly priority: number | null
  /** Null: from its booking on. */
  readonly effectiveAt: Date | null
  /** Null: it never expires. */
  readonly expiresAt: Date | null
}

/** A wallet that is held, with all of its credits of which something is left. Its id tells its age. */
export interface Wallet {
  readonly id: string
  readonly customerId: string
  readonly currency: string
  /** The money that one credit is worth. */
  readonly conversionRate: Decimal
  readonly allowedPriceTypes: AllowedPriceTypes
  readonly credits: readonly Credit[]
}

/** So much of one credit. */
export interface UsedCredit {
  readonly creditId: string
  readonly credits: Decimal
}

/**
 * Whether a credit may pay an invoice (billing rules, section 11): it is effective, and had not expired at the earlier
 * of the invoice's period's end and its finalization. What ends with a period was there in all of it,
 * and pays for it: at one instant, finalizations by period end come before expiry (section 8).
 */
export function isUsable(
  { effectiveAt, expiresAt }: Pick<Credit, 'effectiveAt' | 'expiresAt'>,
  { periodEnd, finalizedAt }: { periodEnd: Date | null; finalizedAt: Date },
): boolean {
  if (effectiveAt !== null && effectiveAt > finalizedAt) return false
  if (expiresAt === null) return true
  return periodEnd !== null && periodEnd <= finalizedAt ? expiresAt >= periodEnd : expiresAt > finalizedAt
}

/**
 * Until when a credit can be used that comes back (billing rules, section 11): as before, or, when that has passed
 * meanwhile, for as long as was left of it when it was spent. One that was spent for an earlier period after its own
 * end had nothing left, and has nothing now.
 */
export function expiryOfReturned(
  expiresAt: Date | null,
  { spentAt, now }: { spentAt: Date; now: Date },
): Date | null {
  if (expiresAt === null || expiresAt > now) return expiresAt
  return new Date(now.getTime() + Math.max(0, expiresAt.getTime() - spentAt.getTime()))
}
