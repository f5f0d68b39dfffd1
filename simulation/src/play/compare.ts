import type { ExpectedLine } from '../model/fixed.ts'
import type { Model } from '../model/model.ts'
import { centsText } from '../model/ratio.ts'
import type { Invoice } from '../model/subscription.ts'
import type { Product } from '../product/product.ts'
import type { StoredInvoice, StoredLine } from '../product/read-invoices.ts'
import { readStanding } from '../product/read-standing.ts'
import { compareGrants, compareWallets, describeMoney, expectedMoney } from './compare-money.ts'
import { comparePurchases } from './compare-purchases.ts'
import type { InvoiceNumbers } from './invoice-numbers.ts'

/** What has been compared so far: the product's invoices by id, and how many lines. */
export interface Compared {
  readonly invoices: Map<string, number>
  lines: number
  /** The invoices that the last comparison looked at. */
  recent: readonly StoredInvoice[]
  readonly numbers: InvoiceNumbers
}

/** Each invoice that was written since an instant, and where each subscription stands, against the model. */
export async function compare(
  product: Product,
  model: Model,
  { since, compared }: { since: number; compared: Compared },
): Promise<string[]> {
  const standing = await readStanding(product, since)
  compared.recent = standing.invoices
  const problems = standing.invoices.flatMap((invoice) => {
    compared.invoices.set(invoice.id, invoice.subscription)
    compared.lines += invoice.lines.length
    return compareInvoice(model, invoice)
  })
  const counts = Map.groupBy(compared.invoices.values(), (subscription) => subscription)
  for (const { subscription, ...found } of standing.subscriptions) {
    const expected = model.subscriptions.get(subscription)
    if (!expected) {
      problems.push(`subscription ${subscription} is not expected`)
      continue
    }
    const { status, current, dueAt, invoices } = expected
    const wanted = { status, start: current.start, end: current.end, dueAt }
    const [want, have] = [describeStanding(wanted), describeStanding(found)]
    if (want !== have) problems.push(`subscription ${subscription}: expected ${want}, is ${have}`)
    const count = counts.get(subscription)?.length ?? 0
    if (count !== invoices.length) {
      const missing = invoices.map(describeInvoice).join('\n  ')
      problems.push(
        `subscription ${subscription} has ${count} invoices, expected ${invoices.length}:\n  ${missing}`,
      )
    }
  }
  return [
    ...problems,
    ...compared.numbers.add(standing.numbers),
    ...compareWallets(standing, model),
    ...comparePurchases(standing, model),
    ...compareGrants(standing, model),
  ]
}

type LineWords = Omit<StoredLine, 'id'>

function compareInvoice(model: Model, stored: StoredInvoice): string[] {
  const expected = model.subscriptions.get(stored.subscription)?.invoices[stored.place - 1]
  const of = `subscription ${stored.subscription}, ${stored.reason} ${day(stored.start)} to ${day(stored.end)}`
  if (!expected || expected.reason !== stored.reason || expected.period.start !== stored.start)
    return [`${of} (${stored.status}, ${stored.subtotal}) is not expected`]
  const problems: string[] = []
  if (expected.status !== stored.status)
    problems.push(`${of}: expected ${expected.status}, is ${stored.status}`)
  if (expected.period.end !== stored.end) problems.push(`${of}: expected to end ${day(expected.period.end)}`)
  const wanted = [...expected.fixed, ...expected.usage]
  if (!areSame(wanted, stored.lines)) {
    const [want, have] = [describeLines(wanted.map(wordsOf)), describeLines(stored.lines)]
    problems.push(`${of} (${stored.status}):\n  expected ${want}\n  actual   ${have}`)
  }
  const subtotal = centsText(wanted.reduce((sum, { cents }) => sum + cents, 0n))
  if (problems.length === 0 && subtotal !== stored.subtotal) {
    problems.push(`${of}: its lines are ${subtotal}, its subtotal is ${stored.subtotal}`)
  }
  const cents = wanted.reduce((sum, line) => sum + line.cents, 0n)
  const want = describeMoney(expectedMoney(expected.bill, cents, expected.status))
  const have = describeMoney(stored.money)
  if (problems.length === 0 && want !== have) {
    problems.push(`${of} (${stored.status}):\n  expected ${want}\n  actual   ${have}`)
  }
  return problems
}

/**
 * Of a chain's USAGE lines which of two equal remainders is rounded up is decided by ids, which the model has none of; and
 * so is which of several credits an invoice takes first.
 */
function areSame(expected: readonly ExpectedLine[], actual: readonly StoredLine[]): boolean {
  const [want, have] = [withoutCredits(expected.map(wordsOf)), withoutCredits(actual)]
  return want.credited === have.credited && areSameCharges(want.charges, have.charges)
}

function withoutCredits(lines: readonly LineWords[]) {
  const credits = lines.filter(({ amount }) => centsOf(amount) < 0n)
  return {
    charges: lines.filter((line) => !credits.includes(line)),
    credited: credits.reduce((sum, { amount }) => sum + centsOf(amount), 0n),
  }
}

function areSameCharges(wanted: readonly LineWords[], stored: readonly LineWords[]): boolean {
  if (wanted.length !== stored.length) return false
  const pairs = sorted(wanted).map((want, index) => ({ want, have: sorted(stored)[index] }))
  const fits = pairs.every(({ want, have }) => {
    if (!have || want.chain !== have.chain || want.type !== have.type || want.start !== have.start)
      return false
    if (want.type === 'USAGE' && want.events !== have.events) return false
    const isOneOfMany =
      want.type === 'USAGE' && pairs.filter((pair) => pair.want.chain === want.chain).length > 1
    const difference = centsOf(want.amount) - centsOf(have.amount)
    return difference === 0n || (isOneOfMany && difference * difference === 1n)
  })
  return fits && sumsByChain(wanted) === sumsByChain(stored)
}

function sumsByChain(lines: readonly LineWords[]): string {
  const sums = [...Map.groupBy(lines, ({ chain }) => chain)].map(
    ([chain, some]) => [chain, some.reduce((sum, { amount }) => sum + centsOf(amount), 0n)] as const,
  )
  return sums
    .map(([chain, sum]) => `${chain}:${sum}`)
    .sort()
    .join(' ')
}

function centsOf(amount: string): bigint {
  const [units = '0', decimals = ''] = amount.replace('-', '').split('.')
  const cents = BigInt(units + decimals.padEnd(2, '0'))
  return amount.startsWith('-') ? -cents : cents
}

function wordsOf({ chain, type, start, cents, events }: ExpectedLine): LineWords {
  return { chain, type, start, amount: centsText(cents), events }
}

function sorted(lines: readonly LineWords[]): LineWords[] {
  return [...lines].sort(
    (left, right) =>
      left.chain - right.chain ||
      left.start - right.start ||
      Number(centsOf(left.amount) - centsOf(right.amount)),
  )
}

function describeLines(lines: readonly LineWords[]): string {
  const words = sorted(lines).map(({ chain, type, start, amount, events }) => {
    const counted = type === 'USAGE' ? ` of ${events} events` : ''
    return `chain ${chain} ${type} from ${day(start)} ${amount}${counted}`
  })
  return words.length > 0 ? words.join('; ') : 'no lines'
}

export function describeInvoice({ reason, period, status, fixed, usage }: Invoice): string {
  const lines = describeLines([...fixed, ...usage].map(wordsOf))
  return `${reason} ${day(period.start)} to ${day(period.end)} ${status}: ${lines}`
}

function describeStanding(of: { status: string; start: number; end: number; dueAt: number | null }): string {
  const due = of.dueAt === null ? 'never' : day(of.dueAt)
  return `${of.status}, ${day(of.start)} to ${day(of.end)}, due ${due}`
}

export function day(instant: number): string {
  return Number.isFinite(instant) ? new Date(instant).toISOString().replace('.000Z', 'Z') : 'for ever'
}
