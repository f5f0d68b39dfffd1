import type { Credit, Wallet } from './credit.ts'

/** Wallets as they are spent: the narrowest price types first, then the oldest (billing rules, section 11). */
export function inBurnOrder<Some extends Pick<Wallet, 'id' | 'allowedPriceTypes'>>(
  wallets: readonly Some[],
): Some[] {
  return wallets.toSorted((left, right) => breadth(left) - breadth(right) || compareTexts(left.id, right.id))
}

/** Credits as they are spent: the lowest priority number, none last, then the earliest expiry, then the oldest. */
export function creditsInBurnOrder<Some extends Pick<Credit, 'id' | 'priority' | 'expiresAt'>>(
  credits: readonly Some[],
): Some[] {
  return credits.toSorted(
    (left, right) =>
      compareNumbers(left.priority ?? Infinity, right.priority ?? Infinity) ||
      compareNumbers(left.expiresAt?.getTime() ?? Infinity, right.expiresAt?.getTime() ?? Infinity) ||
      compareTexts(left.id, right.id),
  )
}

function breadth({ allowedPriceTypes }: Pick<Wallet, 'allowedPriceTypes'>): number {
  return allowedPriceTypes === 'ALL' ? 1 : 0
}

/** Also of two that are infinite, whose difference is no number. */
function compareNumbers(left: number, right: number): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
