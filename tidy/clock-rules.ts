import { isTest, problem, type Source } from './source.ts'

/**
 * Business goes by the environment's clock, which may be a test clock (billing rules, section 9): it is read by
 * `readNow`, and handed on. Who reads another one says here why.
 */
const readers: Readonly<Record<string, string>> = {
  'packages/database/src/connection/clock.ts': 'the one place that reads it',
  'packages/database/src/connection/ids.ts': 'ids sort by when they were made',
  'packages/database/src/events/append-events.ts':
    "reads the environment's clock in the statement that writes",
  'packages/database/src/events/keep-conflicts.ts':
    "reads the environment's clock in the statement that writes",
  'packages/database/src/calculations/final-usage.ts': "reads the environment's clock in its own statement",
  'packages/database/src/tenancy/environment-settings.ts':
    "dates notices by the environment's clock in its own statement",
  'packages/database/src/billing/billing-failures.ts': 'further attempts go by the time of day',
  'packages/database/src/billing/due-work.ts': 'further attempts go by the time of day',
  'packages/database/src/idempotency/idempotency-keys.ts': 'keys are kept for 24 h of the time of day',
  'packages/database/src/idempotency/key-uses.ts': 'keys are kept for 24 h of the time of day',
  'services/gateway/src/plugins/authenticate.ts': "an API key's end is a time of day",
  'services/gateway/src/plugins/purge-files.ts': 'files are kept for days of the time of day',
  'services/gateway/src/plugins/note-key-uses.ts': "an API key's last use is a time of day",
}

const business = /^(packages\/(activities|database|workflows)|services\/gateway)\/src\//
const elsewhere = /\/(migrations|testing)\//
const clocks =
  /\bDate\.now\(\)|\bnew Date\(\)|(?<![\w.])now\(\)|\b(clock|statement|transaction)_timestamp\(\)|\b(current|local)_?timestamp\b/i

export function clockProblems(source: Source): string[] {
  if (!business.test(source.path) || elsewhere.test(source.path) || isTest(source.path)) return []
  const found = clocks.exec(source.text)
  if (found === null || source.path in readers) return []
  const message = `reads the time of day (${found[0]}): business goes by the environment's clock, readNow (tidy/clock-rules.ts)`
  return [problem(source, found.index, message)]
}

/** A reader that reads none any more has no place in the table. */
export function idleReaders(sources: readonly Source[]): string[] {
  return Object.keys(readers).filter(
    (path) => !sources.some((source) => source.path === path && clocks.test(source.text)),
  )
}
