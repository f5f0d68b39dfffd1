/**
 * What every query runs on: the pool, handles that carry their scope, statements, errors, ids and clocks. It never hands out
 * a connection without a scope: row-level security holds even if a query forgets.
 */
export { readNow, readTimeOfDay } from './clock.ts'
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
export { bulkIdHead, type IdKind, idPrefixes, newId } from './ids.ts'
