import { type Bill, dueOf, paidStateOf, remainsOf, totalOf } from '../model/bill-money.ts'
import type { Model } from '../model/model.ts'
import { centsText, compare, fromText } from '../model/ratio.ts'
import { balanceOf, type Wallet } from '../model/wallets.ts'
import type { StoredMoney } from '../product/read-invoices.ts'
import type { Standing } from '../product/read-standing.ts'
import type { StoredWallet } from '../product/read-wallets.ts'

/** What is owed of an invoice, and what became of it, in words that two can be compared by. */
export function describeMoney(money: StoredMoney): string {
  return Object.entries(money)
    .map(([what, amount]) => `${what} ${amount}`)
    .join(', ')
}

/** The same as the rules want it: of a draft nothing has become as yet. */
export function expectedMoney(bill: Bill | null, cents: bigint, status: string): StoredMoney {
  const { credits, adjusted, paid, refunded } = bill ?? nothing
  const total = bill ? totalOf(bill) : cents
  const paidState = bill ? paidStateOf(bill) : 'PENDING'
  return {
    credits: centsText(credits),
    total: centsText(total - credits),
    adjusted: centsText(adjusted),
    due: centsText(bill ? dueOf(bill) : cents),
    paid: centsText(paid),
    remains: centsText(bill ? remainsOf(bill) : cents),
    refunded: centsText(refunded),
    paymentStatus: status === 'VOIDED' && paidState === 'PENDING' ? 'VOIDED' : paidState,
  }
}

const nothing = { credits: 0n, adjusted: 0n, paid: 0n, refunded: 0n }

/** Each customer's wallets, in the order of their making, and what they have. */
export function compareWallets({ wallets }: Standing, model: Model): string[] {
  const stored = Map.groupBy(wallets, ({ subscription }) => subscription)
  return [...model.subscriptions.keys()].flatMap((subscription) => {
    const [want, have] = [model.money.walletsOf(subscription), stored.get(subscription) ?? []]
    const isSame = want.length === have.length && want.every((one, place) => isAs(one, have[place]))
    if (isSame) return []
    const of = `subscription ${subscription}'s wallets`
    return [
      `${of}:\n  expected ${want.map(describe).join('; ')}\n  actual   ${have.map(describeStored).join('; ')}`,
    ]
  })
}

/** How many grants have come to each subscription, and how many were skipped. */
export function compareGrants({ grants }: Standing, model: Model): string[] {
  return [...model.subscriptions.keys()].flatMap((subscription) => {
    const own = grants.filter((some) => some.subscription === subscription)
    const count = (status: string) => own.find((some) => some.status === status)?.count ?? 0
    const { applied, skipped } = model.money.grantsTo(subscription)
    const [want, have] = [`${applied}, ${skipped}`, `${count('applied')}, ${count('skipped')}`]
    if (want === have) return []
    return [
      `subscription ${subscription}'s grants that came, and were skipped: expected ${want}, are ${have}`,
    ]
  })
}

function isAs(want: Wallet, have: StoredWallet | undefined): boolean {
  return (
    have !== undefined &&
    want.types === have.types &&
    want.isOpen === have.isOpen &&
    compare(want.rate, fromText(have.rate)) === 0 &&
    compare(balanceOf(want), fromText(have.balance)) === 0
  )
}

function describe(wallet: Wallet): string {
  const balance = balanceOf(wallet)
  return `${wallet.types} ${wallet.isOpen ? 'open' : 'closed'} ${balance.over}/${balance.under} credits`
}

function describeStored({ types, isOpen, balance }: StoredWallet): string {
  return `${types} ${isOpen ? 'open' : 'closed'} ${balance} credits`
}
