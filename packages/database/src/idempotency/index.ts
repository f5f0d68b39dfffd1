export { beginIdempotentWork, type IdempotentBegin, type IdempotentWork } from './idempotency-keys.ts'
export { keepKey, refuseUsedKey } from './key-uses.ts'
export type { RequestIdentity, StoredAnswer } from './request-identity.ts'
