import { getRandomValues } from 'node:crypto'
import { ulid } from 'ulid'
import { createMonotonicUlids } from './monotonic-ulid.ts'

/** Type prefix of each id on the wire. */
export const idPrefixes = {
  tenant: 'tenant',
  environment: 'env',
  apiKey: 'key',
  customer: 'cust',
  plan: 'plan',
  price: 'price',
  group: 'group',
  meter: 'meter',
  feature: 'feat',
  subscription: 'subs',
  lineItem: 'subli',
  subscriptionChange: 'subch',
  bulkChange: 'bulk',
  subscriptionSchedule: 'sched',
  subscriptionPause: 'pause',
  priceSyncRun: 'psr',
  entitlement: 'ent',
  invoice: 'inv',
  invoiceLineItem: 'invli',
  invoiceChange: 'invch',
  invoiceAdjustment: 'invadj',
  lateCredit: 'latecr',
  lineCredit: 'linecr',
  subscriptionBatch: 'subsb',
  calculation: 'calc',
  event: 'event',
  syncPreview: 'spv',
  auditEntry: 'audit',
  payment: 'pay',
  creditNote: 'crnote',
  creditNoteLineItem: 'crnli',
  refund: 'refund',
  billingRun: 'bill',
  wallet: 'wallet',
  walletTransaction: 'wtxn',
  creditGrant: 'grant',
  fileUpload: 'upload',
  importTask: 'task',
  creditGrantApplication: 'grapp',
} as const

export type IdKind = keyof typeof idPrefixes

/** One byte of chance for each of a ULID's characters, which has five bits; drawn many at once, as a draw is a system call. */
const chance = new Uint8Array(4_096)
let chanceUsed = chance.length
function nextChance(): number {
  if (chanceUsed === chance.length) {
    getRandomValues(chance)
    chanceUsed = 0
  }
  return (chance[chanceUsed++] ?? 0) / 256
}

/** Within a millisecond each id is the one before plus one, so that ids sort by creation. */
const nextUlid = createMonotonicUlids(nextChance)
const ulidTimeAndEntropyLength = 18

/** A new id, `prefix_ULID`. Ids of one process sort by creation. */
export function newId(kind: IdKind): string {
  return `${idPrefixes[kind]}_${nextUlid(Date.now())}`
}

/**
 * The head of the ids that one bulk statement makes: the prefix, the ULID's time and 40 bits of
 * chance. The statement appends a row number as eight hexadecimal digits, which Crockford's alphabet
 * contains, so its rows' ids are ULIDs, in order, at the price of one cheap expression. Drawn anew each
 * time: two statements of one millisecond must not have the same head.
 */
export function bulkIdHead(kind: IdKind): string {
  return `${idPrefixes[kind]}_${ulid(undefined, nextChance).slice(0, ulidTimeAndEntropyLength)}`
}
