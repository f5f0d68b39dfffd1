/**
 * What every query runs on: the pool, handles that carry their scope, statements, errors, ids and clocks. The other
 * rooms hold all SQL of the project, one file an aggregate, one function a question. This package must never know
 * HTTP or Temporal, never read a clock but in `clock.ts`, and never hand out a connection without a scope: row-level
 * security holds even if a query forgets.
 */
export { lockClock, readClock, readNow, readTimeOfDay, writeClock } from './clock.ts'
export {
  type ApiKeyUse,
  createDatabase,
  type Database,
  type DatabaseConfig,
  type FoundApiKey,
  inTransaction,
  type Scoped,
  touchApiKeysMax,
} from './connection.ts'
export type { DueEnvironment } from './due-environments.ts'
export { otherKindRefusal } from './id-kind.ts'
export { bulkIdHead, type IdKind, idPrefixes, newId } from './ids.ts'
export { JsonText } from './json-text.ts'
export { type TakenBack, takeBackOneByOne } from './taken-back.ts'
export { all, kept, mapped, type Reading, together } from './together.ts'
export { inUndoneTransaction } from './undone-transaction.ts'
export type { WrittenRecord } from './written-record.ts'
