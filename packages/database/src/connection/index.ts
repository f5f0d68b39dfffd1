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
export { type DatabaseSettings, databaseSettings } from './database-settings.ts'
export { bulkIdHead, type IdKind, idPrefixes, newId } from './ids.ts'
