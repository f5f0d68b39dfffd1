export {
  beginIdempotentWork,
  type IdempotentBegin,
  type IdempotentWork,
  type RequestIdentity,
  type StoredAnswer,
} from './idempotency-keys.ts'
export { keepKey, refuseUsedKey } from './key-uses.ts'
