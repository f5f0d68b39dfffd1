import type { Redis } from '@flexprice/cache'
import type { Database } from '@flexprice/database/connection'
import type { FileStore } from '@flexprice/file-store'
import type { Logger, Metrics } from '@flexprice/observability'
import type { Temporal } from '@flexprice/temporal-client'
import type { KeyCache } from './key-cache.ts'

/** What the gateway is made of; each plugin and route takes no more of it than it uses. */
export interface Dependencies {
  readonly database: Database
  readonly temporal: Temporal
  readonly redis: Redis
  readonly keys: KeyCache
  readonly files: FileStore
  readonly logger: Logger
  readonly metrics: Metrics
}
