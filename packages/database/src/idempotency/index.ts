/** What an `Idempotency-Key` has been used for, and the answers that are kept with their work. */
export { beginIdempotentWork, type IdempotentBegin, type IdempotentWork } from './idempotency-keys.ts'
export { keepKey, refusedKey, refuseUsedKey } from './key-uses.ts'
export { requestHash } from './request-hash.ts'
export type { RequestIdentity, StoredAnswer } from './request-identity.ts'
